"""A file as it must come from the network, and what is said where it cannot come."""

import errno
import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from lossviz.errors import DownloadError, InvalidInput
from lossviz.training.data.disk import require_free_space

MB = 1e6  # as in "812 MB" for the 811,706,944 bytes of the pets
_CHUNK = 2**20


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
        remaining = self.hashed_bytes or path.stat().st_size
        with path.open("rb") as file:
            while chunk := file.read(min(remaining, _CHUNK)):
                hashed.update(chunk)
                remaining -= len(chunk)
        return hashed.hexdigest().startswith(self.digest)

    def error(self, reason: str) -> DownloadError:
        """The error that says why it cannot be downloaded."""
        return DownloadError(self.url, f"{self.name} cannot be downloaded: {reason}")

    def require_free_space(self, folder: Path, needed: int) -> None:
        """Refuse a disk with fewer than ``needed`` bytes free.

        Raises:
            DownloadError: Says how much is free and needed, and where.
        """
        require_free_space(
            folder,
            needed,
            lambda free: self.error(
                f"{folder} has {free / MB:,.0f} MB free and {needed / MB:,.0f} MB are needed; free"
                f" some, or let the environment variable {self.home} name a folder on a larger disk"
            ),
        )

    @contextmanager
    def disk_errors(self, folder: Path) -> Iterator[None]:
        """Turn an OSError of the block, which writes to ``folder``, into a DownloadError."""
        try:
            yield
        except OSError as error:
            advice = "free some room there" if error.errno == errno.ENOSPC else "make it writable"
            raise self.error(
                f"{folder} cannot be written ({error.strerror or error}); {advice}, or let the"
                f" environment variable {self.home} name another folder"
            ) from error
