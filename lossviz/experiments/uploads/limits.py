"""How much an upload may be: one table."""

from dataclasses import dataclass
from typing import Final

MB: Final = 2**20


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadLimits:
    """What is taken of a zip.

    Attributes:
        zip_mb: Of the zip itself; as ``server.maxUploadSize`` in ``.streamlit/config.toml``.
        incoming_mb: Of the zips of all sessions that are in memory, until they are unpacked.
        unpacked_mb: Of all its images together.
        image_mb: Of one of its images.
        entries: Files and folders.
        directory_mb: Of the list of them at the zip's end, which is read as a whole.
        ratio: How many times its packed size an image of more than 1 MB may have.
        depth: Folders in each other.
        name_bytes: Of one file's or folder's name, in UTF-8.
        pixels: Of one image.
    """

    zip_mb: int = 100
    incoming_mb: int = 200
    unpacked_mb: int = 200
    image_mb: int = 20
    entries: int = 20_000
    directory_mb: int = 4
    ratio: int = 200
    depth: int = 6
    name_bytes: int = 200
    pixels: int = 25_000_000


LIMITS: Final = UploadLimits()
