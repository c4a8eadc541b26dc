"""The objective works with what torch does with a criterion: class weights, ignored and soft
targets, axes, compiling. What it shares with the exports is in ``tests/losses/contract/``.
"""

import math

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from lossviz import LOSSES, get_loss, loss_from_spec, objective
from lossviz.errors import InvalidInput
from lossviz.losses.loss import Loss
from tests.support.lengths import light_first
from tests.support.loss_cases import every_loss

SOFT = [loss for loss in LOSSES.values() if loss.soft_targets]
some_losses = pytest.mark.parametrize(
    "loss",
    [LOSSES[key] for key in ("cross_entropy", "focal", "cosine", "label_smoothing")],
    ids=lambda loss: loss.key,
)


def draw(seed: int = 0, rows: int = 40, classes: int = 6) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(rows, classes, generator=generator, dtype=torch.float64) * 2
    return logits.requires_grad_(), torch.randint(classes, (rows,), generator=generator)


def gradient_of(loss: Tensor, logits: Tensor) -> Tensor:
    return torch.autograd.grad(loss, logits)[0]


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_class_weights_and_ignored_targets_are_torchs(reduction: str) -> None:
    logits, targets = draw()
    targets[::7] = -100
    weight = torch.rand(6, dtype=torch.float64) + 0.1
    ours = objective(LOSSES["cross_entropy"], reduction, weight=weight)(logits, targets)
    theirs = F.cross_entropy(logits, targets, weight=weight, reduction=reduction)
    torch.testing.assert_close(ours, theirs)
    torch.testing.assert_close(gradient_of(ours.sum(), logits), gradient_of(theirs.sum(), logits))


@every_loss
def test_an_ignored_example_changes_nothing(loss: Loss) -> None:
    logits, targets = draw()
    shown = targets.clone()
    shown[5:20] = 3
    keep = shown != 3
    ours = objective(loss, ignore_index=3)(logits, shown)
    assert ours.item() == pytest.approx(
        objective(loss)(logits[keep], shown[keep]).item(), rel=1e-12
    )
    gradient = gradient_of(ours, logits)
    assert (gradient[~keep] == 0).all()


def test_ignored_examples_may_have_an_infinite_loss() -> None:
    logits = torch.tensor([[0.0, 200.0], [0.0, 0.0]], requires_grad=True)
    value = objective(LOSSES["inverse"], ignore_index=0)(logits, torch.tensor([0, 1]))
    value.backward()
    assert value.item() == pytest.approx(2.0)
    assert logits.grad.isfinite().all()


@every_loss
def test_a_weight_of_one_for_every_class_changes_nothing(loss: Loss) -> None:
    logits, targets = draw()
    weighted = objective(loss, weight=torch.ones(6, dtype=torch.float64))(logits, targets)
    assert weighted.item() == pytest.approx(objective(loss)(logits, targets).item(), rel=1e-12)


@pytest.mark.parametrize(
    "weight",
    [
        [1, 2, 0.5, 1, 1, 3],
        (1.0, 2.0, 0.5, 1.0, 1.0, 3.0),
        np.array([1, 2, 0.5, 1, 1, 3]),
        np.array([1, 2, 0.5, 1, 1, 3], dtype=np.float32),
        torch.tensor([2, 4, 1, 2, 2, 6]),
        np.array([2, 4, 1, 2, 2, 6]),
    ],
    ids=["list", "tuple", "float64", "float32", "integer tensor", "integer array"],
)
def test_weights_may_be_lists_arrays_and_whole_numbers(weight: object) -> None:
    logits, targets = draw()
    theirs = torch.tensor([1, 2, 0.5, 1, 1, 3], dtype=torch.float64)
    torch.testing.assert_close(
        objective(LOSSES["cross_entropy"], weight=weight)(logits, targets),
        F.cross_entropy(logits, targets, weight=theirs),
    )


@pytest.mark.parametrize(
    ("weight", "words"),
    [
        (torch.ones(5), "5 classes, the logits 6"),
        (torch.ones(2, 3), "one number a class"),
        (1.0, "one number a class"),
        ([1.0], "one number a class"),
        ("heavy", "one number a class"),
        (["a", "b"], "one number a class"),
        ([1.0, None], "one number a class"),
        (torch.ones(6, dtype=torch.bool), "bool"),
        ([1.0, 1.0, 1.0, 1.0, 1.0, -1.0], "0 or more"),
        ([1.0, 1.0, 1.0, 1.0, 1.0, math.nan], "finite"),
    ],
)
def test_weights_that_do_not_fit_are_refused(weight: object, words: str) -> None:
    logits, targets = draw()
    with pytest.raises(InvalidInput, match=words):
        objective(LOSSES["focal"], weight=weight)(logits, targets)


