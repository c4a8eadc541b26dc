"""Unpack a zip's images into a folder, within limits that its own numbers do not decide."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import BinaryIO, Final
from zipfile import BadZipFile, ZipFile, ZipInfo

from PIL import Image, UnidentifiedImageError

from lossviz.errors import InvalidInput, LossvizError
from lossviz.experiments.folder_paths import printable
from lossviz.experiments.uploads.contents import UploadContents, contents_of
from lossviz.experiments.uploads.limits import MB, UploadLimits
from lossviz.experiments.uploads.zip_plan import PlannedFile, plan_extraction

# Pillow knows dozens, and hands some to other programs
_FORMATS: Final = ("AVIF", "BMP", "GIF", "JPEG", "PNG", "PPM", "TIFF", "WEBP")
_CHUNK: Final = 2**16
_DAMAGED: Final = "the file is no zip, or a damaged one; pack the images anew"
# what zipfile raises for zips that are broken, some on purpose
_OF_THE_ZIP: Final = (
    BadZipFile, EOFError, IndexError, NotImplementedError, OverflowError, RuntimeError, ValueError,
    struct.error, zlib.error,
)  # fmt: skip


def unpack(archive: BinaryIO, folder: Path, *, limits: UploadLimits) -> UploadContents:
    """Unpack the images of a zip into a folder of each class.

    Nothing is written before the whole list of files has been checked. Bytes are counted as they
    come, whatever the zip says of them. Of each image the header is read, to leave out what is
    none, and what would become too many pixels.

    Args:
        archive: The zip, of which any part can be read.
        folder: Where to unpack to; it is made.
        limits: What is taken.

    Raises:
        InvalidInput: The zip will not do; it says why, and what to do.
        OSError: The disk cannot be written.

    Side effects: writes below ``folder``; what is there after an error is for the caller to remove.
    """
    zip_bytes = archive.seek(0, os.SEEK_END)
    if zip_bytes > limits.zip_mb * MB:
        raise InvalidInput(f"the zip has more than {limits.zip_mb} MB, the most that is taken")
    try:
        with ZipFile(_Bounded(archive, zip_bytes, limits)) as opened:
            plan = plan_extraction(opened.infolist(), zip_bytes=zip_bytes, limits=limits)
            left_out = {reason: list(names) for reason, names in plan.left_out.items()}
            kept = []
            left_bytes = limits.unpacked_mb * MB
            for file in plan.files:
                path = folder.joinpath(*file.parts)
                left_bytes -= _write(opened, file, path, most=left_bytes)
                if reason := _unusable(path, limits):
                    path.unlink()
                    left_out.setdefault(reason, []).append(printable("/".join(file.parts)))
                else:
                    kept.append(file.parts)
    except LossvizError:
        raise
    except _OF_THE_ZIP:
        raise InvalidInput(_DAMAGED) from None
    return contents_of(kept, folders=plan.folders, left_out=left_out)


class _Bounded:
    """A zip's file that gives no more at once than its list of files may have.

    ``zipfile`` reads that list as a whole, as long as the zip says it is, and makes an object of
    each of its files, before anybody can look at how many they are.
    """

    def __init__(self, archive: BinaryIO, zip_bytes: int, limits: UploadLimits) -> None:
        self._archive, self._bytes, self._limits = archive, zip_bytes, limits
        self.seek, self.tell, self.seekable = archive.seek, archive.tell, archive.seekable

    def read(self, count: int = -1) -> bytes:
        asked = count if count >= 0 else self._bytes - self.tell()
        if asked > self._limits.directory_mb * MB:
            raise InvalidInput(
                f"the list of the zip's files takes more than {self._limits.directory_mb} MB, and"
                f" at most {self._limits.entries:,} files and folders are taken. Leave some out"
            )
        return self._archive.read(count)


def _write(opened: ZipFile, file: PlannedFile, path: Path, *, most: int) -> int:
    """Unpack one file.

    Args:
        opened: The zip.
        file: Which.
        path: Where to; nothing is there yet.
        most: Bytes that may still be unpacked.

    Returns:
        How many were.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with path.open("xb") as target:
        for chunk in _chunks(opened, file.entry):
            written += len(chunk)
            if written > min(most, file.entry.file_size):
                raise InvalidInput(_DAMAGED)
            target.write(chunk)
    return written


def _chunks(opened: ZipFile, entry: ZipInfo) -> Iterator[bytes]:
    with opened.open(entry) as source:
        while chunk := source.read(_CHUNK):
            yield chunk


@cache
def _formats() -> list[str]:
    """Those of the formats that this Pillow was built with."""
    Image.init()
    return [name for name in _FORMATS if name in Image.OPEN]


def _unusable(path: Path, limits: UploadLimits) -> str:
    """Why a file is no image to train on, as far as its header says; empty where it is one."""
    too_many = f"more than {limits.pixels:,} pixels"
    try:
        with Image.open(path, formats=_formats()) as image:
            return too_many if image.width * image.height > limits.pixels else ""
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        return too_many
    except UnidentifiedImageError:
        return "no image of a format that is taken"
    except Exception:  # whatever Pillow raises for a broken header
        return "damaged"
