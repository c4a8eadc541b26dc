"""What names an upload wherever else the path of a folder would stand."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lossviz.errors import InvalidInput
from lossviz.experiments.folder_paths import folder_path, printable

_REFERENCE: Final = re.compile(r"upload:(?P<owner>[a-z0-9-]*)/(?P<id>[0-9a-f]{32})/(?P<name>[^/]+)")
_EVERYBODY: Final = "everybody"  # the folder of what is nobody's own
IMAGES: Final = "images"  # the folder of an upload that holds the folders of its classes


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadReference:
    """An upload, as ``Settings.folder`` names it.

    Attributes:
        owner: Whose it is, see ``lossviz.experiments.visitors``.
        id: Follows from what is in it: 32 hexadecimal digits.
        name: The file's, as the visitor knows it.

    >>> str(UploadReference(owner="", id="0" * 32, name="flowers.zip"))
    'upload:/00000000000000000000000000000000/flowers.zip'
    """

    owner: str
    id: str
    name: str

    def __post_init__(self) -> None:
        if not _REFERENCE.fullmatch(str(self)):
            raise InvalidInput("an upload is named by its owner's key, its id and a file's name")

    def __str__(self) -> str:
        return f"upload:{self.owner}/{self.id}/{self.name}"

    def below(self, uploads: Path) -> Path:
        """The folder that the upload has, below that of all uploads."""
        return owner_folder(uploads, self.owner) / self.id


def owner_folder(uploads: Path, owner: str) -> Path:
    """Where the uploads of one owner lie."""
    return uploads / (owner or _EVERYBODY)


def read_reference(folder: str) -> UploadReference | None:
    """The upload that a folder of ``Settings`` names; None where it is a path."""
    match = _REFERENCE.fullmatch(folder)
    return UploadReference(**match.groupdict()) if match else None


def uploads_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Where uploads are kept: ``LOSSVIZ_UPLOADS``, else a folder in the user's data folder."""
    if folder := environment.get("LOSSVIZ_UPLOADS", "").strip():
        return Path(folder).absolute()
    from platformdirs import user_data_path  # the core has it not

    return user_data_path("lossviz", appauthor=False) / "uploads"


def images_folder(folder: str) -> str:
    """The path of the folder that holds the images that a folder of ``Settings`` names.

    Raises:
        InvalidInput: An address of another machine.

    Side effects: those of ``folder_path``.
    """
    if upload := read_reference(folder):
        return str(upload.below(uploads_folder()) / IMAGES)
    return folder_path(folder)


def folder_name(folder: str) -> str:
    """A folder of ``Settings`` for people: an upload by its file's name, another by its path.

    >>> folder_name("/home/me/flowers"), folder_name(f"upload:/{'0' * 32}/flowers.zip")
    ('/home/me/flowers', 'flowers.zip')
    """
    upload = read_reference(folder)
    return printable(upload.name if upload else folder)
