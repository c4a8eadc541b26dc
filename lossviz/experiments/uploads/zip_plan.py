"""What of a zip is unpacked, decided from the list of its files alone: pure."""

from __future__ import annotations

import stat
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipInfo

from lossviz.errors import InvalidInput
from lossviz.experiments.folder_paths import printable
from lossviz.experiments.uploads.entry_names import (
    is_hidden,
    is_odd,
    leads_out,
    parts_of,
    same_on_some_systems,
)
from lossviz.experiments.uploads.limits import MB, UploadLimits

IMAGES: Final = (
    ".avif", ".bmp", ".gif", ".jfif", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff",
    ".webp",
)  # fmt: skip
_ARCHIVES: Final = (".zip", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".7z", ".rar", ".zst", ".jar")
_ENCRYPTED: Final = 0x1 | 0x40 | 0x2000  # bits of ZIP's general purpose flag
_FILE_KINDS: Final = (0, stat.S_IFREG, stat.S_IFDIR)  # 0 where the zip does not say


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedFile:
    """An image to unpack.

    Attributes:
        entry: What the zip says of it.
        parts: Where it goes: its folders and its name.
    """

    entry: ZipInfo
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ZipPlan:
    """What to unpack.

    Attributes:
        files: The images.
        left_out: What else is in the zip: by the reason, the names.
        folders: The folders that hold the classes' images, or could: those at the top.
    """

    files: tuple[PlannedFile, ...]
    left_out: Mapping[str, tuple[str, ...]]
    folders: tuple[str, ...]


def plan_extraction(entries: Sequence[ZipInfo], *, zip_bytes: int, limits: UploadLimits) -> ZipPlan:
    """Choose what to unpack of a zip.

    Only images in folders are. Folders around all of them are taken away, so that the first folder
    of each is that of its class, or of a part of the split.

    Args:
        entries: The list at the zip's end, as ``zipfile`` reads it.
        zip_bytes: Size of the whole zip.
        limits: What is taken.

    Raises:
        InvalidInput: The zip asks for what no honest one does, or for too much; it says what to do.
    """
    if len(entries) > limits.entries:
        raise InvalidInput(
            f"the zip holds {len(entries):,} files and folders; at most {limits.entries:,} are"
            " taken. Leave some out"
        )
    for entry in entries:
        _refuse_entry(entry)
    if sum(entry.compress_size for entry in entries) > zip_bytes:
        raise InvalidInput(
            "the zip says that it holds more than it has bytes, so its files overlap; pack the"
            " images anew"
        )
    left_out: dict[str, list[str]] = {}
    files: list[PlannedFile] = []
    for entry in entries:
        parts = parts_of(entry.orig_filename)
        if _is_folder(entry) or is_hidden(parts):  # which systems add by themselves
            continue
        if reason := _reason_to_leave_out(entry, parts, limits):
            left_out.setdefault(reason, []).append(printable("/".join(parts)))
        else:
            files.append(PlannedFile(entry=entry, parts=parts))
    _refuse_bombs(files, limits)
    around = _folders_around([file.parts for file in files])
    inside = []
    for file in files:
        shorter = file.parts[around:]
        if len(shorter) > 1:
            inside.append(PlannedFile(entry=file.entry, parts=shorter))
        else:
            left_out.setdefault("in no folder of a class", []).append(printable(shorter[-1]))
    _refuse_collisions([file.parts for file in inside])
    return ZipPlan(
        files=tuple(inside),
        left_out=MappingProxyType({reason: tuple(names) for reason, names in left_out.items()}),
        folders=_folders_at_the_top(entries, files, around),
    )


def _is_folder(entry: ZipInfo) -> bool:
    return entry.orig_filename.endswith(("/", "\\"))


def _refuse_entry(entry: ZipInfo) -> None:
    """Refuse a zip for one of its entries."""
    name = printable(entry.orig_filename)[:200]
    if entry.flag_bits & _ENCRYPTED:
        raise InvalidInput("the zip is encrypted; pack the images without a password")
    if leads_out(entry.orig_filename):
        raise InvalidInput(
            f"the zip names a place outside of itself ({name}); pack the folder of your images as"
            " it is"
        )
    if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise InvalidInput(
            f"{name} is packed in a way other than deflate, the usual one; pack the images anew"
        )


