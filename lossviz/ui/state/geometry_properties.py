"""How an address says the state of the geometry page."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Final

from lossviz.errors import InvalidInput
from lossviz.ui.state.geometry_state import (
    LARGEST_LOGIT,
    LEAST_START_P,
    LEAST_TRUE_P,
    MAX_MAPS,
    MODES,
    OTHERS,
    PARTS,
    RACES,
    SPACES,
    TRIANGLE_STEPS,
    GeometryState,
    Vector,
    clip_and_round,
    in_unit_square,
    nearest_hundredths,
)
from lossviz.ui.state.url_state import (
    Property,
    Query,
    Reading,
    Unreadable,
    kept_readings,
    one_of,
    read_query,
    write_query,
)

_ARROWS: Final = ("prediction", "target", "logits", "truth", "start")
_ROUNDING: Final = 0.02  # how far an address may be from a point where an arrow may stand
_LONGEST_NUMBERS: Final = 40  # characters
_LONGEST_LOSS: Final = 1000  # characters


@kept_readings(lambda: GEOMETRY_PROPERTIES)
def read_geometry(query: Mapping[str, Sequence[str]]) -> Reading[GeometryState]:
    """The state that an address names; arrows that cannot stand together keep their defaults.

    >>> read_geometry({"p": ["0.4,0.1"], "mode": ["free"]}).value.prediction
    (0.4, 0.1)
    >>> read_geometry({"by": ["q"]}).problems
    ("The link's by should be one of logits, p; it is left out.",)
    """
    reading = read_query(GEOMETRY_PROPERTIES, query)
    values = reading.value
    if values["mode"] != "free":
        for name in ("prediction", "target"):
            if abs(sum(values[name]) - 1.0) <= _ROUNDING:
                values[name] = nearest_hundredths(values[name])
    try:
        return Reading(value=GeometryState(**values), problems=reading.problems)
    except InvalidInput as error:
        others = {name: value for name, value in values.items() if name not in _ARROWS}
        problem = f"The link's arrows are left out: {error}."
        return Reading(value=GeometryState(**others), problems=(*reading.problems, problem))


def write_geometry(state: GeometryState) -> Query:
    """The query that ``read_geometry`` reads back.

    >>> write_geometry(GeometryState(part="simplex", truth=(0.5, 0.3, 0.2)))
    {'lab': ['simplex'], 'truth': ['0.50,0.30,0.20']}
    """
    return write_query(GEOMETRY_PROPERTIES, state)


def _numbers(
    name: str,
    attribute: str,
    settle: Callable[[Vector], Vector],
    *,
    default: Vector,
    limits: str,
    digits: int = 2,
) -> Property[Vector]:
    """An arrow's components, as many as its default has.

    Args:
        name: Of the parameter.
        attribute: Of the state.
        settle: Gives the nearest point where the arrow may stand.
        default: Where it stands at first.
        limits: In words.
        digits: Decimals of a component.
    """

    def parse(texts: Sequence[str]) -> Vector:
        values = tuple(map(float, texts[0][:_LONGEST_NUMBERS].split(",")))
        if len(values) != len(default) or not all(map(math.isfinite, values)):
            raise Unreadable
        settled = settle(values)
        if max(abs(a - b) for a, b in zip(values, settled, strict=True)) > _ROUNDING:
            raise Unreadable
        return settled

    return Property(
        name=name,
        attribute=attribute,
        default=default,
        parse=parse,
        print=lambda values: [",".join(f"{value:.{digits}f}" for value in values)],
        limits=limits,
    )


def _parse_maps(texts: Sequence[str]) -> tuple[str, ...]:
    if len(texts) > MAX_MAPS or max(map(len, texts)) > _LONGEST_LOSS:
        raise Unreadable
    return tuple(texts)


def _parse_p(texts: Sequence[str]) -> float:
    p = float(texts[0][:_LONGEST_NUMBERS])
    if not LEAST_TRUE_P <= p <= 1.0:
        raise Unreadable
    return p


def _print_p(p: float | None) -> list[str]:
    return [] if p is None else [f"{p:.3f}"]


_START = GeometryState()
_TWO = "two numbers from 0 to 1, such as 0.20,0.80"
_THREE = "three numbers from 0 to 1 that add up to 1, such as 0.50,0.30,0.20"
_TWO_LOGITS = f"two numbers from {-LARGEST_LOGIT:g} to {LARGEST_LOGIT:g}, such as -0.7,0.7"
_settle_logits = partial(clip_and_round, least=-LARGEST_LOGIT, greatest=LARGEST_LOGIT, digits=1)
_settle_start = partial(nearest_hundredths, least=LEAST_START_P)
_MAPS: Property[tuple[str, ...]] = Property(
    name="map",
    attribute="maps",
    default=_START.maps,
    parse=_parse_maps,
    print=list,
    limits="at most two losses",
)
_TRUE: Property[float | None] = Property(
    name="true",
    attribute="p_true",
    default=_START.p_true,
    parse=_parse_p,
    print=_print_p,
    limits=f"a number from {LEAST_TRUE_P} to 1",
)
GEOMETRY_PROPERTIES: Final[tuple[Property[Any], ...]] = (
    one_of("lab", "part", PARTS, default=_START.part),
    one_of("mode", "mode", MODES, default=_START.mode),
    _numbers("p", "prediction", in_unit_square, default=_START.prediction, limits=_TWO),
    _numbers("target", "target", in_unit_square, default=_START.target, limits=_TWO),
    _numbers("z", "logits", _settle_logits, default=_START.logits, limits=_TWO_LOGITS, digits=1),
    one_of("show", "step", TRIANGLE_STEPS, default=_START.step),
    _numbers("truth", "truth", nearest_hundredths, default=_START.truth, limits=_THREE),
    _numbers("from", "start", _settle_start, default=_START.start, limits=_THREE),
    one_of("by", "gradient_space", SPACES, default=_START.gradient_space),
    one_of("race", "race", RACES, default=_START.race),
    _MAPS,
    _TRUE,
    one_of("others", "others", OTHERS, default=_START.others),
)
