"""Each real file once, however many links lead to it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from lossviz.experiments.folder_paths import printable
from lossviz.training.data.image_files import Identity
from lossviz.training.data.left_out import LeftOut, names


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """An image file with its class.

    Attributes:
        path: One of its paths.
        label: Its class.
        validation: Whether it is in the folder to validate on.
        identity: The same for all paths of one real file.
        linked: Whether a symbolic link is on this path.
    """

    path: Path
    label: str
    validation: bool
    identity: Identity
    linked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OnceEach:
    """Files without their doubles.

    Attributes:
        images: Each real file once, in the order in which they came.
        left_out: Files of which nobody knows the class.
        notes: What was counted once; a sentence each.
    """

    images: list[Labelled]
    left_out: list[LeftOut]
    notes: tuple[str, ...]


def each_file_once(images: Sequence[Labelled], root: Path, split: Sequence[str] = ()) -> OnceEach:
    """Keep one path of each real file.

    One that is to be trained and validated on is only validated on. One that lies in a class itself
    is not of the other classes that have a link to it. One that has two classes all the same has
    none, and is left out.

    Args:
        images: All paths.
        root: What names are seen from.
        split: The names of the folders to train on and to validate on.
    """
    paths: defaultdict[Identity, list[Labelled]] = defaultdict(list)
    for image in images:
        paths[image.identity].append(image)
    kept: list[Labelled] = []
    left_out: list[LeftOut] = []
    doubles: defaultdict[str, list[Path]] = defaultdict(list)
    for group in paths.values():
        in_part = [image for image in group if image.validation] or group
        own = [image for image in in_part if not image.linked] or in_part
        labels = sorted({image.label for image in own})
        if len(labels) > 1:
            classes = " and ".join(map(printable, labels))
            left_out += [
                LeftOut(path=image.path, reason=f"the same file is in the classes {classes}")
                for image in group
            ]
            continue
        kept.append(own[0])
        for image in group:
            if image is not own[0]:
                doubles[_kind(image, own[0])].append(image.path)
    order = {id(image): place for place, image in enumerate(images)}
    kept.sort(key=lambda image: order[id(image)])
    return OnceEach(
        images=kept,
        left_out=left_out,
        notes=tuple(_note(kind, paths, root, split) for kind, paths in doubles.items()),
    )


def _kind(double: Labelled, kept: Labelled) -> str:
    if double.label != kept.label:
        return "other class"
    return "both parts" if double.validation != kept.validation else "same"


def _note(kind: str, paths: Sequence[Path], root: Path, split: Sequence[str]) -> str:
    one, several = _SENTENCES[kind]
    sentence = one if len(paths) == 1 else several
    parts = " and in ".join(map(printable, split))
    return f"{len(paths):,} {sentence.format(parts=parts)}: {names(sorted(paths), root)}."


_SENTENCES = {  # for one file, for several
    "same": (
        "file is there once more by links, and counts once",
        "files are there once more by links, and each counts once",
    ),
    "both parts": (
        "file is in {parts}, and is only validated on",
        "files are in {parts}, and are only validated on",
    ),
    "other class": (
        "file is linked from another class than its own, and counts for its own",
        "files are linked from another class than their own, and count for their own",
    ),
}
