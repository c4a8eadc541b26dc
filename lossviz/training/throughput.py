"""How many images a second a training learns from."""

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

_WINDOWS: Final = 10  # of a tenth of a second, as often as is reported


class Throughput:
    """Training images a second over the last reports. Evaluations are not part of it.

    Args:
        clock: Seconds of a clock that never goes back.
    """

    def __init__(self, clock: Callable[[], float] = time.perf_counter) -> None:
        self._clock = clock
        self._since: float | None = None  # None while nothing is trained
        self._images, self._seconds = 0, 0.0  # since the last report
        self._windows: deque[tuple[int, float]] = deque(maxlen=_WINDOWS)

    def start(self) -> None:
        """Training goes on from now."""
        self._since = self._clock()

    def pause(self) -> None:
        """Training stops for now."""
        self._count_seconds()
        self._since = None

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Pause within this context, where training was going on."""
        was_training = self._since is not None
        self.pause()
        yield
        if was_training:
            self.start()

    def add(self, images: int) -> None:
        """Count images whose training is done."""
        self._images += images

    def per_s(self) -> float | None:
        """Images a second; None before the first."""
        self._count_seconds()
        if self._seconds:
            self._windows.append((self._images, self._seconds))
            self._images, self._seconds = 0, 0.0
        images = sum(images for images, _ in self._windows)
        return images / sum(seconds for _, seconds in self._windows) if images else None

    def _count_seconds(self) -> None:
        if self._since is not None:
            now = self._clock()
            self._seconds, self._since = self._seconds + now - self._since, now
