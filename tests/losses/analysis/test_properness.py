"""A loss is called proper where scipy finds nothing better than the truth, and else the
counter-example is real.
"""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from lossviz import LOSSES, get_loss, parse_loss
from lossviz.losses.analysis.properness import properness
from lossviz.losses.evaluation import Array
from lossviz.losses.loss import Loss
from tests.losses.test_loss import losses
from tests.support.loss_references import REFERENCES


def expected(loss: Loss, truth: Array, prediction: Array) -> float:
    """The expected loss by the catalogue's reference, which shares no code with lossviz."""
    logits = torch.tensor(prediction, dtype=torch.float64).log().expand(3, 3)
    return float(
        torch.tensor(truth, dtype=torch.float64)
        @ REFERENCES[loss.key](logits, torch.arange(3), **loss.values)
    )


@settings(max_examples=40)
@given(losses(), st.integers(0, 2**32 - 1))
def test_where_a_loss_is_called_proper_scipy_finds_nothing_better_and_else_the_counter_example_is_real(
    loss: Loss, seed: int
) -> None:
    found = properness(loss)
    if not found.is_proper:
        truth, better = np.array(found.truth), np.array(found.better_prediction)
        assert truth.sum() == pytest.approx(1)
        assert better.sum() == pytest.approx(1)
        assert (better > 0).all()
        assert expected(loss, truth, truth) == pytest.approx(found.truth_cost, rel=1e-9)
        assert expected(loss, truth, better) == pytest.approx(found.better_cost, rel=1e-9)
        assert found.better_cost < found.truth_cost
        return
    random = np.random.default_rng(seed)
    truth = random.dirichlet(np.ones(3))

    def of(logits: Array) -> tuple[float, Array]:
        values, gradients = loss.value_and_gradient(np.broadcast_to(logits, (3, 3)), np.arange(3))
        return float(truth @ values), truth @ gradients

    at_truth = of(np.log(truth))[0]
    starts = [np.zeros(3), np.log(truth), *random.standard_normal((3, 3))]
    scale = np.median([abs(of(start)[0] - at_truth) for start in random.standard_normal((9, 3))])
    assert (
        at_truth - min(minimize(of, start, jac=True, method="BFGS").fun for start in starts)
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
