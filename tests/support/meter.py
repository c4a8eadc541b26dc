"""What a function of tensors calls and allocates; of meta tensors too, which compute nothing."""

import weakref
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves


class Meter(TorchDispatchMode):
    """Counts while it is entered.

    Args:
        inputs: What was there before, and is not counted.

    Attributes:
        calls: The names of the operators, in order.
        made: Shape, dtype and device of each tensor with memory of its own.
        peak_bytes: The most that lived at a time.
    """

    def __init__(self, inputs: Sequence[Tensor]) -> None:
        super().__init__()
        self.calls: list[str] = []
        self.made: list[tuple[torch.Size, torch.dtype, str]] = []
        self.peak_bytes = 0
        self._live_bytes = 0
        self._known = {tensor.untyped_storage()._cdata for tensor in inputs}

    def __torch_dispatch__(
        self, function: Any, types: Any, args: Any = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        self.calls.append(str(function))
        result = function(*args, **(kwargs or {}))
        for tensor in tree_leaves(result):
            if isinstance(tensor, Tensor):
                self._add(tensor)
        return result

    def _add(self, tensor: Tensor) -> None:
        storage = tensor.untyped_storage()
        key, size = storage._cdata, storage.nbytes()
        if key in self._known:
            return
        self._known.add(key)
        self.made.append((tensor.shape, tensor.dtype, tensor.device.type))
        self._live_bytes += size
        self.peak_bytes = max(self.peak_bytes, self._live_bytes)
        weakref.finalize(storage, self._remove, key, size)

    def _remove(self, key: int, size: int) -> None:
        self._known.discard(key)
        self._live_bytes -= size


def metered(criterion: Any, logits: Tensor, targets: Tensor) -> Meter:
    """A meter that has seen a criterion's forward and backward pass."""
    with Meter([logits, targets]) as meter:
        value = criterion(logits, targets)
        torch.autograd.grad(value, logits, torch.ones_like(value))
    return meter
