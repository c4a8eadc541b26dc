"""All that an address can say of a visitor's work: the losses, how they are drawn, where the arrows
stand, and the step of the guided tour.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from lossviz.errors import InvalidInput, LossvizError
from lossviz.losses.catalogue import LOSSES
from lossviz.losses.parsing import loss_from_spec
from lossviz.ui.curves.tour_steps import TOUR_STEPS
from lossviz.ui.state.chart_settings import CHART_PROPERTIES, ChartSettings, read_chart_settings
from lossviz.ui.state.geometry_properties import GEOMETRY_PROPERTIES, read_geometry
from lossviz.ui.state.geometry_state import GeometryState
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
    f"At most {MAX_LOSSES} losses can be chosen at once; the rest is left out. Take one away to"
    " make room."
)
_NO_LOSS = "none"  # an address without any loss parameter stands for the defaults


@dataclass(frozen=True, slots=True, kw_only=True)
class PageState:
    """All that an address can say of a visitor's work.

    Attributes:
        losses: The chosen losses, at most 12, as ``loss_from_spec`` reads them.
        chart: How they are drawn.
        geometry: Where the arrows of the geometry page stand.
        tour_step: The step of the guided tour, counted from 1; 0 where the visitor is not in it. A
            link that names nothing else of the curves opens those that the step talks about.

    Raises:
        InvalidInput: The tour has no such step.
    """

    losses: tuple[str, ...] = tuple(LOSSES[key].spec for key in ARTICLE)
    chart: ChartSettings = field(default_factory=ChartSettings)
    geometry: GeometryState = field(default_factory=GeometryState)
    tour_step: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.tour_step <= len(TOUR_STEPS):
            raise InvalidInput(f"tour_step must be 0 to {len(TOUR_STEPS)}")


def read_page_state(query: Mapping[str, Sequence[str]]) -> Reading[PageState]:
    """The state that an address names.

    >>> read_page_state({"loss": ["inverse"], "story": ["9"]}).problems
    ("The link's story is at step '9', but it has 7; it is left out.",)
    """
    losses = read_query((_LOSSES,), query)
    chart = read_chart_settings(query)
    geometry = read_geometry(query)
    tour = read_query((_TOUR_STEP,), query)
    state = PageState(**losses.value, **tour.value, chart=chart.value, geometry=geometry.value)
    if state.tour_step and not _names_curves(query):
        state = _with_curves_of_its_step(state)
    return Reading(
        value=state,
        problems=(*losses.problems, *chart.problems, *geometry.problems, *tour.problems),
    )


def write_page_state(state: PageState) -> Query:
    """The query that ``read_page_state`` reads back; empty for what everybody starts with.

    >>> write_page_state(PageState(losses=("inverse",), chart=ChartSettings(classes=10)))
    {'loss': ['inverse'], 'K': ['10']}
    """
    curves = {**write_query((_LOSSES,), state), **write_query(CHART_PROPERTIES, state.chart)}
    if state.tour_step and not curves and state != _with_curves_of_its_step(state):
        curves = {_LOSSES.name: _LOSSES.print(state.losses)}  # else the step's would be read
    return {
        **curves,
        **write_query(GEOMETRY_PROPERTIES, state.geometry),
        **write_query((_TOUR_STEP,), state),
    }


def _names_curves(query: Mapping[str, Sequence[str]]) -> bool:
    return any(part.name in query for part in (_LOSSES, *CHART_PROPERTIES))


def _with_curves_of_its_step(state: PageState) -> PageState:
    """The state with the losses and the chart that its step of the tour talks about."""
    step = TOUR_STEPS[state.tour_step - 1]
    chosen = {loss.key: loss.spec for loss in map(loss_from_spec, step.losses)}
    ordered = tuple(chosen[key] for key in LOSSES if key in chosen)
    return replace(state, losses=ordered, chart=step.chart)


def _parse_losses(texts: Sequence[str]) -> tuple[str, ...]:
    if list(texts) == [_NO_LOSS]:
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
    return list(specs) or [_NO_LOSS]


def _parse_tour_step(texts: Sequence[str]) -> int:
    numbers = {str(number): number for number in range(len(TOUR_STEPS) + 1)}
    if texts[0] not in numbers:
        raise Unreadable(
            f"The link's story is at step {texts[0][:20]!r}, but it has {len(TOUR_STEPS)}; it is"
            " left out."
        )
    return numbers[texts[0]]


_START = PageState()
_LOSSES: Property[tuple[str, ...]] = Property(
    name="loss",
    attribute="losses",
    default=_START.losses,
    parse=_parse_losses,
    print=_print_losses,
    limits=f"at most {MAX_LOSSES} losses",
)
_TOUR_STEP: Property[int] = Property(
    name="story",
    attribute="tour_step",
    default=_START.tour_step,
    parse=_parse_tour_step,
    print=lambda number: [str(number)],
    limits=f"a step from 1 to {len(TOUR_STEPS)}",
)
PROPERTIES: Final[tuple[Property[Any], ...]] = (
    _LOSSES,
    *CHART_PROPERTIES,
    *GEOMETRY_PROPERTIES,
    _TOUR_STEP,
)
PARAMETERS: Final = tuple(spec.name for spec in PROPERTIES)  # their names in an address
