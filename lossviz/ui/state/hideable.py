"""The parts of pages that a link can hide by name, as one table.

A link that hides parts makes a view for a lesson, as TensorFlow Playground's links do. It is no
protection: whoever takes the names out of the address has the parts back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

FRONT: Final = "app.py"
CURVES: Final = "pages/penalty_curves.py"
GEOMETRY: Final = "pages/geometry.py"
PLAYGROUND: Final = "pages/playground.py"
LESSONS: Final = "pages/lessons.py"
COMPARISONS: Final = "pages/comparisons.py"
TRAIN: Final = "pages/train.py"
NOTHING: Final = "none"  # hides no part, not even the menu of an embedded page


@dataclass(frozen=True, slots=True, kw_only=True)
class Hideable:
    """A part of one page or of several.

    Attributes:
        label: What it is, in a few words.
        pages: The paths of the pages that have it; none stands for all.
    """

    label: str
    pages: tuple[str, ...] = ()


HIDEABLE: Final = MappingProxyType(
    {
        "menu": Hideable(label="The menu"),
        "title": Hideable(label="Title and lead"),
        "ways": Hideable(label="The cards that lead on", pages=(FRONT,)),
        "losses": Hideable(
            label="The choice of losses", pages=(CURVES, GEOMETRY, PLAYGROUND, TRAIN)
        ),
        "formula": Hideable(label="The field for a formula", pages=(CURVES, PLAYGROUND, TRAIN)),
        "sliders": Hideable(
            label="The sliders of parameters", pages=(FRONT, CURVES, GEOMETRY, PLAYGROUND, TRAIN)
        ),
        "cards": Hideable(label="The cards of the losses", pages=(CURVES, GEOMETRY)),
        "views": Hideable(label="The choice of views", pages=(CURVES,)),
        "axes": Hideable(label="The options of the axes", pages=(CURVES, TRAIN)),
        "classes": Hideable(label="The choice of what is drawn", pages=(GEOMETRY,)),
        "text": Hideable(label="The text beside what is drawn", pages=(CURVES, GEOMETRY)),
        "steps": Hideable(label="The playground's story", pages=(PLAYGROUND,)),
        "toolbar": Hideable(label="The buttons of training", pages=(PLAYGROUND,)),
        "settings": Hideable(label="Data, network and optimiser", pages=(PLAYGROUND,)),
        "charts": Hideable(label="The charts", pages=(PLAYGROUND,)),
        "seeds": Hideable(label="The verdict over several seeds", pages=(PLAYGROUND,)),
        "real": Hideable(label="The way to real training", pages=(PLAYGROUND,)),
        "share": Hideable(
            label="The button that shares", pages=(LESSONS, CURVES, GEOMETRY, PLAYGROUND, TRAIN)
        ),
        "lessons": Hideable(label="The way to all lessons", pages=(LESSONS,)),
        "experiments": Hideable(label="The named experiments", pages=(TRAIN,)),
        "form": Hideable(label="The form that launches", pages=(TRAIN,)),
        "comparisons": Hideable(label="The choice of a comparison", pages=(COMPARISONS, TRAIN)),
        "manage": Hideable(label="What is done with a comparison", pages=(COMPARISONS, TRAIN)),
        "race": Hideable(label="The race", pages=(COMPARISONS, TRAIN)),
        "verdict": Hideable(label="The verdict", pages=(COMPARISONS, TRAIN)),
        "results": Hideable(label="The table of results", pages=(COMPARISONS, TRAIN)),
        "trial": Hideable(label="One trial in detail", pages=(COMPARISONS, TRAIN)),
        "panels": Hideable(label="The panels below the results", pages=(COMPARISONS, TRAIN)),
    }
)


def parts_of(page: str) -> dict[str, str]:
    """The labels of the parts that a page has, by their names.

    >>> list(parts_of("app.py"))
    ['menu', 'title', 'ways', 'sliders']
    """
    return {
        name: part.label for name, part in HIDEABLE.items() if not part.pages or page in part.pages
    }


def read_parts(texts: Sequence[str]) -> tuple[tuple[str, ...], list[str]]:
    """The parts that the texts of an address hide, in the table's order, and the other texts.

    Args:
        texts: Each holds names with commas between them, or is something else: the id of a loss may
            have commas too.

    >>> read_parts(["title,menu", "inverse"])
    (('menu', 'title'), ['inverse'])
    >>> read_parts(["menu,cat"])
    (('menu',), ['cat'])
    """
    known = (*HIDEABLE, NOTHING)
    found: set[str] = set()
    others = []
    for text in texts:
        names = [name.strip() for name in text.split(",")]
        parts = {name for name in names if name in known}
        found |= parts
        if not parts:
            others.append(text)
        else:
            others += [name for name in names if name and name not in parts]
    return tuple(name for name in known if name in found), others
