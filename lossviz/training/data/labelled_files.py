"""Image files with their classes: those of the article, and those of a user's own folder."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from fastai.data.transforms import RegexLabeller, get_image_files

from lossviz.errors import InvalidInput

MIN_IMAGES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledFiles:
    """Image files with their classes.

    Attributes:
        files: In a fixed order.
        labels: The class of each.
        notes: What a user should know of them; a sentence each.
    """

    files: Sequence[Path]
    labels: Sequence[str]
    notes: tuple[str, ...] = ()


def pets_files(folder: Path) -> LabelledFiles:
    """The article's images and their breeds, ``Breed_name`` of ``Breed_name_12.jpg``."""
    files = sorted(get_image_files(folder / "images"))
    labeller = RegexLabeller(pat=r"(.+)_\d+\.jpg$")  # the article's, its dot escaped
    return LabelledFiles(files=files, labels=[labeller(file.name) for file in files])


def folder_files(folder: str) -> LabelledFiles:
    """The images of a folder that has a folder for each class.

    Raises:
        InvalidInput: No such folder, fewer than two classes, or too few images.

    Side effects: reads the folder's tree.
    """
    root = Path(folder).expanduser()
    if not root.is_dir():
        raise InvalidInput(
            f"there is no folder {root}; give the path of a folder on the machine that runs the app"
        )
    parts = {
        part.name: sorted(get_image_files(part))
        for part in sorted(root.iterdir())
        if part.is_dir() and not part.name.startswith(".")
    }
    classes = {name: files for name, files in parts.items() if files}
    if len(classes) < 2:
        found = f"only {next(iter(classes))!r}" if classes else "none"
        raise InvalidInput(
            f"{root} needs at least two folders with images, one for each class; there is {found}"
        )
    files = [file for members in classes.values() for file in members]
    if len(files) < MIN_IMAGES:
        raise InvalidInput(
            f"{root} has {len(files)} images; a training and its judgement need at least"
            f" {MIN_IMAGES}"
        )
    labels = [name for name, members in classes.items() for _ in members]
    empty = [name for name, members in parts.items() if not members]
    return LabelledFiles(files=files, labels=labels, notes=_notes_on_empty(empty))


def _notes_on_empty(folders: Sequence[str]) -> tuple[str, ...]:
    if not folders:
        return ()
    pronoun = "it" if len(folders) == 1 else "them"
    return (f"No image is in {', '.join(folders)}, so no class is made of {pronoun}.",)
