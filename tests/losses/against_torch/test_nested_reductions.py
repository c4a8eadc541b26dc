"""Torch evaluates a sum or maximum inside another as NumPy does."""

import numpy as np
import pytest
import torch

from lossviz import objective, parse_loss
from tests.support.loss_cases import NESTED_REDUCTIONS


@pytest.mark.parametrize("text", NESTED_REDUCTIONS)
def test_a_nested_reduction_has_numpys_value(text: str) -> None:
    loss = parse_loss(text)
    for logits in np.random.default_rng(0).standard_normal((4, 6)):
        for true in range(6):
            value, _ = loss.value_and_gradient(logits, true)
            found = objective(loss)(torch.from_numpy(logits)[None], torch.tensor([true]))
            assert found.item() == pytest.approx(float(value), rel=1e-12, abs=1e-14)
