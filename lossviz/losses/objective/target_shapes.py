"""Which shapes and types of logits and targets go together."""

import torch
from torch import Tensor

from lossviz.errors import InvalidInput


def check_types(logits: Tensor, targets: Tensor) -> None:
    """Refuse logits that are no real numbers, and targets that are neither classes nor shares.

    torch's cross-entropy takes classes as int64 and uint8 only.

    Raises:
        InvalidInput: They are of other types.
    """
    if logits.is_floating_point() and (
        targets.is_floating_point() or not (targets.is_complex() or targets.dtype == torch.bool)
    ):
        return
    raise InvalidInput(
        "logits must be floating point, and targets integers or, where they are distributions,"
        f" floating point: got {logits.dtype} and {targets.dtype}"
    )


def class_axis(logits: Tensor, targets: Tensor, axis: int | None) -> int:
    """The axis of the logits along which the classes lie, counted from 0.

    Args:
        logits: At least one axis.
        targets: Integers, the shape of the logits without the axis of the classes; or floating
            point, the shape of the logits.
        axis: The axis that was asked for. None is the last one, unless torch's convention, axis 1,
            fits as well or instead.

    Raises:
        InvalidInput: The shapes do not fit, or fit in two ways; or there is one class.

    >>> class_axis(torch.zeros(8, 5, 4), torch.zeros(8, 5, dtype=torch.int64), None)
    2
    """
    if logits.ndim == 2 and targets.ndim == 1 and axis is None:
        fits = logits.shape[0] == targets.shape[0] and logits.shape[1] > 1
        if fits and not targets.is_floating_point():
            return 1  # at once: on a small batch the rest took 2% of the objective's time
    shapes = f"{tuple(logits.shape)} and {tuple(targets.shape)}"
    fitting = [found for found in _candidates(logits.ndim, axis) if _fits(logits, targets, found)]
    if not fitting:
        along = "" if axis is None else f", with the classes along axis {axis}"
        raise InvalidInput(
            "logits need the shape of the targets and one axis more, or soft targets the logits'"
            f" shape: got {shapes}{along}"
        )
    if len(fitting) > 1:
        raise InvalidInput(
            f"logits and targets of the shapes {shapes} fit with the classes along axis 1, as in"
            " torch, and along the last axis; say which: objective(..., axis=1) or axis=-1"
        )
    (found,) = fitting
    if axis is None and found != logits.ndim - 1:
        raise InvalidInput(
            f"logits and targets of the shapes {shapes} fit with the classes along axis 1, not"
            " along the last axis; say so: objective(..., axis=1)"
        )
    if logits.shape[found] < 2:
        raise InvalidInput(
            "a classification has 2 classes or more: got logits of the shape"
            f" {tuple(logits.shape)}, with {logits.shape[found]} along axis {found}"
        )
    return found


def _candidates(dimensions: int, axis: int | None) -> list[int]:
    """The axes along which the classes may lie, counted from 0."""
    if axis is None:
        return sorted({place for place in (1, dimensions - 1) if 0 <= place < dimensions})
    return [axis % dimensions] if -dimensions <= axis < dimensions else []


def _fits(logits: Tensor, targets: Tensor, axis: int) -> bool:
    expected = list(logits.shape)
    if not targets.is_floating_point():
        del expected[axis]
    return expected == list(targets.shape)
