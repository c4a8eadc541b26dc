"""A loss in disguise is recognised, with its parameters, and no loss is taken for another."""

import time

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lossviz import LOSSES, get_loss, parse_loss
from lossviz.losses.analysis.equivalents import (
    Equivalent,
    _signatures,
    _within_reach,
    equivalents,
)
from lossviz.losses.loss import Loss
from tests.support.loss_cases import catalogue_losses

DISGUISED: list[tuple[str, str, dict[str, float]]] = [
    ("p**-0.2", "inverse_power", {"k": 1 / 5}),
    ("p**-0.2", "generalized", {"q": -1 / 5}),
    ("p**-0.2", "alpha", {"a": 5 / 6}),
    ("(1-p**0.7)/0.7", "generalized", {"q": 0.7}),
    ("3-2*log(p)", "cross_entropy", {}),
    ("log(1/p)", "focal", {"gamma": 0}),
    ("1/sqrt(p)", "inverse_power", {"k": 0.5}),
    ("exp(-0.2*log(p))", "inverse_power", {"k": 0.2}),
    ("-log(p)*(1-p)**1.5*4-1", "focal", {"gamma": 1.5}),
    ("sum(pj**2)/2-p", "brier", {}),
    ("sum((pj-where(pj>=p,1,0))**2)*0+1-2*p+sum(pj*pj)", "brier", {}),
    ("-p/sqrt(sum(pj**2))", "cosine", {}),
    ("-log(p)*0.9-0.1*mean(log(pj))", "label_smoothing", {"eps": 0.1}),
    ("-0.8*log(p)-0.2/K*sum(log(pj))", "asymmetric", {"gn": 0, "eps": 0.2}),
    ("where(p>0.25,-log(p),1+log(4)-4*p)", "huberised", {"tau": 4}),
    ("-0.5*log((1+p)/2)+0.5*(p*log(2*p/(1+p))+(1-p)*log(2))", "jensen_shannon", {"pi1": 0.5}),
    ("-sqrt(p+0.6)", "agce", {"a": 0.6, "q": 0.5}),
    ("(3-p)**2.5", "aue", {"a": 3, "q": 2.5}),
    ("exp(-p/3)*7", "ael", {"a": 3}),
    ("-where(p>0.3,sqrt(p),sqrt(0.3))", "truncated", {"k": 0.3, "q": 0.5}),
    ("-max(p,0.3)**0.5", "truncated", {"k": 0.3, "q": 0.5}),
    ("-log(p)+0.3*sum(pj*log(pj))", "confidence_penalty", {"beta": 0.3}),
    ("3*log(p)/sum(log(pj))-1", "normalised_cross_entropy", {}),
    ("(1-sqrt(p))/(K-sum(sqrt(pj)))", "normalised_generalized", {"q": 0.5}),
    ("-log(p)-3*p", "poly", {"eps": 3}),
    ("-p+(1-p)**2/2+(1-p)**3/3", "taylor", {"t": 3}),
    ("11/6-3*p+3*p**2/2-p**3/3", "taylor", {"t": 3}),
    ("-7*p", "mean_absolute_error", {}),
    ("(1-p)**2*-2*log(p)", "focal", {"gamma": 2}),
    ("2/p-9", "inverse", {}),
    ("-(p+1)**2", "agce", {"a": 1, "q": 2}),
    ("(2-p)**2", "aue", {"a": 2, "q": 2}),
]
DIFFERENT = [
    "tanh(1-p)",
    "-log(p)-0.02*sum(log(pj))",  # label smoothing with an eps that depends on K
    "log(p)/mean(log(pj))",  # normalised cross-entropy at a scale that depends on K
    "1-p**2*(1-log(p))",
    "(1-p)**2",  # asymmetric unhinged has a of 1.1 at least
    "-log(p)+0.1*(1-p)**2",
    "1-p/sqrt(sum(pj**3))",
    "log(p)",
    "p",
    "-1/p",
    "p**0.7",
    "exp(p/3)",
    "2*p-sum(pj**2)",
    "(1-p)**1.5*log(p)",
    "1-p**2",
    "p**-2.5",
    "-(1-p**2)*log(p)",
    "-(1-p)**6*log(p)",
    "-log(p)-1.5*(1-p)",
    "where(p>0.25,-log(p),2-4*p)",
    "-log(p+0.1)",
    "-log(p)/(2-p)",
    "1/p-log(p)",
    "sqrt(1-p)",
    "exp(-20*p)",
    "exp(-p**2)",
    "1-2*p+1.1*sum(pj**2)",
    "-log(p)+3*sum(pj*log(pj))",
    "-log(p)*0.9-0.1*mean(log(pj))+0.05*(1-p)",
    "log(p)/sum(pj*log(pj))",
    "1-p+max(pj)",
    "cos(p)",
    "-p+0.001*p**2*(1-p)",
    "-log(p)+0.00001*(1-p)**2",
    "-log(p)+0.1*sum(pj**2)",
    "(1-p)+(1-p)**2/2+(1-p)**3/4",
    "-log(p)*where(p<0.00001,0,1)",  # charges nothing for the worst answers
    "-log(p)*where(p<1e-200,0,1)",
    "where(p>0.999999999,5,-log(p))",
    "-log(p+1e-12)",
    "where(abs(p-0.3)<0.000001,5,-log(p))",
    "-log(p)+(K-3)*(K-4)*p",  # cross-entropy at 3 and 4 classes only
]


