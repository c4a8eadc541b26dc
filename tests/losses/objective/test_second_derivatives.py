"""The objective can be differentiated again, forward and backward, and under torch's transforms."""

import copy

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from lossviz import LOSSES, get_loss, loss_from_spec, objective
from lossviz.errors import InvalidInput
from lossviz.losses.loss import Loss
from tests.support.loss_cases import every_loss

SOFT = [loss for loss in LOSSES.values() if loss.soft_targets and loss.formula.soft]
soft_losses = pytest.mark.parametrize("loss", SOFT, ids=lambda loss: loss.key)


def draw(rows: int = 3, classes: int = 4) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(rows, classes, generator=generator, dtype=torch.float64)
    return logits, torch.arange(rows) % classes


def draw_soft(rows: int = 2, classes: int = 3) -> tuple[Tensor, Tensor]:
    logits, _ = draw(rows, classes)
    return logits.requires_grad_(), logits.detach().flip(0).softmax(1).requires_grad_()


@every_loss
def test_second_derivatives_pass_torchs_own_check(loss: Loss) -> None:
    logits, targets = draw()
    criterion = objective(loss, "none")
    assert torch.autograd.gradgradcheck(
        lambda values: criterion(values, targets), logits.requires_grad_()
    )


@pytest.mark.parametrize(
    "spec", ["generalized:q=0", "normalised_generalized:q=1", "sum(abs(pj-p))-p", "max(pj)**2-p"]
)
def test_second_derivatives_of_limits_and_kinks_pass_torchs_own_check(spec: str) -> None:
    logits, targets = draw()
    criterion = objective(loss_from_spec(spec), "none")
    assert torch.autograd.gradgradcheck(
        lambda values: criterion(values, targets), logits.requires_grad_()
    )


@soft_losses
def test_logits_and_soft_targets_have_first_and_second_derivatives(loss: Loss) -> None:
    criterion = objective(loss, "none")
    assert torch.autograd.gradcheck(criterion, draw_soft())
    assert torch.autograd.gradgradcheck(criterion, draw_soft())


@every_loss
def test_transforms_agree_with_autograd(loss: Loss) -> None:
    logits, targets = draw()
    criterion = objective(loss)

    def value(values: Tensor) -> Tensor:
        return criterion(values, targets)

    wanted = logits.clone().requires_grad_()
    (gradient,) = torch.autograd.grad(value(wanted), wanted)
    torch.testing.assert_close(torch.func.grad(value)(logits), gradient)
    each = torch.func.vmap(torch.func.grad(criterion))(logits, targets)  # per-example gradients
    torch.testing.assert_close(each / len(targets), gradient)
    torch.testing.assert_close(
        torch.func.vmap(criterion)(logits, targets), objective(loss, "none")(logits, targets)
    )
    (_, along) = torch.func.jvp(value, (logits,), (torch.ones_like(logits) * logits,))
    torch.testing.assert_close(along, (gradient * logits).sum())


@every_loss
def test_the_hessian_is_the_derivative_of_the_gradient(loss: Loss) -> None:
    logits, targets = draw(rows=1)
    criterion = objective(loss)

    def value(values: Tensor) -> Tensor:
        return criterion(values, targets)

    hessian = torch.func.hessian(value)(logits).reshape(4, 4)
    torch.testing.assert_close(
        hessian, torch.autograd.functional.hessian(value, logits).reshape(4, 4)
    )
    assert hessian.abs().max() > 1e-3
    gradient = torch.func.grad(value)
    step = 1e-6
    differences = [
        (gradient(logits + step * unit) - gradient(logits - step * unit)) / (2 * step)
        for unit in torch.eye(4, dtype=torch.float64)
    ]
    torch.testing.assert_close(hessian, torch.cat(differences), rtol=1e-5, atol=1e-8)


def test_the_hessian_of_cross_entropy_is_torchs() -> None:
    logits, targets = draw()
    ours, theirs = (
        torch.func.hessian(lambda values: criterion(values, targets))(logits)  # noqa: B023
        for criterion in (objective(LOSSES["cross_entropy"]), F.cross_entropy)
    )
    torch.testing.assert_close(ours, theirs)


@every_loss
def test_a_gradient_penalty_reaches_the_weights(loss: Loss) -> None:
    torch.manual_seed(0)
    network = torch.nn.Linear(5, 4).double()
    inputs = (3 * torch.randn(6, 5, dtype=torch.float64)).requires_grad_()
    logits = network(inputs)
    # right answers, as the truncated loss is flat where p is below 0.5
    value = objective(loss)(logits, logits.argmax(1))
    (slope,) = torch.autograd.grad(value, inputs, create_graph=True)
    (penalty,) = torch.autograd.grad(slope.square().sum(), network.weight)
    assert penalty.isfinite().all()
    assert penalty.abs().max() > 1e-6


