"""All that an address can say of a visitor's work: the losses, how they are drawn, and where cursor
and arrows stand.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from lossviz.errors import InvalidInput, LossvizError
from lossviz.experiments.plan import MAX_SEEDS
from lossviz.losses.catalogue import LOSSES
from lossviz.losses.parsing import loss_from_spec
from lossviz.ui.state.chart_settings import CHART_PROPERTIES, ChartSettings, read_chart_settings
from lossviz.ui.state.form_values import FORM_PROPERTIES, FormValues, read_form, write_form
from lossviz.ui.state.geometry_properties import GEOMETRY_PROPERTIES, read_geometry
from lossviz.ui.state.geometry_state import GeometryState
from lossviz.ui.state.hideable import read_parts
from lossviz.ui.state.url_state import (
    Property,
    Query,
    Reading,
    Unreadable,
    read_query,
    write_query,
)

ARTICLE: Final = ("cross_entropy", "dot_product", "inverse", "inverse_power")  # its losses
MAX_LOSSES: Final = 12
TOO_MANY_LOSSES: Final = (
    f"At most {MAX_LOSSES} losses can be chosen at once; the rest is left out. Remove one to make"
    " room."
)
LEAST_CURSOR_P: Final = 1e-4
CURSOR_DIGITS: Final = 4  # significant ones of its place
LARGEST_SEED: Final = MAX_SEEDS - 1
LONGEST_PLAY: Final = 6000  # characters
# unchanged by URL encoding
_PLAYABLE: Final = re.compile(rf"[\w.~-]{{0,{LONGEST_PLAY}}}", re.ASCII)
_LONGEST_SEED: Final = len(str(LARGEST_SEED))
NO_LOSS: Final = "none"  # an address without any loss parameter stands for the defaults


@dataclass(frozen=True, slots=True, kw_only=True)
class PageState:
    """All that an address can say of a visitor's work.

    Attributes:
        losses: The chosen losses, at most 12, as ``loss_from_spec`` reads them.
        chart: How they are drawn.
        geometry: Where the arrows of the geometry page stand.
        hidden: The ids of those losses whose curves the visitor has hidden, in the losses' order.
        hidden_parts: Names of ``HIDEABLE``, in its order: the parts of pages that are not drawn.
        seed: The only one that is shown of a comparison; None for all.
        cursor_p: Where the cursor on the curves stands, as a probability; None until the visitor
            has moved it.
        form: What the launch form is set to.
        play: What the playground is set to but for its losses, as the browser's state/codec.js
            writes it; Python only hands it on.

    Raises:
        InvalidInput: The cursor cannot stand there, or no seed has that number.
    """

    losses: tuple[str, ...] = tuple(LOSSES[key].spec for key in ARTICLE)
    chart: ChartSettings = field(default_factory=ChartSettings)
    geometry: GeometryState = field(default_factory=GeometryState)
    hidden: tuple[str, ...] = ()
    hidden_parts: tuple[str, ...] = ()
    seed: int | None = None
    cursor_p: float | None = None
    form: FormValues = field(default_factory=FormValues)
    play: str = ""

    def __post_init__(self) -> None:
        if self.cursor_p is not None and not LEAST_CURSOR_P <= self.cursor_p <= 1.0:
            raise InvalidInput(f"cursor_p must be {LEAST_CURSOR_P:g} to 1")
        if self.seed is not None and not 0 <= self.seed <= LARGEST_SEED:
            raise InvalidInput(f"seed must be 0 to {LARGEST_SEED}")

    @property
    def all_hidden(self) -> tuple[str, ...]:
        """All that is hidden, as an address says it: the parts in one text, each loss apart."""
        return (*([",".join(self.hidden_parts)] if self.hidden_parts else ()), *self.hidden)


def read_page_state(query: Mapping[str, Sequence[str]]) -> Reading[PageState]:
    """The state that an address names.

    >>> read_page_state({"loss": ["inverse"], "K": ["10"]}).value.chart.classes
    10
    """
    losses = read_query((_LOSSES,), query)
    chart = read_chart_settings(query)
    geometry = read_geometry(query)
    form = read_form(query)
    state = PageState(**losses.value, chart=chart.value, geometry=geometry.value, form=form.value)
    reading = read_query((_PLAY, _HIDDEN, _SEED, _CURSOR), query)
    parts, others = read_parts(reading.value["all_hidden"])
    hidden, problems = _among(others, state.losses)
    return Reading(
        value=replace(
            state,
            hidden=hidden,
            hidden_parts=parts,
            seed=reading.value["seed"],
            cursor_p=reading.value["cursor_p"],
            play=reading.value["play"],
        ),
        problems=(
            *losses.problems,
            *chart.problems,
            *geometry.problems,
            *form.problems,
            *problems,
            *reading.problems,
        ),
    )


def write_page_state(state: PageState) -> Query:
    """The query that ``read_page_state`` reads back; empty for what everybody starts with.

    >>> write_page_state(PageState(losses=("inverse",), chart=ChartSettings(classes=10)))
    {'loss': ['inverse'], 'K': ['10']}
    """
    return {
        **write_query((_LOSSES,), state),
        **write_query(CHART_PROPERTIES, state.chart),
        **write_query(GEOMETRY_PROPERTIES, state.geometry),
        **write_form(state.form),
        **write_query((_PLAY, _HIDDEN, _SEED, _CURSOR), state),
    }


def _among(hidden: Sequence[str], losses: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The hidden ids that are of these losses, in their order, and what is wrong with the rest."""
    read = [loss_from_spec(spec) for spec in losses]
    ids = [loss.id for loss in read]
    unknown = next((loss_id for loss_id in hidden if loss_id not in ids), None)
    problems = (
        ()
        if unknown is None
        else (
            f"The link hides {unknown[:60]!r}, which is no part of a page and none of its losses;"
            " it is left out.",
        )
    )
    return tuple(loss_id for loss_id in ids if loss_id in hidden), problems


