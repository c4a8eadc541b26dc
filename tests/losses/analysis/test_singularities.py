"""A single place where a loss is infinite is found, and none is claimed where it is not."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lossviz import parse_loss
from lossviz.language.simplex_paths import SimplexPath
from lossviz.losses.analysis.singularities import find_singularities
from lossviz.losses.loss import Loss
from tests.support.loss_cases import catalogue_losses, paths


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("1/(p-0.512)", [0.512]),
        ("1/(p-0.512)**2", [0.512]),
        ("log(abs(p-0.312))", [0.312]),
        ("where(p>0.4,1/(p-0.7),p)", [0.7]),
        ("1/((p-0.23)*(p-0.77))", [0.23, 0.77]),
        ("abs(p-0.41)**-0.5", [0.41]),
        ("1-p+1e-3/(p-0.613)", [0.613]),
        ("1/log(2*p)", [0.5]),
    ],
)
def test_a_single_place_where_a_loss_is_infinite_is_found(text: str, places: list[float]) -> None:
    assert find_singularities(parse_loss(text)) == pytest.approx(places, rel=1e-6)


@pytest.mark.parametrize(
    "text",
    [
        "where(p>0.4,p,1/(p-0.7))",
        "abs(p-0.3)",
        "(p-0.512)/(p-0.512+1)",
        "tanh(1/(p-0.312))",
        "abs(p-0.3)**0.5",
        "1/(1.001-p)",
        "(p-0.3)**2",
        "1/p",
        "1/(1-p)",
    ],
)
def test_a_loss_that_is_finite_inside_has_no_singular_place(text: str) -> None:
    assert find_singularities(parse_loss(text)) == ()


@pytest.mark.parametrize(
    "text",
    [
        "exp(1/p)",
        "p**-64",
        "p**-64-p**-32",
        "1/(p+1e-320)",
        "exp(1/p)-exp(0.5/p)",
        "exp(1/p)/(1+exp(1/p))",
    ],
)
def test_what_is_too_large_for_float64_is_not_taken_for_infinite(text: str) -> None:
    assert find_singularities(parse_loss(text)) == ()


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("log(p-0.03)", 0.03),
        ("log(max(0,p-0.03))", 0.03),
        ("where(p<0.01,log(p-0.5),1-p)", 0.01),
        ("where(p<1e-8,log(p-1),-log(p))", 1e-8),
        ("where(abs(p-0.31)<0.000001,log(p-0.5),1-p)", 0.310001),
    ],
)
def test_a_stretch_without_a_value_is_found(text: str, end: float) -> None:
    assert find_singularities(parse_loss(text))[0] < end


@settings(max_examples=30)
@given(catalogue_losses(), st.sampled_from([2, 37, 1000]), paths)
def test_no_catalogue_loss_has_a_singular_place(
    loss: Loss, classes: int, path: SimplexPath
) -> None:
    assert find_singularities(loss, classes=classes, path=path) == ()
