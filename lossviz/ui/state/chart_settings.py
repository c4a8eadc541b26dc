"""How the reader looks at the losses: views, scales and number of classes, and how a page's address
says it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from lossviz.charts.curves import LOGS
from lossviz.charts.scales import SCALES
from lossviz.charts.views import VIEWS
from lossviz.losses.loss import DEFAULT_CLASSES

Query: TypeAlias = dict[str, list[str]]

MAX_VIEWS = 2
LEAST_CLASSES, MOST_CLASSES = 2, 1000
NAMES = ("view", "x", "log", "K")  # in an address


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartSettings:
    """How the reader looks at the losses.

    Attributes:
        views: One or two keys of ``VIEWS``.
        scale: Key of ``SCALES``: what the horizontal axis is.
        logs: The axes that are logarithmic, of ``LOGS``.
        classes: Number of classes K, 2 to 1,000.
    """

    views: tuple[str, ...] = ("penalty",)
    scale: str = "p"
    logs: tuple[str, ...] = ()
    classes: int = DEFAULT_CLASSES

    @property
    def query(self) -> Query:
        """What ``read_chart_settings`` reads back; nothing of what everybody starts with.

        >>> ChartSettings(views=("weight", "pull"), classes=10).query
        {'view': ['weight', 'pull'], 'K': ['10']}
        """
        start = ChartSettings()
        found = {
            "view": list(self.views) if self.views != start.views else [],
            "x": [self.scale] if self.scale != start.scale else [],
            "log": list(self.logs),
            "K": [str(self.classes)] if self.classes != start.classes else [],
        }
        return {name: values for name, values in found.items() if values}


def read_chart_settings(query: Mapping[str, Sequence[str]]) -> tuple[ChartSettings, list[str]]:
    """The settings that an address names, and what of it cannot be read; what is missing or unreadable
    is as everybody starts.

    >>> read_chart_settings({"view": ["Pull"], "K": ["1"]})[1]
    ["The link's K is '1', which is no number of classes: 2 to 1000; it is left out."]
    """
    start, complaints = ChartSettings(), []

    def read(name: str, known: Sequence[str], most: int) -> list[str]:
        wanted = list(dict.fromkeys(value.lower() for value in query.get(name, ())))
        unread = [value for value in wanted if value not in known]
        if unread or len(wanted) > most:
            choice = f"{'one' if most == 1 else f'at most {most}'} of {', '.join(known)}"
            complaints.append(
                f"The link's {name} is {', '.join(wanted)[:60]!r}, which should be {choice}; the"
                " rest is left out."
            )
        return [value for value in known if value in wanted][:most]

    views, scales, logs = (
        read("view", list(VIEWS), MAX_VIEWS),
        read("x", list(SCALES), 1),
        read("log", LOGS, len(LOGS)),
    )
    classes = start.classes
    for text in query.get("K", ()):
        if text.isascii() and text.isdigit() and LEAST_CLASSES <= int(text[:9]) <= MOST_CLASSES:
            classes = int(text)
        else:
            complaints.append(
                f"The link's K is {text[:20]!r}, which is no number of classes: {LEAST_CLASSES} to"
                f" {MOST_CLASSES}; it is left out."
            )
    chart = ChartSettings(
        views=tuple(views) or start.views,
        scale=scales[0] if scales else start.scale,
        logs=tuple(logs),
        classes=classes,
    )
    return chart, complaints
