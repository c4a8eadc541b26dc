"""How long work on data reports what it does, and how it is stopped."""

import time
from collections.abc import Callable

OnProgress = Callable[[str, float], None]  # a sentence, and the share that is done, 0 to 1
CheckStop = Callable[[], None]  # called often; raises whatever ends the caller's work

_REPORT_EVERY_S = 0.1


def throttled(on_progress: OnProgress) -> OnProgress:
    """``on_progress`` that skips calls within 0.1 s of the one before."""
    reported_at = float("-inf")

    def report(sentence: str, share: float) -> None:
        nonlocal reported_at
        if (now := time.monotonic()) - reported_at >= _REPORT_EVERY_S:
            reported_at = now
            on_progress(sentence, share)

    return report
