"""What all that write large files share: one process at a time, and room on the disk."""

import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from filelock import FileLock, Timeout

from lossviz.errors import LossvizError
from lossviz.training.data.progress import CheckStop

_POLL_EVERY_S = 0.5


def acquire_lock(
    path: Path, *, on_wait: Callable[[], None], check_stop: CheckStop
) -> AbstractContextManager[object]:
    """Wait until no other process holds a file lock, and hold it.

    Args:
        path: The lock's own file; its folder is made.
        on_wait: Called twice a second while another process holds the lock.
        check_stop: Called as often, and once before.

    Returns:
        A context manager that releases the lock at its end.

    Raises:
        OSError: The folder or the file cannot be written.

    Side effects: makes folder and file; holds the lock.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path)
    while True:
        check_stop()
        try:
            return lock.acquire(timeout=_POLL_EVERY_S)
        except Timeout:
            on_wait()


def require_free_space(folder: Path, needed: float, error: Callable[[int], LossvizError]) -> None:
    """Refuse a disk that has too little room.

    Args:
        folder: A folder on the disk.
        needed: Bytes.
        error: Makes the error from the bytes that are free.

    Raises:
        LossvizError: What ``error`` makes, where fewer than ``needed`` bytes are free.
    """
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise error(free)
