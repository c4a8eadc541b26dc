"""The key of a loss beside its name: a short line, as the charts draw its curve."""

from collections.abc import Mapping
from typing import Final

from markupsafe import Markup

from lossviz.charts.loss_style import LossStyle
from lossviz.ui.templates import render

_WIDTH_PX: Final = 38
_SOLID: Final = "solid"
_DASHES_PX: Final[Mapping[str, tuple[int, ...]]] = {  # line, gap, line, …
    _SOLID: (9,),
    "dash": (9, 6),
    "dot": (3, 3),
    "dashdot": (9, 4, 3, 4),
}


def dash_array(style: LossStyle) -> str:
    """The dash as SVG's ``stroke-dasharray``; empty for a solid line."""
    return "" if style.dash == _SOLID else " ".join(map(str, _DASHES_PX[style.dash]))


def legend_key(style: LossStyle) -> Markup:
    """A short line as the chart draws it, as HTML."""
    stops, start = [], 0
    for place, length in enumerate(_DASHES_PX[style.dash]):
        color = style.color if place % 2 == 0 else "transparent"
        stops.append(f"{color} {start}px {start + length}px")
        start += length
    return render("legend_key.html", width=_WIDTH_PX, stops=stops)
