"""Overflow in float32 and float16 is found exactly where torch overflows."""

import numpy as np
import pytest
import torch

from lossviz import LOSSES, lint, loss_from_spec, objective
from lossviz.losses.loss import Loss


def is_finite(loss: Loss, dtype: torch.dtype) -> bool:
    """Whether torch can compute loss and gradient where the logits are -20 and 20."""
    for at_target in (-20.0, 20.0):
        logits = torch.full((1, 37), -at_target, dtype=dtype)
        logits[0, 0] = at_target
        logits.requires_grad_()
        value = objective(loss)(logits, torch.zeros(1, dtype=torch.int64))
        value.backward()
        if not (value.isfinite() and logits.grad.isfinite().all()):
            return False
    return True


@pytest.mark.parametrize(
    "spec",
    [
        *LOSSES,
        *(f"1/p**{k}" for k in np.arange(0.1, 4, 0.3).round(1)),
        "-3000*log(p)",
        "-1000*log(p)",
        "exp(1/p)",
    ],
)
def test_overflow_is_found_where_torch_overflows(spec: str) -> None:
    loss = loss_from_spec(spec)
    found = {finding.code for finding in lint(loss, classes=37)}
    assert ("overflow_float32" in found) == (not is_finite(loss, torch.float32))
    assert bool(found & {"overflow_float32", "overflow_float16"}) == (
        not is_finite(loss, torch.float16)
    )
