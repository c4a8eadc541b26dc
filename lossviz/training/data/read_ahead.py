"""Reads the next batches while one is trained on.

By a thread, as reading pixels from a memory map and copying them leaves the interpreter free. What
fastai and torch have for it was tried and does not do: with ``pin_memory=True`` and no workers,
torch's loader pins each batch in the training's own thread, when it is asked for, and fastai then
copies it without ``non_blocking``; prefetching is theirs only with worker processes, which would
get every image through a pipe where they are not forked.
"""

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from typing import Any, Final, TypeVar

import torch
from torch import Tensor

DEPTH: Final = 2  # batches that are read ahead, beside the one that is trained on
THREAD_NAME: Final = "lossviz-read-ahead"

_Part = TypeVar("_Part")
_Batch = TypeVar("_Batch")


def reads_ahead(device: torch.device) -> bool:
    """Whether batches for this device are read ahead.

    A processor has nothing to wait for: it would share its cores with the reading.
    """
    return device.type != "cpu"


def read_ahead(
    read: Callable[[_Part], _Batch], parts: Iterable[_Part], *, depth: int = DEPTH
) -> Generator[_Batch, None, None]:
    """``map(read, parts)``, with at most ``depth`` results ready before they are asked for.

    ``parts`` is drawn from in the caller's thread; ``read`` runs in another, one part after the
    other. What it raises is raised here, at its batch.

    Side effects: a thread, which ends with the iterator.

    >>> list(read_ahead(abs, [-1, -2, -3]))
    [1, 2, 3]
    """
    pool = ThreadPoolExecutor(1, thread_name_prefix=THREAD_NAME)
    pending: deque[Future[_Batch]] = deque()
    try:
        for part in parts:
            pending.append(pool.submit(read, part))
            if len(pending) > depth:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


@cache
def _input_stream(device: torch.device) -> Any:
    """The stream on which all loaders of this process give work to a device.

    One for all: torch may keep a workspace of cuBLAS, 8 MB and more, for each stream on which
    matrices were ever multiplied, as augmentations do. With a stream for each trial, a worker that
    stays would hold one more after each, until it had grown so much that it is replaced.
    """
    # of high priority: its kernels are small, and the training's wait for them
    return torch.cuda.Stream(device, priority=-1)  # type: ignore[no-untyped-call]


class CudaInput:
    """Brings batches to a CUDA device on a stream beside the training's.

    Augmentations run there too: fastai's read numbers from the device (``_grid_sample``, ``Warp``)
    and so wait for the stream that they run on, which is not that of the training.

    Args:
        device: A CUDA device.
    """

    def __init__(self, device: torch.device) -> None:
        self._device, self._stream = device, _input_stream(device)

    def copy(self, batch: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        """Begin to copy a batch to the device; any thread may. What comes later on the stream of
        input finds it complete.

        Pinned memory is torch's own, which keeps it and uses it again once a copy is done.
        """
        with torch.cuda.stream(self._stream):
            return tuple(
                torch.empty_like(part, pin_memory=True)
                .copy_(part)
                .to(self._device, non_blocking=True)
                for part in batch
            )

    def batches(self, loaded: Iterator[Any]) -> Iterator[Any]:
        """The batches of a loader, whose work for the device is given to the stream of input.

        The caller's stream waits for each batch; the processor does not.
        """
        while True:
            with torch.cuda.stream(self._stream):
                batch = next(loaded, None)
            if batch is None:
                return
            training = torch.cuda.current_stream(self._device)
            training.wait_stream(self._stream)
            for part in batch:  # not to be used again before the training is done with it
                part.as_subclass(Tensor).record_stream(training)
            yield batch
