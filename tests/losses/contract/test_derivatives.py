"""Every implementation has second derivatives, and works under torch's transforms."""

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from lossviz import LOSSES
from lossviz.losses.loss import Loss
from tests.support.implementations import (
    FASTAI,
    KERAS,
    OBJECTIVE,
    PYTORCH,
    Criterion,
    Implementation,
    draw,
    each_of,
    every_implementation,
    gradient_of,
    some_losses,
    torch_implementations,
)
from tests.support.loss_cases import every_loss
from tests.support.loss_references import REFERENCES

CROSS_ENTROPY = LOSSES["cross_entropy"]

# torch differentiates expm1(x) as expm1(x) + 1
CANCELLING = {"generalized", "alpha", "truncated"}


def small(rows: int = 3, classes: int = 4) -> tuple[Tensor, Tensor]:
    return draw(rows, classes)


@every_loss
@every_implementation
@pytest.mark.parametrize("true_logit", [-10.0, -6.0, 0.0])
def test_the_gradient_of_an_example_that_is_badly_wrong_keeps_its_digits(
    loss: Loss, implementation: Implementation, true_logit: float
) -> None:
    logits, targets = draw(classes=10, dtype=torch.float32)
    logits = logits.detach().scatter(1, targets.unsqueeze(1), true_logit).requires_grad_()
    exact = logits.detach().double().requires_grad_()
    found = gradient_of(implementation.build(loss, reduction="sum")(logits, targets), logits)
    expected = gradient_of(REFERENCES[loss.key](exact, targets, **loss.values), exact)
    scale = expected.abs().amax(1, keepdim=True)
    tolerance = 1e-3 if loss.key in CANCELLING else 1e-5
    assert ((found - expected).abs() <= tolerance * scale).all()


def hessian(criterion: Criterion, logits: Tensor, targets: Tensor) -> Tensor:
    return torch.autograd.functional.hessian(lambda values: criterion(values, targets), logits)


@every_loss
@each_of(OBJECTIVE, PYTORCH)
def test_second_derivatives_are_those_of_finite_differences(
    loss: Loss, implementation: Implementation
) -> None:
    logits, targets = small(2, 3)
    criterion = implementation.build(loss)
    assert torch.autograd.gradgradcheck(lambda values: criterion(values, targets), logits)


@every_loss
@each_of(FASTAI, KERAS)
def test_every_export_has_the_same_second_derivatives(
    loss: Loss, implementation: Implementation
) -> None:
    logits, targets = small()
    found, expected = (
        hessian(one.build(loss), logits, targets) for one in (implementation, PYTORCH)
    )
    tolerance = 1e-5 if implementation is KERAS else 1e-12
    torch.testing.assert_close(found, expected, rtol=tolerance, atol=tolerance, check_dtype=False)


@every_implementation
def test_the_hessian_of_cross_entropy_is_torchs(implementation: Implementation) -> None:
    logits, targets = small()
    found = hessian(implementation.build(CROSS_ENTROPY), logits, targets)
    expected = hessian(F.cross_entropy, logits, targets)
    torch.testing.assert_close(found, expected)
    assert found.abs().max() > 0.01


@every_implementation
def test_a_gradient_penalty_changes_what_is_learnt(implementation: Implementation) -> None:
    logits, targets = small()
    found, expected = (
        gradient_of(
            torch.autograd.grad(criterion(logits, targets), logits, create_graph=True)[0] ** 2,
            logits,
        )
        for criterion in (implementation.build(CROSS_ENTROPY), F.cross_entropy)
    )
    torch.testing.assert_close(found, expected)
    assert found.any()


@some_losses
@torch_implementations
def test_gradients_of_single_examples_come_from_torch_func(
    loss: Loss, implementation: Implementation
) -> None:
    logits, targets = small()
    criterion = implementation.build(loss)
    each = torch.func.vmap(
        torch.func.grad(lambda row, true: criterion(row.unsqueeze(0), true.unsqueeze(0)))
    )(logits, targets)
    summed = gradient_of(implementation.build(loss, reduction="sum")(logits, targets), logits)
    torch.testing.assert_close(each, summed)
    hessian = torch.func.hessian(lambda values: criterion(values, targets))(logits)
    assert hessian.any()


@pytest.mark.slow
@torch_implementations
@pytest.mark.parametrize("key", ["focal", "asymmetric"])
def test_torch_compile_takes_it_whole(key: str, implementation: Implementation) -> None:
    torch.compiler.reset()
    logits, targets = draw()
    targets[0] = -100
    criterion = implementation.build(LOSSES[key])
    compiled = torch.compile(lambda *batch: criterion(*batch), backend="aot_eager", fullgraph=True)
    found, expected = compiled(logits, targets), criterion(logits, targets)
    torch.testing.assert_close(found, expected)
    torch.testing.assert_close(gradient_of(found, logits), gradient_of(expected, logits))
