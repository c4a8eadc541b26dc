"""Waiting for what another process does, without guessing how long it takes."""

import time
from collections.abc import Callable


def wait_until(condition: Callable[[], object], *, within_s: float, what: str) -> float:
    """Look 50 times a second until ``condition()`` holds; return the seconds that took, or fail
    saying ``what`` did not come.
    """
    began = time.monotonic()
    while not condition():
        assert time.monotonic() - began < within_s, f"after {within_s} s still not so: {what}"
        time.sleep(0.02)
    return time.monotonic() - began
