"""A value that many ask for and that is computed once a second at most."""

import time
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

_Value = TypeVar("_Value")


class Recent(Generic[_Value]):
    """Safe in any thread: while one computes, others wait for what comes of it.

    Args:
        compute: Computes the value.
        for_s: How long it stands, in seconds.
        clock: Seconds that go on.
    """

    def __init__(
        self,
        compute: Callable[[], _Value],
        *,
        for_s: float = 1.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._compute, self._for_s, self._clock = compute, for_s, clock
        self._lock = Lock()
        self._last: tuple[float, _Value] | None = None

    def get(self) -> _Value:
        """The value as it was computed last, or as it is now where that is too long ago."""
        with self._lock:
            last = self._last
            if last is None or self._clock() - last[0] > self._for_s:
                last = self._last = (self._clock(), self._compute())
            return last[1]

    def forget(self) -> None:
        """Have it computed anew when it is asked for next."""
        self._last = None
