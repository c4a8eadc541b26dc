"""Heavy computations of a process that many visitors share: few at a time, equal ones once, and
none without end.

Python computes in one thread at a time. Thirty that compute beside each other all end late, and
meanwhile whoever asks for something light waits for thirty turns.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import wraps
from typing import Any, Final, ParamSpec, TypeVar

from lossviz.errors import TookTooLong

P = ParamSpec("P")
T = TypeVar("T")
AT_ONCE: Final = 2  # one that takes long leaves the other place free
# of the processor's time: the dearest formula that a search by random changes found takes 0.9 s
MOST_S: Final = 10.0

_places = threading.BoundedSemaphore(AT_ONCE)
_thread = threading.local()


def in_turn(compute: Callable[P, T]) -> Callable[P, T]:
    """A function that waits for its turn: at most ``AT_ONCE`` of all such functions compute, and
    who asks for what is being computed gets that result, or that error.

    A computation that calls another such function goes on with it at once. Results are not kept:
    put ``lru_cache`` around it. Where it calls ``check_time``, it ends after ``MOST_S``.

    Args:
        compute: Its arguments can be hashed.

    >>> in_turn(lambda p: 1 - p)(0.25)
    0.75
    """
    lock = threading.Lock()
    under_way: dict[Any, Future[T]] = {}

    @wraps(compute)
    def wait_and_compute(*args: P.args, **kwargs: P.kwargs) -> T:
        if hasattr(_thread, "ends_at"):
            return compute(*args, **kwargs)
        key = (args, tuple(sorted(kwargs.items())))
        with lock:
            future = under_way.get(key)
            is_mine = future is None
            if future is None:
                future = under_way[key] = Future()
        if is_mine:
            try:
                future.set_result(_compute_in_place(lambda: compute(*args, **kwargs)))
            except BaseException as error:  # whoever waits for it is to know
                future.set_exception(error)
            finally:
                with lock:
                    del under_way[key]
        return future.result()

    return wait_and_compute


def _compute_in_place(compute: Callable[[], T]) -> T:
    with _places:
        _thread.ends_at = time.thread_time() + MOST_S
        try:
            return compute()
        finally:
            del _thread.ends_at


def check_time() -> None:
    """End a computation that has used up its time; for loops that a formula can make long.

    The time is that of the thread on the processor, so that a busy machine refuses nothing that an
    idle one computes.

    Raises:
        TookTooLong: It has, in this thread; never outside of ``in_turn``.
    """
    ends_at = getattr(_thread, "ends_at", None)
    if ends_at is not None and time.thread_time() > ends_at:
        raise TookTooLong