_Check = Callable[[ZipInfo, tuple[str, ...], UploadLimits], bool]
# the first that holds says why a file is left out
_LEFT_OUT: Final[tuple[tuple[_Check, str], ...]] = (
    (lambda entry, _, __: stat.S_IFMT(entry.external_attr >> 16) not in _FILE_KINDS, "not files"),
    (lambda _, parts, __: not parts, "without a name"),
    (lambda _, parts, __: parts[-1].lower().endswith(_ARCHIVES), "archives in the zip"),
    (lambda _, parts, __: not parts[-1].lower().endswith(IMAGES), "not images"),
    (
        lambda _, parts, limits: any(len(part.encode()) > limits.name_bytes for part in parts),
        "names that are too long",
    ),
    (lambda _, parts, __: any(map(is_odd, parts)), "names that not every system can store"),
    (lambda _, parts, limits: len(parts) - 1 > limits.depth, "in too many folders in each other"),
    (lambda entry, _, __: not entry.file_size, "empty"),
    (lambda entry, _, limits: entry.file_size > limits.image_mb * MB, "too large"),
)


def _reason_to_leave_out(entry: ZipInfo, parts: tuple[str, ...], limits: UploadLimits) -> str:
    """Why a file is not unpacked; empty where it is."""
    return next((reason for holds, reason in _LEFT_OUT if holds(entry, parts, limits)), "")


def _refuse_bombs(files: Sequence[PlannedFile], limits: UploadLimits) -> None:
    total = sum(file.entry.file_size for file in files)
    if total > limits.unpacked_mb * MB:
        raise InvalidInput(
            f"the images come to {total / MB:,.0f} MB unpacked; at most {limits.unpacked_mb:,} MB"
            " are taken. Leave some out, or make them smaller"
        )
    for file in files:
        entry = file.entry
        if entry.file_size > max(MB, limits.ratio * entry.compress_size):
            raise InvalidInput(
                f"{printable('/'.join(file.parts))} would become more than {limits.ratio} times as"
                " large when it is unpacked, as in a zip bomb; save the images as PNG or JPEG"
            )


def _folders_around(paths: Sequence[tuple[str, ...]]) -> int:
    """How many folders all the images lie in together, without those of the classes.

    >>> _folders_around([("flowers", "rose", "1.jpg"), ("flowers", "tulip", "2.jpg")])
    1
    >>> _folders_around([("rose", "1.jpg"), ("rose", "2.jpg")])
    0
    """
    around = 0
    while (
        paths
        and len({path[: around + 1] for path in paths}) == 1
        and all(len(path) > around + 2 for path in paths)
    ):
        around += 1
    return around


def _folders_at_the_top(
    entries: Iterable[ZipInfo], files: Iterable[PlannedFile], around: int
) -> tuple[str, ...]:
    """The first folder inside those that are taken away, of whatever the zip holds there."""
    outer = {file.parts[:around] for file in files}
    names = {
        parts[around]
        for entry in entries
        if len(parts := parts_of(entry.orig_filename)) > around + (not _is_folder(entry))
        and parts[:around] in outer
        and not is_hidden(parts)
    }
    return tuple(sorted(names))


def _refuse_collisions(paths: Sequence[tuple[str, ...]]) -> None:
    """Refuse names that some systems take for the same, and files that are folders too."""
    spelled: dict[tuple[str, ...], tuple[str, ...]] = {}
    whole: set[tuple[str, ...]] = set()
    for path in paths:
        for length in range(1, len(path) + 1):
            begin = path[:length]
            key = tuple(map(same_on_some_systems, begin))
            other = spelled.setdefault(key, begin)
            if other != begin:
                raise InvalidInput(
                    f"{_joined(other)} and {_joined(begin)} differ by capitals or accents only,"
                    " which some systems take for the same; rename one"
                )
        if path in whole:
            raise InvalidInput(f"{_joined(path)} is in the zip twice; leave one out")
        whole.add(path)
    for path in paths:
        if any(path[:length] in whole for length in range(1, len(path))):
            raise InvalidInput(f"the folder of {_joined(path)} is an image too; rename one")


def _joined(path: Sequence[str]) -> str:
    return printable("/".join(path))
