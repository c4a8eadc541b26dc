"""What of the app a lesson can show, and how its file says it: as the address of a page does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from lossviz.experiments.gallery.cards import CARDS
from lossviz.experiments.named_experiments import EXPERIMENTS
from lossviz.ui.lessons.fields import Lines, read_fields
from lossviz.ui.lessons.lesson import View
from lossviz.ui.state.chart_settings import CHART_PROPERTIES
from lossviz.ui.state.geometry_properties import GEOMETRY_PROPERTIES
from lossviz.ui.state.page_state import PageState, read_page_state
from lossviz.ui.state.url_state import Query

_NAMED: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {  # kinds that are shown by name, with the names that there are
        "experiment": tuple(EXPERIMENTS),
        "recorded": tuple(card.key for card in CARDS),
    }
)
_CHART: Final = tuple(spec.name for spec in CHART_PROPERTIES)
_GEOMETRY: Final = tuple(spec.name for spec in GEOMETRY_PROPERTIES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of view.

    Attributes:
        fields: What its block may say; the names of a page's address, but for ``name``.
        needed: What it must say; empty for nothing.
    """

    fields: tuple[str, ...]
    needed: str = ""


KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "curves": Kind(fields=("loss", *_CHART, "at"), needed="loss"),
        "geometry": Kind(fields=("loss", "K", *_GEOMETRY)),
        **{kind: Kind(fields=("name",), needed="name") for kind in _NAMED},
    }
)


def read_view(names: list[str], lines: Lines) -> View:
    """A view from its block: its kind after "view", and below it what it shows.

    Args:
        names: What follows "view" in the fence.
        lines: Between the fences.

    Raises:
        LessonError: It is none.
    """
    if len(names) != 1 or names[0] not in KINDS:
        raise lines.error(-1, f"write view and one of {', '.join(KINDS)}")
    kind = KINDS[names[0]]
    query: Query = {}
    for field in read_fields(lines, known=kind.fields):
        query.setdefault(field.name, []).append(field.value)
        if problems := _problems(names[0], {field.name: [field.value]}):
            raise field.error(problems)
    if kind.needed and kind.needed not in query:
        raise lines.error(-1, f"the view does not say its {kind.needed}")
    if problems := _problems(names[0], query):
        raise lines.error(-1, problems)
    if names[0] in _NAMED:
        return View(kind=names[0], state=PageState(), name=query["name"][-1])
    # a page shows losses where its address names none; a drawing in a lesson need not
    return View(kind=names[0], state=read_page_state({"loss": ["none"]} | query).value)


def _problems(kind: str, query: Query) -> str:
    if known := _NAMED.get(kind):
        return "" if query["name"][-1] in known else f"name must be one of {', '.join(known)}"
    return " ".join(read_page_state(query).problems)
