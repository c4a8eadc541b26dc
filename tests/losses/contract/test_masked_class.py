"""A logit of -inf, which masks a class, makes no NaN in any implementation."""

import pytest
import torch
from torch import Tensor

from lossviz import get_loss, parse_loss
from lossviz.losses.loss import Loss
from tests.support.implementations import (
    Implementation,
    draw,
    every_implementation,
    gradient_of,
)
from tests.support.loss_cases import every_loss
from tests.support.loss_references import REFERENCES

# its sum of log(pj) over all classes has no end, as torch's label smoothing
INFINITE = {"label_smoothing"}
SO_GOOD_AS_INFINITE = 1e15


def masked(classes: int) -> tuple[Tensor, Tensor]:
    """The last class is masked, and never true."""
    logits, targets = draw(classes=classes)
    logits = logits.detach()
    logits[:, -1] = -torch.inf
    return logits.requires_grad_(), targets % (classes - 1)


@every_loss
@every_implementation
@pytest.mark.parametrize("classes", [2, 5])
def test_a_masked_class_leaves_value_and_gradient_finite(
    loss: Loss, implementation: Implementation, classes: int
) -> None:
    logits, targets = masked(classes)
    value = implementation.build(loss)(logits, targets)
    gradient = gradient_of(value, logits)
    assert gradient.isfinite().all()
    if loss.key not in INFINITE:
        assert value.isfinite()
        assert gradient[:, -1].abs().max() < 1e-30


@every_loss
@every_implementation
@pytest.mark.parametrize("is_true", [False, True], ids=["wrong class", "true class"])
def test_the_loss_with_a_masked_class_is_its_limit(
    loss: Loss, implementation: Implementation, is_true: bool
) -> None:
    logits, targets = masked(5)
    if is_true:
        targets[:] = 4
    found = implementation.build(loss, reduction="none")(logits, targets)
    nearly = logits.detach().masked_fill(logits.isinf(), -1e12)
    limit = REFERENCES[loss.key](nearly, targets, **loss.values)
    if (limit > 1e9).all():
        assert (found > SO_GOOD_AS_INFINITE).all()
    else:
        torch.testing.assert_close(found, limit, rtol=1e-5, atol=1e-5, check_dtype=False)


@every_implementation
@pytest.mark.parametrize(
    "loss",
    [
        parse_loss("-log(p) + sum(pj**k*log(pj))", k=0.5),
        parse_loss("p*log(p) - p"),
        parse_loss("1 - p + p**2*log(p)/2"),
        get_loss("asymmetric", gp=2.0, gn=1.0),
        get_loss("confidence_penalty", beta=1.0),
    ],
    ids=lambda loss: loss.spec,
)
def test_a_power_times_a_logarithm_is_0_where_a_class_is_masked(
    loss: Loss, implementation: Implementation
) -> None:
    logits, targets = masked(5)
    value = implementation.build(loss)(logits, targets)
    assert value.isfinite()
    assert gradient_of(value, logits).isfinite().all()
    targets[:] = 4
    assert not implementation.build(loss)(logits, targets).isnan()