def test_class_weights_weigh_label_smoothing_as_a_whole_and_torch_class_by_class() -> None:
    logits, targets = torch.tensor([[2.0, 0.0, -1.0], [0.5, 1.0, 0.0]]), torch.tensor([0, 2])
    weight = torch.tensor([1.0, 2.0, 4.0])
    smoothing = get_loss("label_smoothing", eps=0.1)
    ours = objective(smoothing, weight=weight)(logits, targets)
    each = F.cross_entropy(logits, targets, label_smoothing=0.1, reduction="none")
    assert ours.item() == pytest.approx(((each * weight[targets]).sum() / 5).item())
    assert ours.item() == pytest.approx(1.3715, abs=5e-5)
    theirs = F.cross_entropy(logits, targets, weight=weight, label_smoothing=0.1)
    assert theirs.item() == pytest.approx(1.4167, abs=5e-5)
    # torch's, by soft targets
    shares = 0.9 * F.one_hot(targets, 3) + 0.1 / 3
    found = objective(LOSSES["cross_entropy"], "sum", weight=weight)(logits, shares)
    assert found.item() / 5 == pytest.approx(theirs.item())
    # without weights they are one
    torch.testing.assert_close(
        objective(smoothing)(logits, targets), F.cross_entropy(logits, targets, label_smoothing=0.1)
    )


@pytest.mark.parametrize(
    "dtype", [torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64], ids=str
)
def test_targets_may_be_integers_of_any_size(dtype: torch.dtype) -> None:
    logits, targets = draw()
    for key in ("focal", "brier"):
        torch.testing.assert_close(
            objective(LOSSES[key])(logits, targets.to(dtype)),
            objective(LOSSES[key])(logits, targets),
        )


@every_loss
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_classes_along_axis_1_are_read_as_torch_reads_them(loss: Loss, reduction: str) -> None:
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(2, 5, 3, 4, generator=generator, dtype=torch.float64, requires_grad=True)
    targets = torch.randint(5, (2, 3, 4), generator=generator)
    targets[0, 0, 0] = -100
    weight = torch.tensor([1.0, 2.0, 0.5, 1.0, 3.0], dtype=torch.float64)
    found = objective(loss, reduction, axis=1, weight=weight)(logits, targets)
    last = objective(loss, reduction, axis=-1, weight=weight)(logits.movedim(1, -1), targets)
    torch.testing.assert_close(found, last)
    if loss.key == "cross_entropy":
        theirs = F.cross_entropy(logits, targets, weight=weight, reduction=reduction)
        torch.testing.assert_close(found, theirs)
        torch.testing.assert_close(
            gradient_of(found.sum(), logits), gradient_of(theirs.sum(), logits)
        )


def integers(*shape: int) -> Tensor:
    return torch.zeros(shape, dtype=torch.int64)


@pytest.mark.parametrize(
    ("logits", "targets", "words"),
    [
        ((2, 5, 3, 4), integers(2, 3, 4), "along axis 1, not"),
        ((4, 4, 4, 4), integers(4, 4, 4), "say which"),
        ((2, 5, 5), integers(2, 5), "say which"),
        ((2, 5, 3), torch.zeros(2, 5, 3), "say which"),
        ((2, 3, 4, 5), integers(2, 5, 4), "one axis more"),
    ],
)
def test_an_axis_that_is_not_plain_is_asked_for(
    logits: tuple[int, ...], targets: Tensor, words: str
) -> None:
    with pytest.raises(InvalidInput, match=words) as refused:
        objective(LOSSES["brier"])(torch.zeros(logits), targets)
    assert words == "one axis more" or "axis=1" in str(refused.value)


@pytest.mark.parametrize(
    ("axis", "expected"), [(1, [0, 0]), (-1, [1, 1])], ids=["torch's", "the last"]
)
def test_an_axis_that_is_given_is_taken(axis: int, expected: list[int]) -> None:
    logits = torch.zeros(1, 2, 2)
    logits[0, 0, :] = 50.0  # sure of class 0 along axis 1, of none along the last
    each = objective(LOSSES["mean_absolute_error"], "none", axis=axis)(logits, integers(1, 2))
    torch.testing.assert_close(each[0], torch.tensor(expected, dtype=torch.float32))


@pytest.mark.parametrize("axis", [7, -3])
def test_an_axis_that_the_logits_do_not_have_is_refused(axis: int) -> None:
    with pytest.raises(InvalidInput, match=f"along axis {axis}"):
        objective(LOSSES["focal"], axis=axis)(torch.zeros(4, 3), integers(4))


