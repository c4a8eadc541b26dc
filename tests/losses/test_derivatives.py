"""Slope, curvature, pull and gradient are the derivatives, along both paths and by every logit."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lossviz import parse_loss
from lossviz.language.simplex_paths import NON_RIVAL_SHARE, PATHS, SimplexPath
from lossviz.losses.evaluation import Array
from lossviz.losses.loss import Loss
from tests.support.loss_cases import NESTED_REDUCTIONS, catalogue_losses, class_counts, paths


def kinks(loss: Loss, classes: int) -> list[float]:
    """The p at which a loss of the catalogue may have a corner, along either path."""
    inside = {"huberised": 1 / loss.values.get("tau", 1.0), "truncated": loss.values.get("k", 0.0)}
    return (
        [inside[loss.key]]
        if loss.key in inside
        else [1 / classes, 0.5, 1 / (2 - NON_RIVAL_SHARE)]
        if loss.key == "hinge"
        else []
    )


def on_path(p: float, classes: int, path: SimplexPath) -> Array:
    """Logits along a path, the true class first."""
    others = np.full(classes - 1, (1 - p) / (classes - 1))
    if path == "rival" and classes > 2:
        others = (1 - p) * np.array(
            [1 - NON_RIVAL_SHARE, *[NON_RIVAL_SHARE / (classes - 2)] * (classes - 2)]
        )
    return np.log([p, *others])


@settings(max_examples=150)
@given(catalogue_losses(), st.floats(0.001, 0.999), class_counts, paths)
def test_slope_and_curvature_are_the_derivatives_along_both_paths(
    loss: Loss, p: float, classes: int, path: SimplexPath
) -> None:
    step = 1e-4 * min(p, 1 - p)
    assume(all(abs(p - kink) > 2 * step for kink in kinks(loss, classes)))
    on = {"classes": classes, "path": path}
    for function, derivative in ((loss.penalty, loss.slope), (loss.slope, loss.curvature)):
        difference = (function(p + step, **on) - function(p - step, **on)) / (2 * step)
        rounding = 1e-13 * abs(float(function(p, **on))) / step + 1e-15 / step
        assert derivative(p, **on) == pytest.approx(difference, rel=1e-5, abs=1e-6 + rounding)


@settings(max_examples=150)
@given(catalogue_losses(), st.floats(0.001, 0.999), class_counts, paths)
def test_the_pull_is_minus_the_derivative_by_the_true_logit_along_both_paths(
    loss: Loss, p: float, classes: int, path: SimplexPath
) -> None:
    step = 1e-4
    assume(all(abs(p - kink) > 2 * step for kink in kinks(loss, classes)))
    moves = on_path(p, classes, path) + np.array([[step], [-step]]) * np.eye(classes)[0]
    above, below = loss.value_and_gradient(moves)[0]
    pull = loss.pull(p, classes=classes, path=path)
    assert pull == pytest.approx(
        -(above - below) / (2 * step), rel=1e-5, abs=1e-9 + 1e-11 * abs(above)
    )
    assert pull == pytest.approx(loss.weight(p, classes=classes, path=path) * (1 - p), rel=1e-12)
    assert loss.value_and_gradient(on_path(p, classes, path))[1][0] == pytest.approx(
        -pull, rel=1e-6, abs=1e-9
    )


@settings(max_examples=100)
@given(catalogue_losses(), st.integers(2, 7), st.integers(0, 2**32 - 1))
def test_the_gradient_by_the_logits_is_its_central_difference(
    loss: Loss, classes: int, seed: int
) -> None:
    logits, step = 2 * np.random.default_rng(seed).standard_normal(classes), 1e-5
    true = seed % classes
    moved = logits + step * np.concatenate([np.eye(classes), -np.eye(classes)])
    values, gradients = loss.value_and_gradient(moved, true)
    # no corner in between
    assume(np.abs(gradients - gradients[0]).max() < 0.01 * (1 + np.abs(gradients).max()))
    _, gradient = loss.value_and_gradient(logits, true)
    np.testing.assert_allclose(
        gradient,
        (values[:classes] - values[classes:]) / (2 * step),
        rtol=1e-4,
        atol=1e-8 + 1e-9 * np.abs(values).max(),
    )
    # a shift of all logits changes nothing
    assert abs(gradient.sum()) < 1e-12 * (1 + np.abs(gradient).max())


@pytest.mark.parametrize("text", NESTED_REDUCTIONS)
def test_a_sum_or_maximum_inside_another_keeps_its_own_classes(text: str) -> None:
    loss, step = parse_loss(text), 1e-6

    def expected(logits: Array, true: int) -> float:
        pj = np.exp(logits) / np.exp(logits).sum()
        return float(NESTED_REDUCTIONS[text](pj[true], pj))

    for logits in np.random.default_rng(0).standard_normal((4, 6)):
        for true in range(6):
            value, gradient = loss.value_and_gradient(logits, true)
            assert value == pytest.approx(expected(logits, true), rel=1e-12, abs=1e-14)
            differences = [
                (expected(logits + step * e, true) - expected(logits - step * e, true)) / (2 * step)
                for e in np.eye(6)
            ]
            np.testing.assert_allclose(gradient, differences, atol=1e-8)
    for path in PATHS:
        for p in (0.1, 0.45, 0.9):
            assert loss.penalty(p, classes=5, path=path) == pytest.approx(
                expected(on_path(p, 5, path), 0), rel=1e-9, abs=1e-12
            )
