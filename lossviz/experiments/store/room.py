"""Whether there is room for what another training reports."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

_MB: Final = 2**20
# A comparison of 60 trials stores some MB; SQLite's log may grow to 4 MB and more beside it.
LEAST_FREE_MB: Final = 50.0


def free_mb(file: Path | None) -> float | None:
    """Room on the disk of a database, in MB (2**20 bytes); None where it is not a file.

    Side effects: asks the system.
    """
    if file is None:
        return None
    try:
        return shutil.disk_usage(file.parent).free / _MB
    except OSError:
        return None


def room_problem(free: float | None, *, full: bool) -> str:
    """Why nothing new may be trained; empty where it may.

    Args:
        free: See ``free_mb``.
        full: See ``Retention.full``.

    >>> room_problem(12.0, full=False)
    "the server's disk is full but for 12 MB, and nothing new is trained; try again later"
    >>> room_problem(None, full=False)
    ''
    """
    if free is not None and free < LEAST_FREE_MB:
        return (
            f"the server's disk is full but for {free:.0f} MB, and nothing new is trained; try"
            " again later"
        )
    if full:
        return (
            "what is stored has reached its limit, and nothing new is trained; delete comparisons"
            " of yours, or try again later"
        )
    return ""
