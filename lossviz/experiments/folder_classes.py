"""How many classes a visitor's folder has, before its images are read."""

import os
from typing import Final

from lossviz.errors import InvalidInput
from lossviz.experiments.folder_paths import folder_path

# names of a split's folders, in any case
TRAINING: Final = ("train", "training")
VALIDATION: Final = ("valid", "val", "validation", "dev", "test", "testing")  # the first counts


def count_class_folders(folder: str) -> int | None:
    """The folders in a folder, or in its ``train`` where it is split; a class each, if they hold
    images.

    Args:
        folder: Its path, as it was pasted.

    Returns:
        None where that are fewer than two, or none can be read.

    Side effects: reads the folder's tree, two levels of it.
    """
    try:
        root = folder_path(folder)
    except InvalidInput:
        return None
    names = _folder_names(root)
    training = [name for name in names if name.lower() in TRAINING]
    others = [name for name in names if name not in training]
    is_split = len(training) == 1 and (
        not others or any(name.lower() in VALIDATION for name in others)
    )
    if is_split:
        names = _folder_names(os.path.join(root, training[0])) or names
    return len(names) if len(names) >= 2 else None


def _folder_names(path: str) -> list[str]:
    try:
        with os.scandir(path) as entries:
            return [
                entry.name for entry in entries if entry.is_dir() and not entry.name.startswith(".")
            ]
    except (OSError, ValueError):
        return []
