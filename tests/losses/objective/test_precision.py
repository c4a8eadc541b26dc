"""The objective has the value and gradient of the paper's definition to float32's last digits."""

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from lossviz import LOSSES, get_loss, loss_from_spec, objective
from lossviz.losses.loss import Loss
from tests.support.exact_arithmetic import exact_value_and_gradient
from tests.support.lengths import heavy
from tests.support.loss_cases import every_loss
from tests.support.loss_references import REFERENCES

SETTINGS = [
    loss.with_values(**{parameter.name: value})
    for loss in LOSSES.values()
    for parameter in loss.parameters
    for value in {
        parameter.minimum,
        parameter.maximum,
        *(special.value for special in parameter.special_values),
    }
]
LARGEST = torch.finfo(torch.float32).max


def draw(seed: int, reach: float, classes: int, rows: int = 200) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    logits = (torch.rand(rows, classes, generator=generator) * 2 - 1) * reach
    return logits, torch.randint(classes, (rows,), generator=generator)


def scale_of(loss: Loss, expected: Tensor, logits: Tensor, targets: Tensor) -> Tensor:
    """What an error is relative to: the value itself; where two terms may cancel, as ``-log(p) -
    (1-p)`` does, the first of them.
    """
    # its straight line, 1 - tau*p + log(tau), is made of numbers near 1
    if loss.key == "huberised":
        return expected.abs().clamp(min=0.01)
    if loss.key == "confidence_penalty" or (loss.key == "poly" and loss.values["eps"] < 0):
        return torch.maximum(expected.abs(), REFERENCES["cross_entropy"](logits, targets))
    return expected.abs()


@every_loss
@pytest.mark.parametrize("reach", [1.0, 5.0, 15.0, 30.0])
@pytest.mark.parametrize("classes", [2, 3, 10, 37])
def test_float32_is_within_1e_5_of_the_papers_definition_for_each_example(
    loss: Loss, reach: float, classes: int
) -> None:
    logits, targets = draw(0, reach, classes)
    expected = REFERENCES[loss.key](logits, targets, **loss.values)
    found = objective(loss, reduction="none")(logits, targets).double()
    scale = scale_of(loss, expected, logits, targets)
    known = (scale > 1e-36) & (scale < LARGEST)  # what float32 can hold
    assert known.float().mean() > 0.7
    assert ((found - expected).abs() / scale)[known].max() <= 1e-5


@pytest.mark.parametrize("loss", SETTINGS, ids=lambda loss: loss.label)
def test_float32_is_within_2e_5_at_the_ends_and_special_values_of_parameters(loss: Loss) -> None:
    logits, targets = draw(1, 10.0, 5)
    expected = REFERENCES[loss.key](logits, targets, **loss.values)
    scale = scale_of(loss, expected, logits, targets)
    known = (scale > 1e-36) & (scale < LARGEST)
    found = objective(loss, reduction="none")(logits, targets).double()
    assert ((found - expected).abs() / scale)[known].max() <= 2e-5


def test_torchs_own_cross_entropy_loses_these_digits() -> None:
    logits, targets = torch.tensor([[20.0, 0.0, 0.0]]), torch.tensor([0])
    exact = REFERENCES["cross_entropy"](logits, targets).item()
    assert objective(LOSSES["cross_entropy"])(logits, targets).item() == pytest.approx(
        exact, rel=1e-6
    )
    assert F.cross_entropy(logits, targets).item() == 0.0


@every_loss
def test_the_gradient_is_that_of_the_papers_definition(loss: Loss) -> None:
    logits, targets = draw(2, 8.0, 6)
    exact = logits.double().requires_grad_()
    (expected,) = torch.autograd.grad(
        REFERENCES[loss.key](exact, targets, **loss.values).sum(), exact
    )
    logits.requires_grad_()
    (found,) = torch.autograd.grad(objective(loss, reduction="sum")(logits, targets), logits)
    # of all classes: a rival's 1 - pj is not summed up anew
    least = 1e-2 if loss.formula.depends_on_pj else 1e-30
    scale = expected.abs().amax(1, keepdim=True).clamp(min=least)
    assert ((found - expected).abs() / scale).max() <= 2e-5
    # the logits' common height changes nothing
    assert (found.double().sum(1, keepdim=True).abs() / scale).max() <= 2e-5


@pytest.mark.parametrize(
    "loss", [*LOSSES.values(), *map(heavy, SETTINGS)], ids=lambda loss: loss.label
)
def test_gradcheck_passes(loss: Loss) -> None:
    generator = torch.Generator().manual_seed(3)
    logits = torch.randn(5, 4, generator=generator, dtype=torch.float64).requires_grad_()
    targets = torch.randint(4, (5,), generator=generator)
    assert torch.autograd.gradcheck(
        lambda values: objective(loss, reduction="none")(values, targets), logits
    )


