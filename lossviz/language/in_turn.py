"""Heavy computations of a process that many visitors share: few at a time, and equal ones once.

Python computes in one thread at a time. Thirty that compute beside each other all end late, and
meanwhile whoever asks for something light waits for thirty turns.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import wraps
from typing import Any, Final, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
AT_ONCE: Final = 2  # one that takes long leaves the other place free

_places = threading.BoundedSemaphore(AT_ONCE)
_thread = threading.local()


def in_turn(compute: Callable[P, T]) -> Callable[P, T]:
    """A function that waits for its turn: at most ``AT_ONCE`` of all such functions compute, and
    who asks for what is being computed gets that result, or that error.

    A computation that calls another such function goes on with it at once. Results are not kept:
    put ``lru_cache`` around it.

    Args:
        compute: Its arguments can be hashed.

    >>> in_turn(lambda p: 1 - p)(0.25)
    0.75
    """
    lock = threading.Lock()
    under_way: dict[Any, Future[T]] = {}

    @wraps(compute)
    def wait_and_compute(*args: P.args, **kwargs: P.kwargs) -> T:
        if getattr(_thread, "computes", False):
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
        _thread.computes = True
        try:
            return compute()
        finally:
            _thread.computes = False