@pytest.mark.parametrize(("text", "key", "values"), DISGUISED)
def test_a_disguised_loss_is_recognised(text: str, key: str, values: dict[str, float]) -> None:
    loss = parse_loss(text)
    known = {match.loss.key: match for match in equivalents(loss)}
    assert key in known
    assert {name: known[key].loss.values[name] for name in values} == pytest.approx(
        values, rel=1e-6
    )
    assert_agreement(loss, known[key])


def assert_agreement(loss: Loss, match: Equivalent) -> None:
    """The match holds at logits that the search has not seen."""
    logits = 2 * np.random.default_rng(7).standard_normal((50, 6))
    ours, theirs = loss.value_and_gradient(logits)[0], match.loss.value_and_gradient(logits)[0]
    assert match.scale > 0
    tolerance = 1e-5 * np.ptp(ours) + 1e-12  # the loss may be constant at all of them
    np.testing.assert_allclose(match.scale * theirs + match.shift, ours, rtol=0, atol=tolerance)


@pytest.mark.parametrize("text", DIFFERENT)
def test_a_near_miss_is_not_taken_for_a_known_loss(text: str) -> None:
    assert equivalents(parse_loss(text)) == ()


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
def test_a_loss_of_the_catalogue_does_not_name_itself(loss: Loss) -> None:
    found = equivalents(loss)
    assert loss.key not in {match.loss.key for match in found}
    for match in found:
        assert_agreement(loss, match)


@pytest.mark.parametrize("loss", [loss for loss in LOSSES.values() if loss.parameters])
def test_no_search_is_left_out_that_would_find_a_loss(loss: Loss) -> None:
    """Anywhere in the ranges of its parameters, between the points of the grid too."""
    random = np.random.default_rng(3)
    ranges = np.array([parameter.slider_range() for parameter in loss.parameters])
    points = ranges[:, 0] + random.random((300, len(ranges))) * (ranges[:, 1] - ranges[:, 0])
    whole = [parameter.step >= 1 for parameter in loss.parameters]
    points[:, whole] = np.round(points[:, whole])
    assert all(_within_reach(loss, signature) for signature in _signatures(loss, points))


@pytest.mark.slow
@settings(max_examples=25, derandomize=True)
@given(catalogue_losses(), st.floats(0.1, 10), st.floats(-5, 5))
def test_any_loss_of_the_catalogue_is_recognised_at_any_scale_and_shift(
    loss: Loss, scale: float, shift: float
) -> None:
    assume(
        np.ptp(loss.value_and_gradient(3 * np.random.default_rng(0).standard_normal((99, 5)))[0])
        > 1e-4
    )
    typed = parse_loss(f"scaled*({loss.text})+shift", **loss.values, scaled=scale, shift=shift)
    known = {match.loss.key: match for match in equivalents(typed)}
    assert loss.key in known
    assert_agreement(typed, known[loss.key])


def test_a_match_has_a_description() -> None:
    power, family, alpha = equivalents(parse_loss("p**-0.2"))
    assert power.description == "inverse power with k = 1/5"
    assert family.description == "generalised cross-entropy with q = -1/5, up to scale and shift"
    assert alpha.description == "alpha-loss with a = 5/6, up to scale and shift"
    assert (family.scale, family.shift) == pytest.approx((0.2, 1.0))


def test_the_simplest_name_comes_first() -> None:
    sizes = [len(match.loss.parameters) for match in equivalents(parse_loss("-3*p"))]
    assert len(sizes) >= 5
    assert sizes == sorted(sizes)


def test_an_unusual_value_is_written_in_full() -> None:
    match, *_ = equivalents(parse_loss("p**-0.123456"))
    assert match.description == "inverse power with k = 0.123456"
    assert get_loss("inverse_power", k=0.123456).values == pytest.approx(
        dict(match.loss.values), rel=1e-6
    )


def test_recognising_a_typed_loss_takes_less_than_a_second() -> None:
    # the catalogue's own formulas are compiled once
    equivalents(parse_loss("sum(pj**2)-2*p+0.123"))
    for text in (
        "p**-0.21",
        "-log(p)*0.91-0.09*mean(log(pj))",
        "tanh(1.1-p)",
        "sum(pj**2)*0.51-1.02*p",
    ):
        start = time.process_time()
        equivalents(parse_loss(text))
        assert time.process_time() - start < 1.0
