"""How the curves are drawn: views, scales and number of classes, and how an address says it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from lossviz.charts.curves import LOGS
from lossviz.charts.scales import SCALES
from lossviz.charts.views import VIEWS
from lossviz.errors import InvalidInput
from lossviz.losses.loss import DEFAULT_CLASSES
from lossviz.ui.state.url_state import (
    Property,
    Query,
    Reading,
    Unreadable,
    kept_readings,
    read_query,
    write_query,
)

MAX_VIEWS: Final = 2
LEAST_CLASSES: Final = 2
MOST_CLASSES: Final = 1000
_QUOTED_CHARACTERS = 60  # of a link, in a sentence about it


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartSettings:
    """How the curves are drawn.

    Attributes:
        views: One or two keys of ``VIEWS``, in the table's order.
        scale: Key of ``SCALES``: what the horizontal axis is.
        logs: The axes that are logarithmic, of ``LOGS``, in its order.
        classes: Number of classes K, 2 to 1,000.

    Raises:
        InvalidInput: A value is not one of these.
    """

    views: tuple[str, ...] = ("penalty",)
    scale: str = "p"
    logs: tuple[str, ...] = ()
    classes: int = DEFAULT_CLASSES

    def __post_init__(self) -> None:
        if not 1 <= len(self.views) <= MAX_VIEWS or not set(self.views) <= set(VIEWS):
            raise InvalidInput(f"views must be one or {MAX_VIEWS} of {', '.join(VIEWS)}")
        if self.scale not in SCALES:
            raise InvalidInput(f"scale must be one of {', '.join(SCALES)}")
        if not set(self.logs) <= set(LOGS):
            raise InvalidInput(f"logs must be among {', '.join(LOGS)}")
        if not LEAST_CLASSES <= self.classes <= MOST_CLASSES:
            raise InvalidInput(f"classes must be {LEAST_CLASSES} to {MOST_CLASSES}")


@kept_readings(lambda: CHART_PROPERTIES)
def read_chart_settings(query: Mapping[str, Sequence[str]]) -> Reading[ChartSettings]:
    """The settings that an address names.

    >>> read_chart_settings({"view": ["Pull"], "K": ["1"]}).problems
    ("The link's K is '1', which isn't a number of classes: 2 to 1000; it is left out.",)
    """
    reading = read_query(CHART_PROPERTIES, query)
    return Reading(value=ChartSettings(**reading.value), problems=reading.problems)


def write_chart_settings(settings: ChartSettings) -> Query:
    """The query that ``read_chart_settings`` reads back.

    >>> write_chart_settings(ChartSettings(views=("weight", "pull"), classes=10))
    {'view': ['weight', 'pull'], 'K': ['10']}
    """
    return write_query(CHART_PROPERTIES, settings)


def _read_keys(
    texts: Sequence[str], *, name: str, known: Sequence[str], most: int
) -> tuple[tuple[str, ...], str]:
    """The texts that are known keys, in the keys' order; and what is wrong with the rest."""
    named = list(dict.fromkeys(text.lower() for text in texts))
    readable = tuple(key for key in known if key in named)[:most]
    if len(named) <= most and set(named) <= set(known):
        return readable, ""
    quoted = ", ".join(named)[:_QUOTED_CHARACTERS]
    return readable, (
        f"The link's {name} is {quoted!r}, which should be {_one_or_more_of(known, most)};"
        " the rest is left out."
    )


def _one_or_more_of(known: Sequence[str], most: int) -> str:
    count = "one" if most == 1 else f"at most {most}"
    return f"{count} of {', '.join(known)}"


def _keys(
    name: str, attribute: str, known: Sequence[str], *, most: int, default: tuple[str, ...]
) -> Property[tuple[str, ...]]:
    def parse(texts: Sequence[str]) -> tuple[str, ...]:
        readable, problem = _read_keys(texts, name=name, known=known, most=most)
        if problem:
            raise Unreadable(problem, readable=readable or None)
        return readable

    limits = _one_or_more_of(known, most)
    return Property(
        name=name, attribute=attribute, default=default, parse=parse, print=list, limits=limits
    )


def _key(name: str, attribute: str, known: Sequence[str], *, default: str) -> Property[str]:
    def parse(texts: Sequence[str]) -> str:
        readable, problem = _read_keys(texts, name=name, known=known, most=1)
        if problem:
            raise Unreadable(problem, readable=readable[0] if readable else None)
        return readable[0]

    return Property(
        name=name,
        attribute=attribute,
        default=default,
        parse=parse,
        print=lambda key: [key],
        limits=_one_or_more_of(known, 1),
    )


def _classes(*, default: int) -> Property[int]:
    limits = f"{LEAST_CLASSES} to {MOST_CLASSES}"

    def is_readable(text: str) -> bool:
        # no more digits than the largest has: Python refuses to read thousands of them
        digits = text.isascii() and text.isdigit() and len(text) <= 9
        return digits and LEAST_CLASSES <= int(text) <= MOST_CLASSES

    def parse(texts: Sequence[str]) -> int:
        readable = [int(text) for text in texts if is_readable(text)]
        unreadable = [text for text in texts if not is_readable(text)]
        if unreadable:
            raise Unreadable(
                f"The link's K is {unreadable[0][:20]!r}, which isn't a number of classes:"
                f" {limits}; it is left out.",
                readable=readable[-1] if readable else None,
            )
        return readable[-1]

    return Property(
        name="K",
        attribute="classes",
        default=default,
        parse=parse,
        print=lambda classes: [str(classes)],
        limits=limits,
    )


_START = ChartSettings()
CHART_PROPERTIES: Final[tuple[Property[Any], ...]] = (
    _keys("view", "views", list(VIEWS), most=MAX_VIEWS, default=_START.views),
    _key("x", "scale", list(SCALES), default=_START.scale),
    _keys("log", "logs", LOGS, most=len(LOGS), default=_START.logs),
    _classes(default=_START.classes),
)
