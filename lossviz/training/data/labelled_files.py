"""Image files with their classes: those of the article, and those of a user's own folder."""

import os
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path

from fastai.data.transforms import RegexLabeller, get_image_files

from lossviz.errors import InvalidInput
from lossviz.experiments.folder_classes import MIN_IMAGES
from lossviz.experiments.folder_paths import folder_path, printable
from lossviz.training.data.image_files import list_images
from lossviz.training.data.left_out import LeftOut, notes_on_left_out
from lossviz.training.data.real_files import Labelled, each_file_once
from lossviz.training.data.split_folders import Layout, find_layout


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledFiles:
    """Image files with their classes.

    Attributes:
        root: The folder that they are in.
        files: In a fixed order.
        labels: The class of each.
        validation: Whether each is validated on; None where the seed shall choose.
        split: The names of the two folders that say so; empty where there are none.
        left_out: What else was found, and why it is not used.
        notes: What a user should know of them; a sentence each.
    """

    root: Path
    files: Sequence[Path]
    labels: Sequence[str]
    validation: Sequence[bool] | None = None
    split: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()


def pets_files(folder: Path) -> LabelledFiles:
    """The article's images and their breeds, ``Breed_name`` of ``Breed_name_12.jpg``."""
    root = folder / "images"
    files = sorted(get_image_files(root))
    labeller = RegexLabeller(pat=r"(.+)_\d+\.jpg$")  # the article's, its dot escaped
    return LabelledFiles(root=root, files=files, labels=[labeller(file.name) for file in files])


def folder_files(folder: str) -> LabelledFiles:
    """The images of a folder that has a folder for each class, or a split into such folders.

    Raises:
        InvalidInput: No such folder, fewer than two classes, too few images, or a split without
            images in one of its parts.

    Side effects: reads the folder's tree.
    """
    root = Path(folder_path(folder))
    if not os.path.isdir(root):  # Path.is_dir raises where a folder above may not be entered
        raise InvalidInput(
            f"there is no folder {printable(root)}; give the path of a folder on the machine that"
            " runs the app"
        )
    layout = find_layout(root)
    found, left_out = _found_images(layout.classes, validation=False)
    if layout.validation is not None:
        held_out, more_left_out = _found_images(layout.validation, validation=True)
        known = {image.label for image in found}
        strange = [image for image in held_out if image.label not in known]
        found += [image for image in held_out if image.label in known]
        left_out += more_left_out + [
            LeftOut(path=image.path, reason=f"of a class that {printable(layout.split[0])} lacks")
            for image in strange
        ]
    once = each_file_once(found, root, layout.split)
    all_left_out = (*layout.left_out, *left_out, *once.left_out)
    _require_classes(once.images, all_left_out, root)
    _require_parts(once.images, layout, root)
    return LabelledFiles(
        root=root,
        files=[image.path for image in once.images],
        labels=[image.label for image in once.images],
        validation=(
            None if layout.validation is None else [image.validation for image in once.images]
        ),
        split=layout.split,
        left_out=all_left_out,
        notes=(
            *layout.notes,
            *once.notes,
            *_notes_on_empty(
                set(layout.classes)
                - {image.label for image in once.images}
                - {one.label for one in left_out}  # such a class is refused once all is read
            ),
        ),
    )


def _found_images(
    folders: Mapping[str, Path], *, validation: bool
) -> tuple[list[Labelled], list[LeftOut]]:
    images: list[Labelled] = []
    left_out: list[LeftOut] = []
    for label, folder in folders.items():
        # what a class must not lack is an image to train on
        listing = list_images(folder, label=None if validation else label)
        left_out += listing.left_out
        images += [
            Labelled(
                path=found.path,
                label=label,
                validation=validation,
                identity=found.identity,
                linked=found.linked,
            )
            for found in listing.images
        ]
    return images, left_out


def _require_classes(images: Sequence[Labelled], left_out: Sequence[LeftOut], root: Path) -> None:
    reasons = "".join(f"; {note.removesuffix('.')}" for note in notes_on_left_out(left_out, root))
    classes = sorted({image.label for image in images})
    if len(classes) < 2:
        found = f"only {printable(classes[0])!r}" if classes else "none"
        raise InvalidInput(
            f"{printable(root)} needs at least two folders with images, one for each class; there"
            f" is {found}{reasons}"
        )
    if len(images) < MIN_IMAGES:
        raise InvalidInput(
            f"{printable(root)} has {len(images)} images; training and validation need at least"
            f" {MIN_IMAGES}{reasons}"
        )


def _require_parts(images: Sequence[Labelled], layout: Layout, root: Path) -> None:
    """Where the folders are a split, both parts need images."""
    if layout.validation is None:
        return
    train, valid = map(printable, layout.split)
    if all(image.validation for image in images):
        raise InvalidInput(
            f"{printable(root)} has no image to train on: each that is in {train} is in {valid} too"
        )
    if not any(image.validation for image in images):
        raise InvalidInput(
            f"{printable(root)} has no image to validate on: {valid} has none of a class that is in"
            f" {train}; give its folders the names that they have in {train}"
        )


def _notes_on_empty(classes: Set[str]) -> tuple[str, ...]:
    if not classes:
        return ()
    named = ", ".join(printable(name) for name in sorted(classes))
    if len(classes) == 1:
        return (f"{named} has no image of its own, so no class is made of it.",)
    return (f"{named} have no image of their own, so no class is made of them.",)
