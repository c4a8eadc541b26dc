"""Class weights as people bring them: tensors, arrays and lists."""

from collections.abc import Sequence
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor

from lossviz.errors import InvalidInput

Weights = Tensor | Sequence[float] | NDArray[Any]


def read_class_weights(weight: Weights) -> Tensor:
    """The weights as a floating point tensor.

    Args:
        weight: One number a class, 0 or more, [K].

    Raises:
        InvalidInput: They are anything else.

    >>> read_class_weights([1, 3]).tolist()
    [1.0, 3.0]
    """
    try:
        tensor = torch.as_tensor(weight)
    except (TypeError, ValueError, RuntimeError) as error:
        raise InvalidInput(
            f"weight must be one number a class, as a list, an array or a tensor: {error}"
        ) from None
    if tensor.dtype == torch.bool or tensor.is_complex():
        raise InvalidInput(f"weight must be numbers, one a class, got {tensor.dtype}")
    if tensor.ndim != 1 or len(tensor) < 2:
        raise InvalidInput(
            f"weight must be one number a class, got the shape {tuple(tensor.shape)}"
        )
    if not tensor.is_floating_point():
        tensor = tensor.to(torch.get_default_dtype())
    if tensor.device.type != "meta" and not bool(((tensor >= 0) & tensor.isfinite()).all()):
        raise InvalidInput(
            f"weight must be finite and 0 or more for each class, got {tensor.tolist()!s:.60}"
        )
    return tensor
