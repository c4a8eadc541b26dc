"""The mean of no example is NaN, as torch's is, and its gradient changes no weight."""

from itertools import product

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from lossviz import LOSSES, objective
from lossviz.losses.loss import Loss
from tests.support.loss_cases import every_loss

CLASSES = 4
ONE_CLASS_OFF = torch.tensor([0.0, 1.0, 1.0, 1.0])
# targets and class weights; each leaves nothing to take the mean of
BATCHES: dict[str, tuple[Tensor, Tensor | None]] = {
    "all ignored": (torch.full((5,), -100), None),
    "all ignored, weighted": (torch.full((5,), -100), ONE_CLASS_OFF),
    "classes of weight 0": (torch.zeros(5, dtype=torch.int64), ONE_CLASS_OFF),
    "no example": (torch.zeros(0, dtype=torch.int64), None),
    "no example, weighted": (torch.zeros(0, dtype=torch.int64), ONE_CLASS_OFF),
}
every_batch = pytest.mark.parametrize(("targets", "weight"), BATCHES.values(), ids=BATCHES)


@every_loss
def test_value_and_gradient_are_torchs(loss: Loss) -> None:
    for (targets, weight), reduction in product(BATCHES.values(), ("mean", "sum", "none")):
        logits = torch.randn(len(targets), CLASSES, requires_grad=True)
        value = objective(loss, reduction, weight=weight)(logits, targets)
        theirs = F.cross_entropy(logits, targets, weight=weight, reduction=reduction)
        torch.testing.assert_close(value, theirs, equal_nan=True)  # 0 times any loss is 0
        (gradient,) = torch.autograd.grad(value.sum(), logits)
        # torch's own is NaN for the mean of classes of weight 0
        assert gradient.shape == logits.shape
        assert (gradient == 0).all()


@every_loss
def test_a_network_survives_a_batch_without_a_target(loss: Loss) -> None:
    torch.manual_seed(0)
    network = torch.nn.Linear(3, CLASSES)
    optimiser = torch.optim.Adam(network.parameters(), lr=0.1)
    before = network.weight.detach().clone()
    objective(loss)(network(torch.randn(5, 3)), torch.full((5,), -100)).backward()
    optimiser.step()
    torch.testing.assert_close(network.weight.detach(), before, rtol=0, atol=0)


@pytest.mark.parametrize("key", ["focal", "cosine"])
@every_batch
def test_torch_func_has_the_same_gradient(key: str, targets: Tensor, weight: Tensor | None) -> None:
    criterion = objective(LOSSES[key], weight=weight)
    logits = torch.randn(len(targets), CLASSES)
    assert (torch.func.grad(lambda values: criterion(values, targets))(logits) == 0).all()


def test_soft_targets_of_no_example_have_no_mean() -> None:
    logits, shares = torch.zeros(0, CLASSES, requires_grad=True), torch.zeros(0, CLASSES)
    value = objective(LOSSES["brier"])(logits, shares)
    value.backward()
    assert value.isnan()
    assert logits.grad.shape == logits.shape


@pytest.mark.slow
@pytest.mark.parametrize("key", ["huberised", "cosine"])
def test_compiled_it_is_the_same(key: str) -> None:
    torch.compiler.reset()
    criterion = torch.compile(objective(LOSSES[key]), backend="aot_eager", fullgraph=True)
    for targets, weight in BATCHES.values():
        if weight is not None:
            continue
        logits = torch.randn(len(targets), CLASSES, requires_grad=True)
        value = criterion(logits, targets)
        assert value.isnan()
        assert (torch.autograd.grad(value, logits)[0] == 0).all()
