"""Trees at the values of their parameters, and the limits of their products."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lossviz import get_loss
from lossviz.language.binding import bind
from lossviz.language.derivative import derivative
from lossviz.language.finite_products import with_finite_products
from lossviz.language.numpy_backend import elementwise, over_classes
from lossviz.language.program import Program
from lossviz.language.tree import CLASSES, LOG_P, LOG_PJ, Name, Tree, call
from tests.support.loss_cases import catalogue_losses

EPS = Name("eps")
P, PJ = call("exp", LOG_P), call("exp", LOG_PJ)


@pytest.mark.parametrize(
    ("tree", "values", "expected"),
    [
        (EPS * call("class_sum", LOG_PJ) - LOG_P, {"eps": 0}, "neg(l)"),
        (call("pow", 1 - P, EPS) * LOG_P, {"eps": 0}, "l"),
        (call("where", call("eq", EPS, 0), LOG_P, P / EPS), {"eps": 0}, "l"),
        (call("exp", EPS * LOG_P), {"eps": 0}, "1"),
        (1 + EPS * P, {"eps": -1}, "neg(expm1(l))"),
        (1 + EPS * P, {"eps": -0.75}, "add(0.25, mul(-0.75, expm1(l)))"),
        (1 + EPS * P, {"eps": -0.25}, "add(1, mul(-0.25, exp(l)))"),
        (call("class_sum", PJ), {}, "1"),
        (call("other_sum", PJ), {}, "neg(expm1(l))"),
        (call("other_sum", -call("expm1", LOG_PJ)), {"K": 2}, "exp(l)"),
        (CLASSES * EPS, {"eps": 3}, "mul(K, 3)"),
    ],
)
def test_what_changes_nothing_is_left_out(tree: Tree, values: dict, expected: str) -> None:
    assert str(bind(tree, values)) == expected


@given(catalogue_losses(), st.integers(2, 6))
def test_a_bound_loss_is_the_loss(loss, classes: int) -> None:
    logs = np.log(np.array([[0.1, 0.6, 0.2, 0.05, 0.03, 0.02]]))[:, :classes]
    logs -= np.log(np.exp(logs).sum())
    others = np.arange(classes) != 1
    values = {**loss.values, "K": float(classes)}
    tree = loss.formula.one_hot.penalty
    arrays = {"l": logs[:, 1:2], "lj": logs}
    (plain,) = Program((tree,), values).run(over_classes(others), arrays)
    (bound,) = Program((bind(tree, values),), {}).run(over_classes(others), arrays)
    np.testing.assert_allclose(plain, bound, rtol=1e-12)


@pytest.mark.parametrize(
    ("tree", "limit"),
    [
        (LOG_P * P, 0.0),
        (LOG_P * LOG_P * call("exp", 0.01 * LOG_P), 0.0),
        ((LOG_P + 1) * P + 3, 3.0),
        (-(P / 2) * LOG_P, 0.0),
        (call("sqrt", P) * call("pow", LOG_P, 3), 0.0),
        (LOG_P / (LOG_P - 2), 1.0),
        (call("exp", -1 * LOG_P) * LOG_P, -math.inf),
        (LOG_P + P, -math.inf),
        (-LOG_P, math.inf),
    ],
)
def test_products_have_their_limit_at_probability_0(tree: Tree, limit: float) -> None:
    with np.errstate(all="ignore"):
        (found,) = Program((tree,), {}).run(elementwise, {"l": np.array([-np.inf])})
    assert found[0] == pytest.approx(limit)


def test_products_are_rewritten_once() -> None:
    once = with_finite_products(LOG_PJ * PJ)
    assert with_finite_products(once) == once


def test_a_quotient_keeps_its_derivative_where_one_term_is_all_of_the_sum() -> None:
    rest = Name("rest")
    slope = derivative(LOG_P / (LOG_P + rest), LOG_P)
    (found,) = Program((slope,), {"rest": -1e-20}).run(elementwise, {"l": np.array([-30.0])})
    assert found[0] == pytest.approx(-1e-20 / 900)  # the plain rule leaves 0


def test_the_cosines_derivatives_keep_their_digits_at_both_ends() -> None:
    loss = get_loss("cosine")
    for true in (-15.0, -10.0, -6.0, 6.0, 15.0):
        logits = np.array([[true, *np.linspace(-1, 1, 9)]])
        _, gradient = loss.value_and_gradient(logits)
        p = np.exp(logits - logits.max()).astype(np.longdouble)
        p /= p.sum()
        length = np.sqrt((p**2).sum())
        change = -p * (np.arange(10) == 0) / length + p[0, 0] * p**2 / length**3
        expected = change - p * change.sum()
        rounding = 1e-18 / abs(expected).max()  # of this plain formula, near p = 1
        np.testing.assert_allclose(
            gradient, expected.astype(float), atol=(1e-12 + rounding) * abs(expected).max(), rtol=0
        )
