"""Files that are not trained on: each with its name and the reason."""

import errno
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from PIL import Image, UnidentifiedImageError

from lossviz.experiments.folder_paths import printable

MAX_NAMED: Final = 10  # of one reason
_MAX_MESSAGE: Final = 100  # characters of what a decoder says
_TRUNCATED: Final = ("truncated", "unexpected end", "not enough")
_OF_THE_SYSTEM: Final = {  # by error number
    errno.EACCES: "may not be read",
    errno.EPERM: "may not be read",
    errno.ENOENT: "is not there",
    errno.ELOOP: "a link that leads to itself",
    errno.ENOMEM: "too large for the memory",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A file or a folder that is not used.

    Attributes:
        path: Where it is.
        reason: What stands in brackets after "left out".
        label: The class that it would have been an image of to train on; None where of none.
    """

    path: Path
    reason: str
    label: str | None = None


def reason_of(error: Exception) -> str:
    """Why a file or folder is left out, from what was raised when it was read.

    >>> reason_of(OSError("image file is truncated (3 bytes not processed)"))
    'truncated'
    >>> reason_of(PermissionError(errno.EACCES, "Permission denied"))
    'may not be read'
    """
    match error:
        case UnidentifiedImageError():
            return "no image that Pillow can read"
        case Image.DecompressionBombError():
            return f"more than {2 * (Image.MAX_IMAGE_PIXELS or 0):,} pixels"
        case MemoryError():
            return "too large for the memory"
        case OSError(errno=number) if number is not None:
            return _OF_THE_SYSTEM.get(number, printable(error.strerror or "cannot be read").lower())
    message = printable(str(error)) or type(error).__name__
    if any(word in message.lower() for word in _TRUNCATED):
        return "truncated"
    return f"damaged: {message[:_MAX_MESSAGE]}"


def notes_on_left_out(left_out: Sequence[LeftOut], root: Path) -> tuple[str, ...]:
    """A sentence for each reason, with how many there are and the names of the first.

    Args:
        left_out: What is left out.
        root: What names are seen from.
    """
    by_reason: dict[str, list[Path]] = {}
    for one in left_out:
        by_reason.setdefault(one.reason, []).append(one.path)
    return tuple(
        f"{len(paths):,} left out ({reason}): {names(paths, root)}."
        for reason, paths in by_reason.items()
    )


def names(paths: Sequence[Path], root: Path) -> str:
    """The first paths as seen from a folder, and how many there are more."""
    named = ", ".join(name(path, root) for path in paths[:MAX_NAMED])
    more = len(paths) - MAX_NAMED
    return f"{named} and {more:,} more" if more > 0 else named


def name(path: Path, root: Path) -> str:
    """A path as seen from a folder, for people."""
    return printable(path.relative_to(root) if path.is_relative_to(root) else path)
