"""Reads an accelerator's results without making it wait."""

from collections import deque
from collections.abc import Iterator
from typing import Any, Final, Generic, TypeVar

import torch
from torch import Tensor

MAX_UNREAD: Final = 8  # batches; so late is a loss read at most. Not tuned on a GPU yet

_Note = TypeVar("_Note")


class Copy:
    """A tensor on its way to the processor; one that is there has arrived at once.

    Args:
        value: Any tensor. From a CUDA device it is copied beside what is computed; any other
            device is waited for.
    """

    def __init__(self, value: Tensor) -> None:
        value = value.detach().as_subclass(Tensor)
        self._event: Any = None
        if value.device.type != "cuda":
            self._value = value.cpu()
            return
        self._value = torch.empty_like(value, device="cpu", pin_memory=True)
        self._value.copy_(value, non_blocking=True)
        self._event = torch.cuda.Event(blocking=True)  # type: ignore[no-untyped-call]
        self._event.record(torch.cuda.current_stream(value.device))

    def has_arrived(self) -> bool:
        """Whether it can be read without waiting."""
        return self._event is None or bool(self._event.query())

    def read(self) -> Tensor:
        """The tensor, on the processor; waits for it, without holding a core."""
        if self._event is not None:
            self._event.synchronize()
        return self._value


class LateReads(Generic[_Note]):
    """Results of batch after batch, read in their order once they have arrived.

    ``tensor.item()`` waits until an accelerator has computed all that it was given, and meanwhile
    nothing more is given to it. Here up to ``MAX_UNREAD`` batches go on before a result is waited
    for.
    """

    def __init__(self) -> None:
        self._unread: deque[tuple[Copy, _Note]] = deque()

    def add(self, value: Tensor, note: _Note) -> None:
        """Begin to read a result; ``note`` comes back with it."""
        self._unread.append((Copy(value), note))

    def arrived(self) -> Iterator[tuple[Tensor, _Note]]:
        """Those that can be read without waiting, and the oldest of too many."""
        while self._unread:
            copy, note = self._unread[0]
            if len(self._unread) <= MAX_UNREAD and not copy.has_arrived():
                return
            self._unread.popleft()
            yield copy.read(), note

    def rest(self) -> Iterator[tuple[Tensor, _Note]]:
        """All that were not read yet; waits for them."""
        while self._unread:
            copy, note = self._unread.popleft()
            yield copy.read(), note
