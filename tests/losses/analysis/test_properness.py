"""A loss is called proper where SciPy finds nothing better than the truth, else improper."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from lossviz import LOSSES, get_loss, parse_loss
from lossviz.losses.analysis.properness import properness
from lossviz.losses.evaluation import Array
from lossviz.losses.loss import Loss
from tests.support.loss_cases import catalogue_losses


def cost(loss: Loss, truth: Array, prediction: Array) -> float:
    """The expected loss of a prediction."""
    logits = np.broadcast_to(np.log(prediction), (3, 3))
    return float(truth @ loss.value_and_gradient(logits, np.arange(3))[0])


@settings(max_examples=40)
@given(catalogue_losses(), st.integers(0, 2**32 - 1))
def test_scipy_beats_the_truth_only_where_a_loss_is_called_improper(loss: Loss, seed: int) -> None:
    found = properness(loss)
    if not found.is_proper:
        truth, better = np.array(found.truth), np.array(found.better_prediction)
        assert truth.sum() == pytest.approx(1)
        assert better.sum() == pytest.approx(1)
        assert (better > 0).all()
        assert cost(loss, truth, truth) == pytest.approx(found.truth_cost, rel=1e-9)
        assert cost(loss, truth, better) == pytest.approx(found.better_cost, rel=1e-9)
        assert found.better_cost < found.truth_cost
        return
    random = np.random.default_rng(seed)
    truth = random.dirichlet(np.ones(3))

    def cost_and_gradient(logits: Array) -> tuple[float, Array]:
        values, gradients = loss.value_and_gradient(np.broadcast_to(logits, (3, 3)), np.arange(3))
        return float(truth @ values), truth @ gradients

    at_truth = cost_and_gradient(np.log(truth))[0]
    starts = [np.zeros(3), np.log(truth), *random.standard_normal((3, 3))]
    scale = np.median(
        [abs(cost_and_gradient(start)[0] - at_truth) for start in random.standard_normal((9, 3))]
    )
    assert (
        at_truth
        - min(minimize(cost_and_gradient, start, jac=True, method="BFGS").fun for start in starts)
        <= 1e-6 * scale
    )


@pytest.mark.parametrize("key", ["cross_entropy", "brier", "cosine"])
def test_the_proper_losses_are_called_proper(key: str) -> None:
    assert properness(get_loss(key)).is_proper


@pytest.mark.parametrize(
    "text",
    [
        "sum(pj**2)/2-p",
        "-3*log(p)+7",
        "-p/sqrt(sum(pj**2))",
        "-p**2/sum(pj**3)**(2/3)",
        "-1.5*p**0.5+0.5*sum(pj**1.5)",
    ],
)
def test_proper_scores_of_textbooks_are_called_proper(text: str) -> None:
    # the last two: pseudo-spherical of order 3, Tsallis of order 1.5
    assert properness(parse_loss(text)).is_proper


@pytest.mark.parametrize("key", sorted(set(LOSSES) - {"cross_entropy", "brier", "cosine"}))
def test_all_others_are_called_improper(key: str) -> None:
    found = properness(get_loss(key))
    assert not found.is_proper
    assert found.better_cost < found.truth_cost
