"""A counter-example to properness is real by the papers' definitions of the losses."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings

from lossviz.losses.analysis.properness import properness
from lossviz.losses.evaluation import Array
from lossviz.losses.loss import Loss
from tests.support.loss_cases import catalogue_losses
from tests.support.loss_references import REFERENCES


def cost(loss: Loss, truth: Array, prediction: Array) -> float:
    """The expected loss of a prediction, by code that lossviz does not share."""
    logits = torch.tensor(prediction, dtype=torch.float64).log().expand(3, 3)
    each = REFERENCES[loss.key](logits, torch.arange(3), **loss.values)
    return float(torch.tensor(truth, dtype=torch.float64) @ each)


@settings(max_examples=40)
@given(catalogue_losses())
def test_a_counter_example_costs_less_than_the_truth(loss: Loss) -> None:
    found = properness(loss)
    if found.is_proper:
        return
    truth, better = np.array(found.truth), np.array(found.better_prediction)
    assert cost(loss, truth, truth) == pytest.approx(found.truth_cost, rel=1e-9)
    assert cost(loss, truth, better) == pytest.approx(found.better_cost, rel=1e-9)
    assert found.better_cost < found.truth_cost