@pytest.mark.parametrize("loss", [*LOSSES.values(), *SETTINGS], ids=lambda loss: loss.label)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("truth", [-80.0, 0.0, 80.0])
def test_the_gradient_is_finite_at_logits_of_80_where_the_loss_is(
    loss: Loss, dtype: torch.dtype, truth: float
) -> None:
    for rest in (-80.0, 0.0, 80.0):
        logits = torch.full((1, 10), rest, dtype=dtype)
        logits[0, 3] = truth
        value = objective(loss)(logits.requires_grad_(), torch.tensor([3]))
        (gradient,) = torch.autograd.grad(value, logits)
        expected = REFERENCES[loss.key](logits.detach(), torch.tensor([3]), **loss.values)
        if expected.abs().item() < (LARGEST if dtype is torch.float32 else float("inf")):
            assert value.isfinite()
        # its slope, k times as large, overflows
        assert (
            gradient.isfinite().all() or not value.isfinite() or abs(value.item()) > LARGEST / 200
        )


@pytest.mark.parametrize(
    "spec",
    [
        "abs(p-0.3)*sum(pj**3)",
        "sum(abs(pj-p))-p",
        "sum((pj/sum(pj**2))**2)-p",
        "max(pj)-p",
        "1-p**2+mean(max(pj,p))",
    ],
)
def test_typed_losses_of_all_classes_pass_gradcheck(spec: str) -> None:
    generator = torch.Generator().manual_seed(4)
    logits = torch.randn(5, 4, generator=generator, dtype=torch.float64).requires_grad_()
    targets = torch.randint(4, (5,), generator=generator)
    loss = loss_from_spec(spec)
    assert torch.autograd.gradcheck(
        lambda values: objective(loss, reduction="none")(values, targets), logits
    )
    values, gradients = loss.value_and_gradient(logits.detach().numpy(), targets.numpy())
    found = objective(loss, reduction="none")(logits, targets)
    torch.testing.assert_close(found.detach(), torch.from_numpy(values))
    torch.testing.assert_close(
        torch.autograd.grad(found.sum(), logits)[0], torch.from_numpy(gradients)
    )


def test_the_hinge_has_a_gradient_where_all_logits_are_equal() -> None:
    logits = torch.zeros(1, 4, requires_grad=True)
    objective(get_loss("hinge"))(logits, torch.tensor([0])).backward()
    assert logits.grad[0, 0] < -0.1


TRUE_LOGITS = (-30.0, -15.0, -10.0, -6.0, -1.0, 0.0, 1.0, 6.0, 15.0, 30.0)


@pytest.mark.parametrize("loss", [*LOSSES.values(), *SETTINGS], ids=lambda loss: loss.label)
def test_float32_is_within_1e_5_of_50_digits_from_sure_errors_to_certainty(loss: Loss) -> None:
    generator = np.random.default_rng(0)
    for classes in (2, 10, 37):
        logits = generator.uniform(-1, 1, (len(TRUE_LOGITS), classes)).astype(np.float32)
        logits[:, 1] = TRUE_LOGITS
        wanted = torch.from_numpy(logits).requires_grad_()
        values = objective(loss, "none")(wanted, torch.ones(len(logits), dtype=torch.int64))
        (gradients,) = torch.autograd.grad(values.sum(), wanted)
        targets = np.ones(len(logits), dtype=np.int64)
        in_numpy = loss.value_and_gradient(logits, targets)[1]
        for row, value, found, by_numpy in zip(
            logits, values.tolist(), gradients.numpy(), in_numpy, strict=True
        ):
            exact_value, exact = exact_value_and_gradient(loss, row, 1)
            largest = float(abs(exact).max())
            if not 1e-36 < largest < 1e37:
                continue  # more than float32 can hold
            error = abs(found - exact).max() / largest
            assert error <= 1e-5, f"{error} in the gradient at {row.tolist()}"
            assert abs(by_numpy - exact).max() / largest <= 1e-12
            size = abs(exact_value)
            if loss.key == "poly" and loss.values["eps"] < 0:
                # a difference of terms that are alike near p = 1, of which this is the first
                size = exact_value_and_gradient(LOSSES["cross_entropy"], row, 1)[0]
            assert abs(value - exact_value) <= 1e-5 * max(size, 1e-36), f"at {row.tolist()}"
