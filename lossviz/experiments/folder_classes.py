"""How many classes a visitor's folder has, before its images are read."""

import os
from collections.abc import Collection
from typing import Final

from lossviz.errors import InvalidInput
from lossviz.experiments.uploads.reference import images_folder

MIN_IMAGES: Final = 10  # to train on and to validate on, together
# names of a split's folders, in any case
TRAINING: Final = ("train", "training")
VALIDATION: Final = ("valid", "val", "validation", "dev", "test", "testing")  # the first counts


def count_class_folders(folder: str) -> int | None:
    """The folders in a folder, or in its ``train`` where it is split; a class each, if they hold
    images.

    Args:
        folder: Its path, as it was pasted, or an upload, see ``Settings.folder``.

    Returns:
        None where that are fewer than two, or none can be read.

    Side effects: reads the folder's tree, two levels of it.
    """
    try:
        root = images_folder(folder)
    except InvalidInput:
        return None
    names = _folder_names(root)
    if part := training_part(names):
        names = _folder_names(os.path.join(root, part)) or names
    return len(names) if len(names) >= 2 else None


def training_part(names: Collection[str]) -> str:
    """The one of a folder's folders that holds those of the classes; empty where these are the
    classes themselves.

    >>> training_part(["Train", "val", "notes"]), training_part(["train", "tram"])
    ('Train', '')
    """
    training = [name for name in names if name.lower() in TRAINING]
    others = [name for name in names if name not in training]
    is_split = len(training) == 1 and (
        not others or any(name.lower() in VALIDATION for name in others)
    )
    return training[0] if is_split else ""


def _folder_names(path: str) -> list[str]:
    try:
        with os.scandir(path) as entries:
            return [
                entry.name for entry in entries if entry.is_dir() and not entry.name.startswith(".")
            ]
    except (OSError, ValueError):
        return []