@pytest.mark.parametrize(
    ("logits", "targets"),
    [((4, 1), integers(4)), ((4, 0), integers(4)), ((4, 1), torch.ones(4, 1)), ((1,), integers())],
)
def test_one_class_is_refused(logits: tuple[int, ...], targets: Tensor) -> None:
    with pytest.raises(InvalidInput, match="2 classes or more"):
        objective(LOSSES["cross_entropy"])(torch.zeros(logits), targets)


@every_loss
def test_autocast_gives_float32_as_torchs_cross_entropy_does(loss: Loss) -> None:
    torch.manual_seed(0)
    network, inputs = torch.nn.Linear(8, 5), torch.randn(12, 8)
    targets = torch.arange(12) % 5
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits = network(inputs)
        value = objective(loss)(logits, targets)
        assert F.cross_entropy(logits, targets).dtype == value.dtype == torch.float32
    value.backward()
    exact = objective(loss)(logits.detach().double(), targets)
    assert value.item() == pytest.approx(exact.item(), rel=1e-5)
    assert network.weight.grad.isfinite().all()


@every_loss
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_16_bit_logits_have_the_gradient_of_what_they_hold(loss: Loss, dtype: torch.dtype) -> None:
    logits, targets = draw()
    short = logits.detach().to(dtype).requires_grad_()
    exact = short.detach().double().requires_grad_()
    found = gradient_of(objective(loss, "sum")(short, targets), short)
    expected = gradient_of(objective(loss, "sum")(exact, targets), exact)
    assert found.dtype == dtype
    largest = expected.abs().amax(1, keepdim=True)
    rounding = torch.finfo(dtype)
    error = (found.double() - expected).abs() - rounding.tiny
    assert (error / largest).max() <= 2 * rounding.eps


@every_loss
def test_without_a_processor_values_decide_nothing(loss: Loss) -> None:
    logits = torch.empty(6, 5, device="meta", requires_grad=True)
    value = objective(loss)(logits, torch.empty(6, device="meta", dtype=torch.int64))
    value.backward()  # an .item() would raise
    assert logits.grad.shape == logits.shape


@pytest.mark.parametrize("weight", [None, torch.tensor([0.5, 1, 2, 3, 1, 1], dtype=torch.float64)])
def test_soft_targets_of_cross_entropy_are_torchs(weight: Tensor | None) -> None:
    logits, _ = draw()
    soft = torch.rand(40, 6, dtype=torch.float64).softmax(1)
    ours = objective(LOSSES["cross_entropy"], weight=weight)(logits, soft)
    theirs = F.cross_entropy(logits, soft, weight=weight)
    torch.testing.assert_close(ours, theirs)
    torch.testing.assert_close(gradient_of(ours, logits), gradient_of(theirs, logits))


@pytest.mark.parametrize("loss", SOFT, ids=lambda loss: loss.key)
def test_a_soft_target_is_the_expectation_over_the_true_class(loss: Loss) -> None:
    logits, _ = draw()
    soft = torch.rand(40, 6, dtype=torch.float64).softmax(1)
    soft[:, 2] = 0.0
    each = torch.stack(
        [objective(loss, "none")(logits, torch.full((40,), k)) for k in range(6)], dim=1
    )
    expected = (each * soft).sum()
    found = objective(loss, "sum")(logits, soft)
    torch.testing.assert_close(found, expected, rtol=1e-9, atol=1e-9)
    torch.testing.assert_close(
        gradient_of(found, logits), gradient_of(expected, logits), rtol=1e-9, atol=1e-9
    )


@pytest.mark.parametrize("spec", ["jensen_shannon", "hinge", "sum((pj-p)**2)-p"])
def test_a_loss_of_one_true_class_refuses_soft_targets(spec: str) -> None:
    logits, _ = draw()
    with pytest.raises(InvalidInput, match="defined for one true class"):
        objective(loss_from_spec(spec))(logits, torch.full((40, 6), 1 / 6, dtype=torch.float64))


@pytest.mark.slow
@some_losses
@pytest.mark.parametrize("backend", light_first("aot_eager", "inductor"))
def test_torch_compile_computes_the_same(loss: Loss, backend: str) -> None:
    torch.compiler.reset()
    logits, targets = draw()
    criterion = objective(loss)
    compiled = torch.compile(criterion, backend=backend, fullgraph=True)
    ours, theirs = compiled(logits, targets), criterion(logits, targets)
    torch.testing.assert_close(ours, theirs)
    torch.testing.assert_close(gradient_of(ours, logits), gradient_of(theirs, logits))
