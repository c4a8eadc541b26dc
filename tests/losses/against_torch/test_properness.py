"""A counter-example to properness is real by the papers' definitions of the losses."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from lossviz.losses.analysis.properness import properness
from lossviz.losses.evaluation import Array
from lossviz.losses.loss import Loss
from tests.support.loss_cases import catalogue_losses
from tests.support.loss_references import REFERENCES


def cost(loss: Loss, truth: Array, prediction: Array) -> float:
    """The expected loss of a prediction, by code that lossviz does not share."""
    classes = len(truth)
    logits = torch.tensor(prediction, dtype=torch.float64).log().expand(classes, classes)
    each = REFERENCES[loss.key](logits, torch.arange(classes), **loss.values)
    return float(torch.tensor(truth, dtype=torch.float64) @ each)


@settings(max_examples=40)
@given(catalogue_losses(), st.sampled_from([2, 3, 10]))
def test_a_counter_example_costs_less_than_the_truth(loss: Loss, classes: int) -> None:
    found = properness(loss, classes=classes)
    if not found.truth:
        return  # proper, or improper by its weights alone
    truth, better = np.array(found.truth), np.array(found.better_prediction)
    close = {"rel": 1e-9, "abs": 1e-12}
    assert cost(loss, truth, truth) == pytest.approx(found.truth_cost, **close)
    assert cost(loss, truth, better) == pytest.approx(found.better_cost, **close)
    assert found.better_cost < found.truth_cost
