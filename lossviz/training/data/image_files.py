"""The image files below a folder, each real file known by its identity, and what is left out."""

import mimetypes
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

from lossviz.training.data.left_out import LeftOut, reason_of

Identity: TypeAlias = tuple[int, int]  # device and number of a file on it

# Beside those of the standard library's own table. Pillow cannot read all of them: they are listed
# so that they are named where they are left out.
_MORE_ENDINGS: Final = frozenset(
    {
        ".apng", ".avif", ".avifs", ".bmp", ".cur", ".dcx", ".dds", ".dib", ".heic", ".heics",
        ".heif", ".icb", ".icns", ".ico", ".j2c", ".j2k", ".jfif", ".jif", ".jp2", ".jpc", ".jpf",
        ".jpx", ".jxl", ".pcx", ".pfm", ".psd", ".qoi", ".sgi", ".tga", ".vda", ".vst", ".webp",
        ".3fr", ".arw", ".cr2", ".cr3", ".dng", ".nef", ".orf", ".pef", ".raf", ".rw2", ".srw",
    }
)  # fmt: skip
_TABLE: Final = mimetypes.MimeTypes()  # not the system's: the same images on every machine
_TYPES: Final = {**_TABLE.types_map[False], **_TABLE.types_map[True]}
_SIGNATURES: Final = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"II*\0", b"MM\0*")
_KINDS: Final = (
    (stat.S_ISFIFO, "a pipe, not a file"),
    (stat.S_ISSOCK, "a socket, not a file"),
    (stat.S_ISCHR, "a device, not a file"),
    (stat.S_ISBLK, "a device, not a file"),
)
BACK: Final = "a link back to a folder that it lies in"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundImage:
    """An image file.

    Attributes:
        path: One of its paths.
        identity: The same for all paths of one real file.
        linked: Whether a symbolic link is on this path, below the folder that was searched.
    """

    path: Path
    identity: Identity
    linked: bool


@dataclass(slots=True, kw_only=True)
class Listing:
    """What was found in a folder; lists grow while it is searched."""

    images: list[FoundImage] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)


def list_images(folder: Path, *, label: str | None) -> Listing:
    """All image files below a folder, at any depth, in the order of their paths.

    Hidden files and folders do not count, nor do files that are no images by their ending, or,
    where it says nothing, by their first bytes. Links are followed; no folder is entered twice.

    Args:
        folder: Where to search; may be a link itself.
        label: The class of what is left out, see ``LeftOut``.

    Side effects: reads the folder's tree.
    """
    listing = Listing()
    entered: set[Identity] = set()
    # what lies there itself comes first, so that a folder with a link to it counts as itself
    direct, linked = [folder], []
    if folder.is_symlink():
        direct, linked = [], [folder]
    while direct or linked:
        is_linked = not direct
        here = (direct or linked).pop()
        for path, about in _entries(here, label, listing, entered):
            is_link = path.is_symlink()
            if stat.S_ISDIR(about.st_mode):
                if not is_link:
                    (linked if is_linked else direct).append(path)
                elif leads_back(path):
                    listing.left_out.append(LeftOut(path=path, reason=BACK))
                else:
                    linked.append(path)
            elif not _may_be_image(path, about):
                continue
            elif reason := _unusable(path, about):
                listing.left_out.append(LeftOut(path=path, reason=reason, label=label))
            else:
                listing.images.append(
                    FoundImage(path=path, identity=identity_of(about), linked=is_linked or is_link)
                )
    listing.images.sort(key=lambda image: image.path)
    listing.left_out.sort(key=lambda one: one.path)
    return listing


def identity_of(about: os.stat_result) -> Identity:
    """What is the same for all names of a file or folder, and for no other."""
    return about.st_dev, about.st_ino


def leads_back(link: Path) -> bool:
    """Whether a link to a folder leads to one that it lies in itself, so that there is no end."""
    return Path(os.path.realpath(link.parent)).is_relative_to(os.path.realpath(link))


def is_image(path: Path) -> bool:
    """Whether a regular file is an image by its ending, or, where that says nothing, by its first
    bytes.

    >>> is_image(Path("a.JPG")), is_image(Path("a.heic")), is_image(Path("labels.csv"))
    (True, True, False)
    """
    by_ending = _is_image_by_ending(path)
    return _begins_as_image(path) if by_ending is None else by_ending


def _is_image_by_ending(path: Path) -> bool | None:
    """None where the ending says nothing."""
    ending = path.suffix.lower()
    if ending in _MORE_ENDINGS:
        return True
    return _TYPES[ending].startswith("image/") if ending in _TYPES else None


def _begins_as_image(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            begin = file.read(12)
    except OSError:  # without the ending of an image nobody expects one
        return False
    return begin.startswith(_SIGNATURES) or (begin[:4], begin[8:]) == (b"RIFF", b"WEBP")


def _may_be_image(path: Path, about: os.stat_result) -> bool:
    """Whether somebody may expect an image there: it is named so, or begins so."""
    by_ending = _is_image_by_ending(path)
    if by_ending is not None:
        return by_ending
    return not stat.S_ISREG(about.st_mode) or _begins_as_image(path)


def _entries(
    folder: Path, label: str | None, listing: Listing, entered: set[Identity]
) -> Iterator[tuple[Path, os.stat_result]]:
    """What is in a folder that was not entered before; what cannot be read is left out."""
    try:
        identity = identity_of(folder.stat())
        if identity in entered:
            return
        entered.add(identity)
        paths = [path for path in folder.iterdir() if not path.name.startswith(".")]
    except OSError as error:
        listing.left_out.append(LeftOut(path=folder, reason=reason_of(error), label=label))
        return
    for path in paths:
        try:
            about = path.stat()
        except OSError as error:
            reason = reason_of(error)
            if isinstance(error, FileNotFoundError) and path.is_symlink():
                reason = "a link to what is not there"
            if _is_image_by_ending(path) is not False:
                listing.left_out.append(LeftOut(path=path, reason=reason, label=label))
        else:
            yield path, about


def _unusable(path: Path, about: os.stat_result) -> str:
    """Why what lies there is no file that an image can be read from; empty where it is one."""
    for is_kind, reason in _KINDS:
        if is_kind(about.st_mode):
            return reason
    if not os.access(path, os.R_OK):
        return "may not be read"
    return "" if about.st_size else "empty"
