"""Which process Linux ends first where memory runs out: a trial, so that the pages go on."""

from contextlib import suppress
from pathlib import Path
from typing import Final

# Added to a process's share of the memory, in thousandths; the app's own is 0.
HOST: Final = 300
WORKER: Final = 600


def prefer_to_end(score: int) -> None:
    """Have Linux end this process and those forked from it before others; elsewhere this does
    nothing.

    Side effects: changes this process's ``oom_score_adj``.
    """
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text(str(score))
