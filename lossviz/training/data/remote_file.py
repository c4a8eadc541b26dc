"""What a file from the network must be, and what is shared by all that bring one to the disk: the
lock, the free space, the errors.
"""

import errno
import hashlib
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from lossviz.errors import DownloadError, InvalidInput

OnProgress = Callable[[str, float], None]
CheckStop = Callable[[], None]

MB = 1e6  # as in "812 MB" for the 811,706,944 bytes of the pets
_TELL_EVERY_S = 0.1
_LOOK_EVERY_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoteFile:
    """A file as it must be.

    Attributes:
        name: What people read, in the plural: "the pets".
        url: Where it comes from.
        size: Its bytes; None where only the server knows.
        algorithm: Of the hash: "md5" or "sha256".
        digest: The first hex digits of the hash, 8 at least.
        hashed_bytes: How many of its first bytes are hashed; None for all.
        home: The environment variable that puts it on another disk.
    """

    name: str
    url: str
    size: int | None
    algorithm: str
    digest: str
    hashed_bytes: int | None = None
    home: str

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[0-9a-f]{8,}", self.digest):
            raise InvalidInput(
                f"a hash is 8 or more hex digits, got {self.digest!r} for {self.url}"
            )

    def matches(self, path: Path) -> bool:
        """Whether ``path`` is this file, by size and hash."""
        if not path.is_file() or self.size not in (None, path.stat().st_size):
            return False
        hashed = hashlib.new(self.algorithm, usedforsecurity=False)
        left = self.hashed_bytes or path.stat().st_size
        with path.open("rb") as file:
            while chunk := file.read(min(left, 2**20)):
                hashed.update(chunk)
                left -= len(chunk)
        return hashed.hexdigest().startswith(self.digest)

    def error(self, reason: str) -> DownloadError:
        """The error that says ``reason``."""
        return DownloadError(self.url, f"{self.name} cannot be downloaded: {reason}")


@contextmanager
def locked(
    file: RemoteFile, lock: Path, *, waiting: Callable[[], None], check_stop: CheckStop
) -> Iterator[None]:
    """Hold the file lock; while another process holds it, call ``waiting`` and ``check_stop`` twice a
    second.

    On Linux and macOS this is the lock that fastdownload takes, under the name that it gives it, so
    a notebook's own ``untar_data`` takes turns too.
    """
    with disk_errors(file, lock.parent):
        lock.parent.mkdir(parents=True, exist_ok=True)
        held = FileLock(lock)
    while not held.is_locked:
        check_stop()
        with disk_errors(file, lock.parent), suppress(Timeout):
            held.acquire(timeout=_LOOK_EVERY_S)
        if not held.is_locked:
            waiting()
    try:
        yield
    finally:
        held.release()


def require_free_space(file: RemoteFile, folder: Path, needed: int) -> None:
    """Refuse a disk that has fewer than ``needed`` bytes free.

    Raises:
        DownloadError: Says how much is free and needed, and where.
    """
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise file.error(
            f"{folder} has {free / MB:,.0f} MB free and {needed / MB:,.0f} MB are needed; "
            f"free some, or let the environment variable {file.home} name a folder on a larger disk"
        )


@contextmanager
def disk_errors(file: RemoteFile, folder: Path) -> Iterator[None]:
    """Turn what the disk refuses into a DownloadError."""
    try:
        yield
    except OSError as error:
        what = "free some room there" if error.errno == errno.ENOSPC else "make it writable"
        raise file.error(
            f"{folder} cannot be written ({error.strerror or error}); {what}, or let the"
            f" environment variable {file.home} name another folder"
        ) from error


def throttled(on_progress: OnProgress) -> OnProgress:
    """``on_progress``, made to skip what comes within a tenth of a second."""
    told = float("-inf")

    def thinned(sentence: str, share: float) -> None:
        nonlocal told
        if (now := time.monotonic()) - told >= _TELL_EVERY_S:
            told = now
            on_progress(sentence, share)

    return thinned
