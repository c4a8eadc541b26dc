"""Every implementation takes the shapes and types that torch's own criterion takes, and refuses in
clear words what it cannot mean.
"""

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from lossviz import LOSSES
from lossviz.losses.loss import Loss
from tests.support.implementations import (
    FASTAI,
    OBJECTIVE,
    PYTORCH,
    Implementation,
    draw,
    each_of,
    every_implementation,
    gradient_of,
    some_losses,
    torch_implementations,
)
from tests.support.loss_cases import every_loss

DTYPES = (torch.float16, torch.bfloat16, torch.float32, torch.float64)
TARGET_DTYPES = (torch.int64, torch.int32, torch.uint8)


@every_loss
@every_implementation
def test_the_loss_of_a_picture_is_that_of_its_pixels(
    loss: Loss, implementation: Implementation
) -> None:
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(2, 3, 4, 5, generator=generator, dtype=torch.float64).requires_grad_()
    targets = torch.randint(3, (2, 4, 5), generator=generator)
    found = implementation.build(loss, axis=1)(logits, targets)
    rows = logits.movedim(1, -1).reshape(-1, 3)
    expected = implementation.build(loss)(rows, targets.reshape(-1))
    torch.testing.assert_close(found, expected)
    torch.testing.assert_close(gradient_of(found, logits), gradient_of(expected, logits))


@each_of(PYTORCH, FASTAI)
def test_exports_take_the_axis_that_torch_takes_where_several_would_fit(
    implementation: Implementation,
) -> None:
    logits = torch.randn(2, 3, 3, 3, dtype=torch.float64)
    targets = torch.randint(3, (2, 3, 3))
    found = implementation.build(LOSSES["cross_entropy"], reduction="none")(logits, targets)
    torch.testing.assert_close(found, F.cross_entropy(logits, targets, reduction="none"))


@each_of(OBJECTIVE)
def test_the_objective_asks_for_the_axis_where_several_would_fit(
    implementation: Implementation,
) -> None:
    logits, targets = torch.randn(2, 3, 3, 3), torch.randint(3, (2, 3, 3))
    with pytest.raises(ValueError, match=r"axis=1.* or axis=-1"):
        implementation.build(LOSSES["cross_entropy"])(logits, targets)


@torch_implementations
def test_classes_may_lie_on_the_last_axis(implementation: Implementation) -> None:
    logits, targets = torch.randn(2, 7, 5), torch.randint(5, (2, 7))
    found = implementation.build(LOSSES["cross_entropy"], axis=-1)(logits, targets)
    torch.testing.assert_close(found, F.cross_entropy(logits.movedim(-1, 1), targets))


@every_loss
@every_implementation
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_logits_of_every_precision_give_the_loss_to_their_digits(
    loss: Loss, implementation: Implementation, dtype: torch.dtype
) -> None:
    logits, targets = draw(dtype=dtype)
    value = implementation.build(loss)(logits, targets)
    exact = implementation.build(loss)(logits.detach().double(), targets)
    tolerance = 0.01 if dtype in (torch.float16, torch.bfloat16) else 1e-5
    assert value.item() == pytest.approx(exact.item(), rel=tolerance)
    gradient = gradient_of(value, logits)
    assert gradient.dtype == dtype
    assert gradient.isfinite().all()


@every_implementation
def test_many_half_precision_examples_do_not_overflow(implementation: Implementation) -> None:
    logits = torch.zeros(100_000, 3, dtype=torch.float16)
    targets = torch.zeros(len(logits), dtype=torch.int64)
    value = implementation.build(LOSSES["cross_entropy"])(logits, targets)
    expected = F.cross_entropy(logits.float(), targets).item()
    assert value.item() == pytest.approx(expected, rel=1e-3)


@some_losses
@every_implementation
@pytest.mark.parametrize("dtype", TARGET_DTYPES, ids=str)
def test_targets_of_every_whole_number_type_are_taken(
    loss: Loss, implementation: Implementation, dtype: torch.dtype
) -> None:
    logits, targets = draw(dtype=torch.float32)
    criterion = implementation.build(loss)
    assert torch.equal(criterion(logits, targets.to(dtype)), criterion(logits, targets))


@torch_implementations
def test_a_byte_is_not_taken_for_the_ignored_index(implementation: Implementation) -> None:
    logits = torch.randn(2, 200)
    targets = torch.tensor([156, 3], dtype=torch.uint8)  # 156 is -100 in a byte
    value = implementation.build(LOSSES["cross_entropy"])(logits, targets)
    torch.testing.assert_close(value, F.cross_entropy(logits, targets.long()))


@some_losses
@every_implementation
def test_autocast_computes_in_float32(loss: Loss, implementation: Implementation) -> None:
    logits, targets = draw(dtype=torch.float32)
    half = logits.detach().bfloat16().requires_grad_()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        value = implementation.build(loss)(half, targets)
    assert value.dtype == torch.float32
    torch.testing.assert_close(value, implementation.build(loss)(half.float(), targets))
    assert gradient_of(value, half).dtype == torch.bfloat16


@every_implementation
@pytest.mark.parametrize(
    ("logits", "targets", "words"),
    [
        (torch.randn(4, 3), torch.zeros(5, dtype=torch.int64), r"\b5\b"),
        (torch.randn(4, 3), torch.zeros(1, dtype=torch.int64), r"\b1\b"),
        (torch.randn(4, 3, 2, 2), torch.zeros(4, dtype=torch.int64), r"\b4\b"),
        (torch.randn(4, 1), torch.zeros(4, dtype=torch.int64), "2 classes or more"),
    ],
    ids=["examples", "one target for all", "places", "one class"],
)
def test_shapes_that_do_not_fit_are_refused(
    implementation: Implementation, logits: Tensor, targets: Tensor, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        implementation.build(LOSSES["focal"])(logits, targets)


@each_of(PYTORCH, FASTAI)
@pytest.mark.parametrize("targets", [torch.full((4, 3), 1 / 3), torch.zeros(4)], ids=["soft", "1d"])
def test_targets_that_are_no_whole_numbers_are_refused(
    implementation: Implementation, targets: Tensor
) -> None:
    with pytest.raises(ValueError, match=r"whole numbers.*torch\.float32"):
        implementation.build(LOSSES["focal"])(torch.randn(4, 3), targets)


@every_implementation
@pytest.mark.parametrize("wrong", [4, -1])
def test_a_class_that_does_not_exist_is_refused(implementation: Implementation, wrong: int) -> None:
    targets = torch.tensor([0, 1, wrong])
    with pytest.raises((ValueError, RuntimeError, IndexError), match=r"4|from 0 to 3"):
        implementation.build(LOSSES["cosine"])(torch.randn(3, 4), targets)
