"""What an upload holds: its classes with their images, and what was left out. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from lossviz.errors import InvalidInput
from lossviz.experiments.descriptions import and_list
from lossviz.experiments.folder_classes import MIN_IMAGES, VALIDATION, training_part

_NAMED: Final = 3  # of what is left out for one reason


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadContents:
    """What was unpacked of a zip.

    Attributes:
        classes: How many images each class has to train on, or in all where there is no split.
        validation: How many each has to validate on; empty where there is no split.
        empty: Folders that would be classes, had they an image.
        left_out: By the reason, how many files, and the names of the first.
    """

    classes: Mapping[str, int]
    validation: Mapping[str, int]
    empty: tuple[str, ...]
    left_out: Mapping[str, tuple[int, tuple[str, ...]]]

    @property
    def images(self) -> int:
        """How many images there are."""
        return sum(self.classes.values()) + sum(self.validation.values())

    def notes(self) -> list[str]:
        """What a visitor should know of it; a sentence each."""
        sentences = []
        if self.empty:
            none = "holds no image" if len(self.empty) == 1 else "hold no images"
            classes = "class is made of it" if len(self.empty) == 1 else "classes are made of them"
            sentences.append(f"{and_list(self.empty)} {none} that can be used, so no {classes}.")
        for reason, (count, names) in self.left_out.items():
            more = f" and {count - len(names):,} more" if count > len(names) else ""
            sentences.append(f"{count:,} left out ({reason}): {', '.join(names)}{more}.")
        return sentences

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "classes": dict(self.classes),
            "validation": dict(self.validation),
            "empty": list(self.empty),
            "left_out": {reason: list(found) for reason, found in self.left_out.items()},
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> UploadContents:
        """What ``to_json`` gave."""
        return cls(
            classes=stored["classes"],
            validation=stored["validation"],
            empty=tuple(stored["empty"]),
            left_out={
                reason: (count, tuple(names))
                for reason, (count, names) in stored["left_out"].items()
            },
        )


def contents_of(
    paths: Iterable[tuple[str, ...]],
    *,
    folders: Iterable[str],
    left_out: Mapping[str, Iterable[str]],
) -> UploadContents:
    """Count the images of each class.

    Args:
        paths: Of the images: folders and name.
        folders: Those at the top, empty ones included.
        left_out: By the reason, the names.

    Raises:
        InvalidInput: There are too few classes or images; it says what is needed.
    """
    images = list(paths)
    inside = [path for path in images if len(path) > 2]
    part = training_part({path[0] for path in images})
    if trained := [path[1] for path in inside if path[0] == part]:
        held_out = _validation_part(inside)
        classes = Counter(trained)
        validation = Counter(
            path[1] for path in inside if path[0] == held_out and path[1] in classes
        )
        empty: list[str] = []
    else:
        classes, validation = Counter(path[0] for path in images), Counter()
        empty = [folder for folder in folders if folder not in classes]
    found = UploadContents(
        classes=dict(sorted(classes.items())),
        validation=dict(sorted(validation.items())),
        empty=tuple(sorted(empty)),
        left_out={reason: _first(names) for reason, names in left_out.items()},
    )
    _require_classes(found)
    return found


def _validation_part(images: Iterable[tuple[str, ...]]) -> str:
    """The folder to validate on; empty where there is none."""
    ordered = sorted(
        (name for name in {path[0] for path in images} if name.lower() in VALIDATION),
        key=lambda name: VALIDATION.index(name.lower()),
    )
    return ordered[0] if ordered else ""


def _first(names: Iterable[str]) -> tuple[int, tuple[str, ...]]:
    found = list(names)
    return len(found), tuple(found[:_NAMED])


def _require_classes(found: UploadContents) -> None:
    if len(found.classes) < 2:
        of_one = f" ({next(iter(found.classes))})" if found.classes else ""
        classes = "1 class" if found.classes else "no class"
        problem = f"the zip holds images of {classes}{of_one}"
    elif found.images < MIN_IMAGES:
        problem = f"the zip holds {found.images} images that can be used"
    else:
        return
    why = " ".join(found.notes())
    raise InvalidInput(
        f"{problem}; it needs a folder of images for each of two classes or more, such as"
        f" rose/1.jpg and tulip/2.jpg, and {MIN_IMAGES} images or more.{' ' if why else ''}{why}"
    )