def _parse_losses(texts: Sequence[str]) -> tuple[str, ...]:
    if list(texts) == [NO_LOSS]:
        return ()
    readable, reasons = [], []
    for text in texts[:MAX_LOSSES]:
        try:
            readable.append(loss_from_spec(text).spec)
        except LossvizError as error:
            reasons.append(f"{text[:60]}: {error}")
    problems = []
    if reasons:
        problems.append(
            "The link names a loss that cannot be read; it is left out. " + " · ".join(reasons)
        )
    if len(texts) > MAX_LOSSES:
        problems.append(TOO_MANY_LOSSES)
    if problems:
        raise Unreadable(" ".join(problems), readable=tuple(readable) or None)
    return tuple(readable)


def _print_losses(specs: tuple[str, ...]) -> list[str]:
    return list(specs) or [NO_LOSS]


def _parse_seed(texts: Sequence[str]) -> int:
    if not texts[-1].isdecimal() or not texts[-1].isascii() or len(texts[-1]) > _LONGEST_SEED:
        raise Unreadable
    if int(texts[-1]) > LARGEST_SEED:
        raise Unreadable
    return int(texts[-1])


def _parse_play(texts: Sequence[str]) -> str:
    if not _PLAYABLE.fullmatch(texts[-1]):
        raise Unreadable
    return texts[-1]


def _parse_cursor(texts: Sequence[str]) -> float:
    place = float(f"{float(texts[-1][:20]):.{CURSOR_DIGITS}g}")
    if not LEAST_CURSOR_P <= place <= 1.0:
        raise Unreadable
    return place


_START = PageState()
_LOSSES: Property[tuple[str, ...]] = Property(
    name="loss",
    attribute="losses",
    default=_START.losses,
    parse=_parse_losses,
    print=_print_losses,
    limits=f"at most {MAX_LOSSES} losses",
)
_HIDDEN: Property[tuple[str, ...]] = Property(
    name="hide",
    attribute="all_hidden",
    default=_START.all_hidden,
    parse=tuple,
    print=list,
    limits="parts of a page, or losses that the link names",
)
_SEED: Property[int | None] = Property(
    name="seed",
    attribute="seed",
    default=_START.seed,
    parse=_parse_seed,
    print=lambda seed: [str(seed)],
    limits=f"the number of a seed, from 0 to {LARGEST_SEED}",
)
_PLAY: Property[str] = Property(
    name="play",
    attribute="play",
    default=_START.play,
    parse=_parse_play,
    print=lambda text: [text],
    limits=f"what the playground writes, at most {LONGEST_PLAY} characters",
)
# The last of all: curve_chart/cursor_report.js writes it at the end of the address too, so that a
# cursor that moves adds no step to the browser's Back.
_CURSOR: Property[float | None] = Property(
    name="at",
    attribute="cursor_p",
    default=_START.cursor_p,
    parse=_parse_cursor,
    print=lambda place: [f"{place:g}"],
    limits=f"a probability from {LEAST_CURSOR_P:g} to 1",
)
PROPERTIES: Final[tuple[Property[Any], ...]] = (
    _LOSSES,
    *CHART_PROPERTIES,
    *GEOMETRY_PROPERTIES,
    *FORM_PROPERTIES,
    _PLAY,
    _HIDDEN,
    _SEED,
    _CURSOR,
)
PARAMETERS: Final = tuple(spec.name for spec in PROPERTIES)  # their names in an address
