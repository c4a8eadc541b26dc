"""Limits, bounds and shape of a loss are those of calculus and SciPy."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given, settings
from scipy.optimize import minimize_scalar

from lossviz import LOSSES, Analysis, get_loss, parse_loss
from lossviz.errors import InvalidInput
from lossviz.language.simplex_paths import SimplexPath
from lossviz.losses.analysis.extrema import limit
from lossviz.losses.evaluation import Array
from lossviz.losses.loss import Loss
from tests.support.loss_cases import catalogue_losses, class_counts, paths


def expected_limits(loss: Loss, classes: int) -> tuple[float, float]:
    """The limits along the even path as p tends to 0 and to 1, by hand."""
    v, key = loss.values, loss.key
    q, a, k = v.get("q", 1.0), v.get("a", 1.0), v.get("k", 0.0)
    both = {
        "dot_product": (0.0, -1.0),
        "inverse": (math.inf, 1.0),
        "inverse_power": (math.inf, 1.0),
        "label_smoothing": (math.inf, math.inf if v.get("eps") else 0.0),
        "asymmetric": (math.inf, math.inf if v.get("gn") == 0 and v.get("eps") else 0.0),
        "ael": (1.0, math.exp(-1 / a)),
    }
    if key in both:
        return both[key]
    limit_at_zero = {
        "generalized": lambda: 1 / q if q > 0 else math.inf,
        "alpha": lambda: a / (a - 1) if a > 1 else math.inf,
        "taylor": lambda: sum(1 / i for i in range(1, int(v["t"]) + 1)),
        "mean_absolute_error": lambda: 2.0,
        "symmetric_cross_entropy": lambda: math.inf if v["alpha"] else v["beta"] * v["A"],
        "huberised": lambda: 1 + math.log(v["tau"]),
        "truncated": lambda: (1 - k**q) / q,
        "agce": lambda: ((a + 1) ** q - a**q) / q,
        "aue": lambda: (a**q - (a - 1) ** q) / q,
        "jensen_shannon": (
            lambda: -v["pi1"] * math.log(v["pi1"]) - (1 - v["pi1"]) * math.log(1 - v["pi1"])
        ),
        "cosine": lambda: 1.0,
        "brier": lambda: 1 + 1 / (classes - 1),
        "hinge": lambda: 1 + 1 / (classes - 1),
        "normalised_cross_entropy": lambda: 1.0,
        "normalised_generalized": lambda: 1 / (classes - (classes - 1) ** (1 - q)),
    }.get(key, lambda: math.inf)
    return limit_at_zero(), 0.0


def has_reachable_limits(loss: Loss) -> bool:
    """Whether no parameter is so small that the end of the curve lies beyond all floating-point
    numbers.
    """
    return (
        all(value == 0 or abs(value) > 0.02 for value in loss.values.values())
        and abs(loss.values.get("a", 0.0) - 1) > 0.02
    )


@settings(max_examples=60)
@given(catalogue_losses(), class_counts)
def test_the_limits_are_those_computed_by_hand(loss: Loss, classes: int) -> None:
    assume(has_reachable_limits(loss))
    if loss.key == "taylor":
        loss = loss.with_values(t=round(loss.values["t"]))
    found = Analysis(loss=loss, classes=classes)
    assert (found.limit_at_zero, found.limit_at_one) == pytest.approx(
        expected_limits(loss, classes), rel=1e-6, abs=1e-9
    )


@pytest.mark.parametrize(
    ("text", "limit_at_zero", "limit_at_one"),
    [
        # grows by 2.3 where log p grows tenfold
        ("log(-log(p/2))", math.inf, math.log(math.log(2))),
        ("1/(1-p)", 1.0, math.inf),
        ("sin(log(p))", math.nan, 0.0),
        ("-log(1-p)*log(p)", 0.0, 0.0),
        ("exp(1/p)", math.inf, math.e),
        ("tanh(1/p)", 1.0, math.tanh(1)),
        ("p*log(p)", 0.0, 0.0),
        ("log(p)", -math.inf, 0.0),
    ],
)
def test_the_limits_of_typed_losses_are_found(
    text: str, limit_at_zero: float, limit_at_one: float
) -> None:
    found = Analysis(loss=parse_loss(text))
    assert (found.limit_at_zero, found.limit_at_one) == pytest.approx(
        (limit_at_zero, limit_at_one), nan_ok=True
    )


def test_what_does_not_converge_has_no_limit() -> None:
    assert math.isnan(limit(lambda log_p: np.full_like(log_p, np.nan), to_zero=True))
    assert limit(lambda log_p: log_p, to_zero=True) == -math.inf


@settings(max_examples=30)
@given(catalogue_losses(), class_counts, paths)
def test_the_bounds_are_those_that_scipy_finds(loss: Loss, classes: int, path: SimplexPath) -> None:
    found = Analysis(loss=loss, classes=classes, path=path)

    def penalty(logit: float) -> float:
        return float(
            loss.evaluate(
                "penalty", np.array(-np.logaddexp(0.0, -logit)), classes=classes, path=path
            )
        )

    tried = [found.limit_at_zero, found.limit_at_one]
    for sign in (1, -1):
        for bracket in pairwise(np.linspace(-30, 30, 6)):
            best = minimize_scalar(
                lambda logit, sign=sign: sign * penalty(logit),
                bounds=bracket,
                method="bounded",
                options={"xatol": 1e-8},
            )
            tried.append(sign * best.fun)
    assert found.infimum == pytest.approx(min(tried), rel=1e-6, abs=1e-9)
    assert found.supremum == pytest.approx(max(tried), rel=1e-6, abs=1e-9)


def slopes_of(loss: Loss, p: Array, classes: int, path: SimplexPath) -> Array:
    return np.diff(loss.penalty(p, classes=classes, path=path)) / np.diff(p)


@settings(max_examples=60)
@given(catalogue_losses(), class_counts, paths)
def test_rising_and_nonconvex_parts_are_those_of_differences_on_a_dense_grid(
    loss: Loss, classes: int, path: SimplexPath
) -> None:
    found = Analysis(loss=loss, classes=classes, path=path)
    p = 1 / (1 + np.exp(-np.linspace(-8, 8, 1500)))
    penalties, slopes = (
        loss.penalty(p, classes=classes, path=path),
        slopes_of(loss, p, classes, path),
    )
    rounding = 1e-14 * np.abs(penalties[1:]) / np.diff(p)
    noise = 1e-6 * np.median(np.abs(slopes)) + 3 * rounding
    if found.rising_range is None:
        assert (slopes <= noise).all()
    else:
        middle = [place for place in found.rising_range if p[0] < place < p[-1]]
        for place in middle:
            step = 1e-4 * place * (1 - place)
            assert (
                slopes_of(loss, np.array([place - step, place + step]), classes, path)[0]
                > -1e-6 * np.abs(slopes).max()
            )
        least, most = (place / (1 - place) for place in found.rising_range)
        odds = p / (1 - p)
        outside = (odds[1:] < least / 1.1) | (odds[:-1] > most * 1.1)
        assert (slopes <= noise)[outside].all()
    slope_changes = np.diff(slopes)
    if found.nonconvex_at is None:
        assert (slope_changes >= -2 * noise[1:] - 2 * noise[:-1] - 1e-5 * np.abs(slopes[1:])).all()
    elif p[0] < found.nonconvex_at < p[-1]:
        step = 0.1 * found.nonconvex_at * (1 - found.nonconvex_at)
        before, after = slopes_of(
            loss, found.nonconvex_at + step * np.array([-1, 0, 1]), classes, path
        )
        assert after < before or loss.curvature(found.nonconvex_at, classes=classes, path=path) < 0


@pytest.mark.parametrize(
    ("text", "rises", "bulges"),
    [
        ("-log(p)", False, False),
        ("-p", False, False),
        ("log(p)", True, True),
        ("-p**2", False, True),
        ("(p-0.5)**2", True, False),
        ("p", True, False),
        ("-max(p,0.4)", False, True),
        ("max(0.6-p,0)", False, False),
    ],
)
def test_the_shapes_of_simple_losses_are_found(text: str, rises: bool, bulges: bool) -> None:
    found = Analysis(loss=parse_loss(text))
    assert (found.rising_range is not None, found.nonconvex_at is not None) == (rises, bulges)


def test_a_valley_rises_on_its_far_side() -> None:
    rises = Analysis(loss=parse_loss("(p-0.5)**2")).rising_range
    assert rises is not None
    assert rises[0] == pytest.approx(0.5, abs=0.05)
    assert rises[1] == pytest.approx(1.0)


def test_only_the_truncated_loss_has_a_flat_stretch() -> None:
    flat = {key for key, loss in LOSSES.items() if Analysis(loss=loss).has_flat_stretch}
    assert flat == {"truncated"}


def test_a_loss_is_unbounded_beside_a_singularity() -> None:
    pole, well = (
        Analysis(loss=parse_loss("1/(p-0.512)**2")),
        Analysis(loss=parse_loss("log(abs(p-0.312))")),
    )
    assert (pole.supremum, well.infimum) == (math.inf, -math.inf)
    assert pole.infimum == pytest.approx(1 / 0.512**2)


def test_the_initial_weight_is_the_weight_at_equal_probabilities() -> None:
    for classes in (2, 10, 1000):
        found = Analysis(loss=get_loss("inverse_power", k=0.5), classes=classes)
        assert found.initial_weight == pytest.approx(0.5 * classes**0.5, rel=1e-5)
        assert Analysis(
            loss=get_loss("cross_entropy"), classes=classes
        ).initial_weight == pytest.approx(1)


def test_a_problem_of_one_class_is_refused() -> None:
    with pytest.raises(InvalidInput, match="2 classes"):
        Analysis(loss=get_loss("cross_entropy"), classes=1)
