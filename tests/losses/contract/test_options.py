"""Every implementation of a loss takes the options of ``torch.nn.CrossEntropyLoss`` and means by
them what torch means; Keras's takes the reduction, and its weights from ``fit``.
"""

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from lossviz import LOSSES, get_loss
from lossviz.losses.loss import Loss
from tests.support.implementations import (
    KERAS,
    Implementation,
    draw,
    every_implementation,
    gradient_of,
    torch_implementations,
)
from tests.support.loss_cases import every_loss
from tests.support.loss_references import REFERENCES

REDUCTIONS = ("mean", "sum", "none")
every_reduction = pytest.mark.parametrize("reduction", REDUCTIONS)
WEIGHT = torch.tensor([0.5, 1.0, 2.0, 0.0, 3.0], dtype=torch.float64)


def defined(loss: Loss, logits: Tensor, targets: Tensor, share: Tensor, reduction: str) -> Tensor:
    """By the paper's definition, each example counting as much as its share says."""
    counts = share != 0
    each = torch.zeros_like(share).masked_scatter(
        counts, REFERENCES[loss.key](logits[counts], targets[counts], **loss.values)
    )
    each = each * share
    return {"mean": each.sum() / share.sum(), "sum": each.sum(), "none": each}[reduction]


def assert_same(found: Tensor, expected: Tensor, logits: Tensor) -> None:
    torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(
        gradient_of(found, logits), gradient_of(expected, logits), rtol=1e-9, atol=1e-9
    )


@torch_implementations
@every_reduction
@pytest.mark.parametrize("weight", [None, WEIGHT], ids=["unweighted", "weighted"])
@pytest.mark.parametrize("ignore_index", [-100, 2])
def test_cross_entropy_is_torchs_with_every_option(
    implementation: Implementation, reduction: str, weight: Tensor | None, ignore_index: int
) -> None:
    logits, targets = draw()
    targets[::5] = ignore_index
    options = {"weight": weight, "ignore_index": ignore_index, "reduction": reduction}
    found = implementation.build(LOSSES["cross_entropy"], **options)(logits, targets)
    assert_same(found, F.cross_entropy(logits, targets, **options), logits)


@every_loss
@torch_implementations
def test_weights_and_ignored_examples_do_to_each_loss_what_they_do_to_cross_entropy(
    loss: Loss, implementation: Implementation
) -> None:
    logits, targets = draw()
    targets[::5] = -100
    share = torch.where(targets == -100, 0.0, WEIGHT[targets.clamp(min=0)])
    for reduction in REDUCTIONS:
        found = implementation.build(loss, weight=WEIGHT, reduction=reduction)(logits, targets)
        assert_same(found, defined(loss, logits, targets, share, reduction), logits)


@every_loss
@every_implementation
def test_each_loss_is_reduced_as_torch_reduces(loss: Loss, implementation: Implementation) -> None:
    logits, targets = draw()
    everything = torch.ones(len(targets), dtype=torch.float64)
    for reduction in REDUCTIONS:
        found = implementation.build(loss, reduction=reduction)(logits, targets)
        expected = defined(loss, logits, targets, everything, reduction)
        tolerance = 1e-5 if implementation is KERAS else 1e-9  # Keras takes maxima in float32
        torch.testing.assert_close(
            found, expected, rtol=tolerance, atol=tolerance, check_dtype=False
        )


@torch_implementations
@every_reduction
def test_the_loss_called_label_smoothing_is_torchs_label_smoothing(
    implementation: Implementation, reduction: str
) -> None:
    logits, targets = draw()
    targets[::5] = -100
    found = implementation.build(get_loss("label_smoothing", eps=0.3), reduction=reduction)
    expected = F.cross_entropy(logits, targets, label_smoothing=0.3, reduction=reduction)
    assert_same(found(logits, targets), expected, logits)


@every_loss
@torch_implementations
def test_a_batch_of_ignored_examples_leaves_the_weights_of_a_network_alone(
    loss: Loss, implementation: Implementation
) -> None:
    logits, _ = draw()
    nothing = torch.full((len(logits),), -100)
    for reduction, expected in (("mean", torch.nan), ("sum", 0.0)):
        value = implementation.build(loss, reduction=reduction)(logits, nothing)
        torch.testing.assert_close(
            value, F.cross_entropy(logits, nothing, reduction=reduction), equal_nan=True
        )
        torch.testing.assert_close(value.item(), expected, equal_nan=True)
        assert not gradient_of(value, logits).any()


@every_loss
@torch_implementations
def test_a_batch_of_classes_without_weight_leaves_the_weights_of_a_network_alone(
    loss: Loss, implementation: Implementation
) -> None:
    logits, _ = draw()
    value = implementation.build(loss, weight=WEIGHT)(logits, torch.full((len(logits),), 3))
    assert value.isnan()  # as torch's
    assert not gradient_of(value, logits).any()


@every_loss
@torch_implementations
def test_an_empty_batch_gives_what_torch_gives(loss: Loss, implementation: Implementation) -> None:
    logits, targets = torch.zeros(0, 5, requires_grad=True), torch.zeros(0, dtype=torch.int64)
    for reduction in REDUCTIONS:
        value = implementation.build(loss, reduction=reduction)(logits, targets)
        torch.testing.assert_close(
            value, F.cross_entropy(logits, targets, reduction=reduction), equal_nan=True
        )
        assert gradient_of(value, logits).shape == (0, 5)


@torch_implementations
def test_what_is_ignored_may_have_an_infinite_loss(implementation: Implementation) -> None:
    logits = torch.tensor([[0.0, 200.0], [0.0, 0.0]], requires_grad=True)
    criterion = implementation.build(LOSSES["inverse"], ignore_index=0)
    value = criterion(logits, torch.tensor([0, 1]))
    assert value.item() == pytest.approx(2.0)
    assert gradient_of(value, logits).isfinite().all()


@torch_implementations
@pytest.mark.parametrize(
    "weight",
    [WEIGHT.tolist(), WEIGHT.numpy(), WEIGHT.float(), np.array([1, 2, 3, 4, 5])],
    ids=["list", "numpy", "float32", "integers"],
)
def test_class_weights_may_be_numbers_of_any_kind(
    implementation: Implementation, weight: object
) -> None:
    logits, targets = draw()
    found = implementation.build(LOSSES["focal"], weight=weight)(logits, targets)
    as_tensor = torch.as_tensor(weight, dtype=torch.float64)
    assert_same(
        found, implementation.build(LOSSES["focal"], weight=as_tensor)(logits, targets), logits
    )


@torch_implementations
def test_class_weights_of_another_number_of_classes_are_refused(
    implementation: Implementation,
) -> None:
    logits, targets = draw()
    for wrong in (WEIGHT[:4], torch.ones(6)):
        with pytest.raises((ValueError, RuntimeError), match=r"4|6"):
            implementation.build(LOSSES["focal"], weight=wrong)(logits, targets)


@every_implementation
def test_another_reduction_is_refused(implementation: Implementation) -> None:
    with pytest.raises((ValueError, KeyError), match="max"):
        implementation.build(LOSSES["focal"], reduction="max")(*draw())
