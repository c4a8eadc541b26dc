"""From where images may be read: which folders by their path, and whose uploads."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lossviz.errors import InvalidInput
from lossviz.experiments.folder_paths import folder_path
from lossviz.experiments.uploads.reference import images_folder, read_reference, uploads_folder

NO_PATHS: Final = (
    "this app opens no folder of its server by a path; upload a zip of your images instead"
)
NOT_LISTED: Final = (
    "this app opens only the folders that its deployer has listed, and those below them; give the"
    " full path of one of them, or upload a zip of your images"
)
_ANOTHERS: Final = (
    "these images are another visitor's upload, which only that visitor can train on and see;"
    " upload your own"
)
_GONE: Final = "the upload is no longer on the server; upload the zip again"


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderAccess:
    """Which images an app reads for whom. No widget decides it: an engine asks before each job.

    Attributes:
        roots: Folders below which any may be named by its path; None stands for every folder.
    """

    roots: tuple[Path, ...] | None = None

    @property
    def opens_paths(self) -> bool:
        """Whether there is any folder that can be named by its path."""
        return self.roots is None or bool(self.roots)

    def require(self, folder: str, owner: str) -> None:
        """Refuse images that must not be read.

        Links are resolved, so that none leads out of the listed folders. A path must be written as
        ``folder_path`` gives it: what reads it again must not come to another folder. The answer
        does not tell whether a folder that is not listed exists.

        Someone who can write below a listed folder on the server can put a link there between this
        check and the reading. Visitors cannot; who lists a folder trusts those who write in it.

        Args:
            folder: As ``Settings.folder``; empty for none.
            owner: Who wants to read them, see ``lossviz.experiments.visitors``.

        Raises:
            InvalidInput: Says what to do instead; holds no path.

        Side effects: resolves the links of the path.
        """
        if not folder:
            return
        if upload := read_reference(folder):
            if upload.owner != owner:
                raise InvalidInput(_ANOTHERS)
            if not os.path.isdir(images_folder(folder)):
                raise InvalidInput(_GONE)
        elif not self.roots and self.roots is not None:
            raise InvalidInput(NO_PATHS)
        elif self.roots is not None and not self._is_listed(folder, self.roots):
            raise InvalidInput(NOT_LISTED)

    def _is_listed(self, folder: str, roots: tuple[Path, ...]) -> bool:
        try:
            if not os.path.isabs(folder) or folder_path(folder) != folder:
                return False
            real = _real(folder)
        except (OSError, ValueError):  # a name that no file system takes
            return False
        uploads = _real(uploads_folder())  # each is its visitor's own, wherever they lie
        if real.is_relative_to(uploads) or uploads.is_relative_to(real):
            return False
        return any(real.is_relative_to(_real(root)) for root in roots)


def _real(path: str | Path) -> Path:
    return Path(os.path.normcase(os.path.realpath(path)))


EVERY_FOLDER: Final = FolderAccess()
