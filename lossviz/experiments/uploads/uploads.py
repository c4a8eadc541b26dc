"""The uploads that a server keeps: each in a folder of its visitor, named by what is in it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from filelock import FileLock, Timeout

from lossviz.errors import LossvizError
from lossviz.experiments.folder_paths import printable
from lossviz.experiments.uploads.contents import UploadContents
from lossviz.experiments.uploads.extraction import unpack
from lossviz.experiments.uploads.limits import LIMITS, UploadLimits
from lossviz.experiments.uploads.reference import (
    IMAGES,
    UploadReference,
    owner_folder,
    read_reference,
)

_RECORD: Final = "upload.json"
_UNFINISHED: Final = ".unpacking-"  # begins the name of a folder that is being made or removed
_STALE_S: Final = 3600  # nothing takes so long to unpack: what made it has died
_NAME_LENGTH: Final = 80
_WAIT_S: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """What a visitor has uploaded.

    Attributes:
        reference: How ``Settings.folder`` names it.
        contents: What it holds.
        bytes: Of its images on the disk.
        created_at: Seconds since the epoch (UTC).
    """

    reference: UploadReference
    contents: UploadContents
    bytes: int
    created_at: float


class Uploads:
    """Uploads below one folder. Equal ones of one visitor are kept once.

    Whose an upload is, is the name of a folder above it, which is no secret; that another visitor
    cannot have it read is ``FolderAccess``'s to see to.

    Args:
        folder: Where they are kept; made where it is missing.
        limits: What is taken.
    """

    def __init__(self, folder: Path, *, limits: UploadLimits = LIMITS) -> None:
        self._folder, self._limits = folder, limits

    def add(
        self,
        archive: BinaryIO,
        *,
        name: str,
        owner: str,
        now: float,
        admit: Callable[[Upload], None] = lambda _upload: None,
    ) -> Upload:
        """Unpack a zip, whole or not at all.

        Args:
            archive: The zip, of which any part can be read.
            name: The file's, as the visitor's browser gives it.
            owner: Whose it is, see ``lossviz.experiments.visitors``.
            now: Seconds since the epoch.
            admit: Called with what is new and about to be kept; raises where that is too much. One
                upload is admitted at a time.

        Returns:
            The upload; the one that was there where this visitor has uploaded the same before.

        Raises:
            InvalidInput: The zip will not do.
            LossvizError: The disk cannot take it, or what ``admit`` raises.

        Side effects: reads the zip; writes below the folder.
        """
        reference = UploadReference(owner=owner, id=_id_of(archive), name=_shown_name(name))
        place = reference.below(self._folder)
        try:
            place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            # one at a time: unpacking takes a core, and what is kept is summed up before
            with FileLock(self._folder / ".lock").acquire(timeout=_WAIT_S):
                return self._read(place) or self._unpack(archive, reference, now, admit)
        except Timeout:
            raise LossvizError("other uploads are being unpacked; try again in a minute") from None
        except OSError as error:
            why = error.strerror or "the disk cannot be written"
            raise LossvizError(
                f"the server cannot keep the upload ({why}); try again later, or upload less"
            ) from None

    def _unpack(
        self,
        archive: BinaryIO,
        reference: UploadReference,
        now: float,
        admit: Callable[[Upload], None],
    ) -> Upload:
        place = reference.below(self._folder)
        with tempfile.TemporaryDirectory(
            prefix=_UNFINISHED, dir=place.parent, ignore_cleanup_errors=True
        ) as scratch:
            unfinished = Path(scratch) / reference.id
            contents = unpack(archive, unfinished / IMAGES, limits=self._limits)
            upload = Upload(
                reference=reference,
                contents=contents,
                bytes=_bytes_below(unfinished / IMAGES),
                created_at=now,
            )
            admit(upload)
            (unfinished / _RECORD).write_text(json.dumps(_to_json(upload)))
            os.rename(unfinished, place)
        return upload

    def of(self, owner: str) -> list[Upload]:
        """The uploads of a visitor, the newest first.

        Side effects: reads the folder.
        """
        found = filter(None, map(self._read, _folders_in(owner_folder(self._folder, owner))))
        return sorted(found, key=lambda upload: -upload.created_at)

    def find(self, folder: str, *, owner: str) -> Upload | None:
        """The upload that a folder of ``Settings`` names; None where it is none of this visitor's.

        Side effects: reads the folder.
        """
        reference = read_reference(folder)
        if reference is None or reference.owner != owner:
            return None
        return self._read(reference.below(self._folder))

    def bytes_of(self, owner: str) -> int:
        """What the uploads of a visitor take of the disk.

        Side effects: reads the folder.
        """
        return sum(upload.bytes for upload in self.of(owner))

    def all(self) -> Iterator[Upload]:
        """The uploads of all visitors.

        Side effects: reads the folder.
        """
        for owner in _folders_in(self._folder):
            yield from filter(None, map(self._read, _folders_in(owner)))

    def remove(self, reference: UploadReference) -> None:
        """Remove an upload; nothing where it is not there.

        Side effects: removes files. What trains on them fails, unless it has decoded them.
        """
        _remove(reference.below(self._folder))

    def remove_old(self, *, before: float, now: float, keep: Collection[str] = ()) -> list[Upload]:
        """Remove uploads that were made before a time, and what was left unfinished.

        Args:
            before: Seconds since the epoch.
            now: The same.
            keep: Folders of ``Settings`` that are in use: uploads that they name stay.

        Returns:
            What was removed.

        Side effects: removes files.
        """
        for owner in _folders_in(self._folder):
            for path in owner.glob(f"{_UNFINISHED}*"):
                with suppress(OSError):
                    if path.stat().st_mtime < now - _STALE_S:
                        shutil.rmtree(path, ignore_errors=True)
        ids = {(named.owner, named.id) for folder in keep if (named := read_reference(folder))}
        removed = []
        for upload in list(self.all()):
            reference = upload.reference
            if upload.created_at < before and (reference.owner, reference.id) not in ids:
                self.remove(reference)
                removed.append(upload)
        return removed

    def _read(self, place: Path) -> Upload | None:
        """The upload in a folder; None where there is none."""
        try:
            return _from_json(json.loads((place / _RECORD).read_text()))
        except (OSError, ValueError, KeyError, TypeError):
            return None


def _id_of(archive: BinaryIO) -> str:
    archive.seek(0)
    digest = hashlib.file_digest(archive, "sha256")  # type: ignore[arg-type]
    return digest.hexdigest()[:32]


def _shown_name(name: str) -> str:
    r"""The name of a file, whatever a browser calls it.

    >>> _shown_name("../a\\b/my flowers.zip"), _shown_name("")
    ('my flowers.zip', 'upload.zip')
    """
    last = printable(name.replace("\\", "/").rpartition("/")[2]).strip()
    return last[-_NAME_LENGTH:].replace("/", "") or "upload.zip"


def _folders_in(folder: Path) -> list[Path]:
    """The folders in a folder, without unfinished ones."""
    try:
        return [path for path in folder.iterdir() if not path.name.startswith(".")]
    except OSError:
        return []


def _remove(place: Path) -> None:
    """Remove a folder so that nobody finds half of it."""
    scratch = place.with_name(f"{_UNFINISHED}{place.name}")
    with suppress(OSError):
        os.rename(place, scratch)
    shutil.rmtree(scratch, ignore_errors=True)


def _bytes_below(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _to_json(upload: Upload) -> dict[str, object]:
    return {
        "reference": str(upload.reference),
        "bytes": upload.bytes,
        "created_at": upload.created_at,
        "contents": upload.contents.to_json(),
    }


def _from_json(stored: dict[str, object]) -> Upload:
    reference = read_reference(str(stored["reference"]))
    if reference is None:
        raise ValueError("no upload is named")
    return Upload(
        reference=reference,
        bytes=int(stored["bytes"]),  # type: ignore[call-overload]
        created_at=float(stored["created_at"]),  # type: ignore[arg-type]
        contents=UploadContents.from_json(stored["contents"]),  # type: ignore[arg-type]
    )