def test_a_gradient_penalty_of_cross_entropy_is_torchs() -> None:
    inputs = torch.randn(6, 5, dtype=torch.float64, requires_grad=True)
    network, targets = torch.nn.Linear(5, 4).double(), torch.tensor([0, 1, 2, 3, 0, 1])
    weight = torch.tensor([0.5, 1.0, 2.0, 0.0], dtype=torch.float64)
    found = []
    for criterion in (objective(LOSSES["cross_entropy"], weight=weight), F.cross_entropy):
        extra = {} if criterion is not F.cross_entropy else {"weight": weight}
        value = criterion(network(inputs), targets, **extra)
        (slope,) = torch.autograd.grad(value, inputs, create_graph=True)
        found.append(torch.autograd.grad(slope.square().sum(), network.weight)[0])
    torch.testing.assert_close(*found)


@every_loss
def test_forward_mode_passes_torchs_own_check(loss: Loss) -> None:
    logits, targets = draw(rows=2, classes=3)
    criterion = objective(loss, "none")
    assert torch.autograd.gradcheck(
        lambda values: criterion(values, targets), logits.requires_grad_(), check_forward_ad=True
    )


def test_forward_mode_twice_is_refused_where_torch_would_say_zero() -> None:
    logits, targets = draw()
    criterion = objective(LOSSES["focal"])
    forward = torch.func.jacfwd(lambda values: criterion(values, targets))
    with pytest.raises(InvalidInput, match="hessian"):
        torch.func.jacfwd(forward)(logits)
    torch.testing.assert_close(
        torch.func.jacrev(forward)(logits),
        torch.func.hessian(lambda values: criterion(values, targets))(logits),
    )


@pytest.mark.parametrize("loss", [LOSSES["focal"], LOSSES["cosine"]], ids=lambda loss: loss.key)
def test_class_weights_have_a_gradient_where_one_is_wanted(loss: Loss) -> None:
    logits, targets = draw()
    weight = torch.tensor([0.5, 1.0, 2.0, 3.0], dtype=torch.float64)
    criterion = objective(loss, weight=weight)
    criterion.weight.requires_grad_()
    value = criterion(logits, targets)
    (gradient,) = torch.autograd.grad(value, criterion.weight)
    each = objective(loss, "none")(logits, targets)
    # the derivative of a weighted mean by a weight: how far the example lies from that mean
    expected = (each - value.detach()) / weight.detach()[targets].sum()
    torch.testing.assert_close(gradient[targets], expected)


@pytest.mark.slow
@pytest.mark.parametrize("key", ["cross_entropy", "huberised", "cosine", "asymmetric", "hinge"])
def test_an_exported_program_computes_the_same_for_any_batch(key: str) -> None:
    logits, targets = draw(rows=5)
    criterion = objective(LOSSES[key], weight=[0.5, 1.0, 2.0, 3.0])
    batch = torch.export.Dim("batch")
    program = torch.export.export(
        criterion, (logits, targets), dynamic_shapes=({0: batch}, {0: batch})
    )
    logits, targets = draw(rows=9)
    targets[2] = -100
    torch.testing.assert_close(program.module()(logits, targets), criterion(logits, targets))


@pytest.mark.slow
def test_a_compiled_objective_refuses_a_second_derivative_as_torch_does() -> None:
    torch.compiler.reset()
    logits, targets = draw()
    compiled = torch.compile(objective(LOSSES["focal"]), backend="aot_eager")
    logits.requires_grad_()
    (gradient,) = torch.autograd.grad(compiled(logits, targets), logits, create_graph=True)
    with pytest.raises(RuntimeError, match="double backward"):
        (logits.sum() + gradient.square().sum()).backward()


@every_loss
def test_a_jacobian_may_be_taken_for_all_examples_at_once(loss: Loss) -> None:
    logits, targets = draw()
    criterion = objective(loss, "none")

    values = criterion(logits.requires_grad_(), targets)

    def row(factors: Tensor) -> Tensor:
        return torch.autograd.grad(values, logits, factors, retain_graph=True)[0]

    expected = torch.autograd.functional.jacobian(
        lambda wanted: criterion(wanted, targets), logits.detach()
    )
    torch.testing.assert_close(torch.vmap(row)(torch.eye(3, dtype=torch.float64)), expected)


def test_a_copy_that_was_differentiated_computes_the_same() -> None:
    logits, targets = draw()
    criterion = objective(get_loss("cosine"))
    torch.func.hessian(lambda values: criterion(values, targets))(logits)
    assert copy.deepcopy(criterion)(logits, targets).item() == criterion(logits, targets).item()
