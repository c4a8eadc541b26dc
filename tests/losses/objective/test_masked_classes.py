"""A class with a logit of minus infinity has no probability, and spoils nothing."""

import math

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from lossviz import LOSSES, loss_from_spec, objective
from lossviz.losses.loss import Loss
from tests.support.loss_cases import every_loss

MASKED = -math.inf
# examples with another class masked, two others, and all others
FOUR_CLASSES = (
    torch.tensor(
        [[0.0, MASKED, 1.0, 0.5], [MASKED, MASKED, 1.0, 0.5], [MASKED, 1, MASKED, MASKED]]
    ),
    torch.tensor([0, 2, 1]),
)
TWO_CLASSES = (torch.tensor([[MASKED, 1.0]]), torch.tensor([1]))
BATCHES = (FOUR_CLASSES, TWO_CLASSES)
# of what a class without probability costs label smoothing, normalised cross-entropy's share of it
LIMITS = {"label_smoothing": math.inf, "normalised_cross_entropy": 0.0}
soft_losses = pytest.mark.parametrize(
    "loss",
    [loss for loss in LOSSES.values() if loss.soft_targets and loss.formula.soft],
    ids=lambda loss: loss.key,
)


def value_and_gradient(loss: Loss, logits: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    logits = logits.clone().requires_grad_()
    value = objective(loss, "none")(logits, targets)
    return value.detach(), torch.autograd.grad(value.sum(), logits)[0]


def unlikely(logits: Tensor) -> Tensor:
    """Probabilities of 1e-130 in the place of 0, which float64 still reckons with."""
    return logits.double().clamp(min=-300.0)


@every_loss
def test_value_and_gradient_are_the_limit(loss: Loss) -> None:
    for logits, targets in BATCHES:
        value, gradient = value_and_gradient(loss, logits, targets)
        expected, slope = value_and_gradient(loss, unlikely(logits), targets)
        if loss.key in LIMITS:  # logarithmic, so that 1e-130 is still far from it
            expected = torch.full_like(expected, LIMITS[loss.key])
            slope = slope if loss.key == "label_smoothing" else torch.zeros_like(slope)
        torch.testing.assert_close(value.double(), expected, rtol=1e-5, atol=1e-6)
        torch.testing.assert_close(gradient.double(), slope, rtol=1e-5, atol=1e-6)


@every_loss
def test_numpy_and_the_second_derivative_agree(loss: Loss) -> None:
    for single, targets in BATCHES:
        logits = single.double()
        value, gradient = value_and_gradient(loss, logits, targets)
        by_numpy = loss.value_and_gradient(logits.numpy(), targets.numpy())
        np.testing.assert_allclose(value.numpy(), by_numpy[0], rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(gradient.numpy(), by_numpy[1], rtol=1e-9, atol=1e-12)
        wanted = logits.clone().requires_grad_()
        total = objective(loss, "sum")(wanted, targets)
        (again,) = torch.autograd.grad(total, wanted, create_graph=True)
        torch.testing.assert_close(again.detach(), gradient)
        (second,) = torch.autograd.grad(again.square().sum(), wanted)
        assert second.isfinite().all()


@every_loss
def test_a_true_class_without_probability_costs_what_the_loss_tends_to(loss: Loss) -> None:
    logits, targets = torch.tensor([[0.0, MASKED, 1.0]], dtype=torch.float64), torch.tensor([1])
    value, gradient = value_and_gradient(loss, logits, targets)
    expected, _ = value_and_gradient(loss, unlikely(logits), targets)
    if loss.key == "normalised_cross_entropy":  # logarithmic: 0.996 at 1e-130
        expected = torch.ones_like(expected)
    elif value_and_gradient(loss, logits.clamp(min=-600.0), targets)[0] > expected + 1:
        expected = torch.full_like(expected, math.inf)
    torch.testing.assert_close(value, expected)
    assert not gradient.isnan().any()


@soft_losses
def test_soft_targets_may_leave_out_a_masked_class(loss: Loss) -> None:
    logits = torch.tensor([[0.0, MASKED, 1.0, 0.5]], dtype=torch.float64)
    shares = torch.tensor([[0.3, 0.0, 0.5, 0.2]], dtype=torch.float64)
    value, gradient = value_and_gradient(loss, logits, shares)
    expected, slope = value_and_gradient(loss, unlikely(logits), shares)
    if loss.key in LIMITS:
        expected = torch.full_like(expected, LIMITS[loss.key])
        slope = slope if loss.key == "label_smoothing" else torch.zeros_like(slope)
    torch.testing.assert_close(value, expected)
    torch.testing.assert_close(gradient, slope)


def test_cross_entropy_and_label_smoothing_are_torchs() -> None:
    logits = torch.tensor([[0.0, MASKED, 1.0, 0.5], [0.0, MASKED, 1.0, 0.5]]).double()
    targets = torch.tensor([0, 1])
    for key, smoothing in (("cross_entropy", 0.0), ("label_smoothing", 0.1)):
        value, gradient = value_and_gradient(LOSSES[key], logits, targets)
        wanted = logits.clone().requires_grad_()
        theirs = F.cross_entropy(wanted, targets, label_smoothing=smoothing, reduction="none")
        torch.testing.assert_close(value, theirs.detach())
        torch.testing.assert_close(gradient, torch.autograd.grad(theirs.sum(), wanted)[0])


@pytest.mark.parametrize(
    "text", ["sum(pj**0.5*log(pj))-p", "-p*log(p)", "sum(sqrt(pj)*log(pj)**2)-p"]
)
def test_typed_powers_times_logarithms_have_their_limit(text: str) -> None:
    logits = torch.tensor([[0.0, MASKED, 1.0]], dtype=torch.float64)
    for target in (0, 1):
        value, gradient = value_and_gradient(loss_from_spec(text), logits, torch.tensor([target]))
        expected, slope = value_and_gradient(
            loss_from_spec(text), unlikely(logits), torch.tensor([target])
        )
        torch.testing.assert_close(value, expected)
        torch.testing.assert_close(gradient, slope)
