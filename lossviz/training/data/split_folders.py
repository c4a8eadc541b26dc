"""Which folders are classes, and which are a split into training and validation."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from lossviz.errors import InvalidInput
from lossviz.experiments.folder_classes import TRAINING, VALIDATION
from lossviz.experiments.folder_paths import printable
from lossviz.training.data.image_files import BACK, is_image, leads_back
from lossviz.training.data.left_out import LeftOut, reason_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """What the folders of a visitor's folder are.

    Attributes:
        classes: The folder of each class; with a split, of its training images.
        validation: The folder of each class's validation images; None where there is no split.
        split: The names of the two folders of the split; empty without one.
        notes: What a user should know of it; a sentence each.
        left_out: What is neither a class nor part of the split.
    """

    classes: Mapping[str, Path]
    validation: Mapping[str, Path] | None = None
    split: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


def find_layout(root: Path) -> Layout:
    """What the folders below a folder are.

    Each is a class, unless they are called ``train`` and ``valid`` (or ``val``, ``validation``,
    ``test``, in any case) and hold a folder for each class: then they are a split. The same where
    each class holds two such folders. A ``train`` beside a ``test`` without classes, as
    competitions have it, holds the classes alone.

    Raises:
        InvalidInput: The folder cannot be read, or ``train`` and ``valid`` hold no classes.

    Side effects: reads the folder's tree, two levels of it.
    """
    folders, left_out = subfolders(root)
    training, held_out = _parts(folders)
    if not training or (not held_out and len(folders) > 1):
        return _split_in_each_class(folders, left_out) or Layout(classes=folders, left_out=left_out)
    if len(training) > 1:
        raise InvalidInput(
            f"{printable(root)} has several folders to train on,"
            f" {' and '.join(printable(folder.name) for folder in training)}; keep one"
        )
    train = training[0]
    classes, left_out_of_train = subfolders(train)
    if not classes:
        if not held_out:
            return Layout(classes=folders, left_out=left_out)
        both = f"{printable(train.name)} and {printable(held_out[0].name)}"
        raise InvalidInput(
            f"{printable(root)} has folders called {both}, which are taken for a split, but"
            f" {printable(train.name)} has no folder for each class in it; make some, or rename"
            " the two folders if they are classes"
        )
    left_out += left_out_of_train
    with_classes = {folder: subfolders(folder) for folder in held_out}
    valid = next((folder for folder, (found, _) in with_classes.items() if found), None)
    others = [folder for folder in folders.values() if folder not in (train, valid)]
    left_out += tuple(
        LeftOut(path=folder, reason="a folder beside those that are used") for folder in others
    )
    if valid is None:
        return Layout(
            classes=classes,
            notes=(
                f"The classes are those in {printable(train.name)}. Each seed draws a fifth of its"
                " images to validate on.",
            ),
            left_out=left_out,
        )
    found, left_out_of_valid = with_classes[valid]
    return Layout(
        classes=classes,
        validation=found,
        split=(train.name, valid.name),
        left_out=left_out + left_out_of_valid,
    )


def _parts(folders: Mapping[str, Path]) -> tuple[list[Path], list[Path]]:
    """The folders to train on, and those to validate on, the one that counts first."""
    training = [folders[key] for key in folders if key.lower() in TRAINING]
    held_out = sorted(
        (folders[key] for key in folders if key.lower() in VALIDATION),
        key=lambda folder: VALIDATION.index(folder.name.lower()),
    )
    return training, held_out


def _split_in_each_class(
    classes: Mapping[str, Path], left_out: tuple[LeftOut, ...]
) -> Layout | None:
    """The layout where each class has its own ``train`` and ``valid``; None where one has not."""
    trained, validated = {}, {}
    for label, folder in classes.items():
        try:
            inside, beside = subfolders(folder)
        except InvalidInput:  # of a class, this is said when its images are listed
            return None
        training, held_out = _parts(inside)
        if len(training) != 1 or not held_out:
            return None
        trained[label], validated[label] = training[0], held_out[0]
        others = [path for path in inside.values() if path not in (training[0], held_out[0])]
        left_out += tuple(
            LeftOut(path=path, reason="beside the folders of the split")
            for path in (*(one.path for one in beside), *others)
        )
    if not trained:
        return None
    names = tuple(next(iter(part.values())).name for part in (trained, validated))
    return Layout(classes=trained, validation=validated, split=names, left_out=left_out)


def subfolders(folder: Path) -> tuple[Mapping[str, Path], tuple[LeftOut, ...]]:
    """The folders in a folder by name, in the order of their names, and the images beside them.

    Hidden ones do not count, nor do links that lead back.

    Raises:
        InvalidInput: The folder cannot be read.
    """
    try:
        paths = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise InvalidInput(
            f"the folder {printable(folder)} cannot be read ({reason_of(error)}); allow lossviz to"
            " read it, or give another"
        ) from None
    found, left_out = {}, []
    for path in paths:
        try:
            is_folder = path.is_dir()
            if is_folder and path.is_symlink() and leads_back(path):
                left_out.append(LeftOut(path=path, reason=BACK))
            elif is_folder:
                found[path.name] = path
            elif path.is_file() and is_image(path):
                left_out.append(LeftOut(path=path, reason="in no folder of a class"))
        except OSError as error:
            left_out.append(LeftOut(path=path, reason=reason_of(error)))
    return MappingProxyType(found), tuple(left_out)
