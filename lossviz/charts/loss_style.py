"""How a loss looks on every page, and what all figures have in common."""

import html
from collections.abc import Sequence
from dataclasses import dataclass, replace
from zlib import crc32

import plotly.graph_objects as go

from lossviz.losses.catalogue import LOSSES
from lossviz.losses.loss import Loss


@dataclass(frozen=True, slots=True, kw_only=True)
class LossStyle:
    """How a loss is drawn.

    Attributes:
        color: Hex colour; at least 3 to 1 against the light and the dark background.
        dash: Plotly's name of the dash, so that colour is never the only mark.
    """

    color: str
    dash: str


_FEATURED = {
    "cross_entropy": LossStyle(color="#1d62c9", dash="solid"),
    "dot_product": LossStyle(color="#e37327", dash="dash"),
    "inverse": LossStyle(color="#c7293a", dash="dot"),
    "inverse_power": LossStyle(color="#1ca2af", dash="dashdot"),
    "generalized": LossStyle(color="#9f3f88", dash="longdash"),
}
_COLORS = ("#db55e9", "#7277ab", "#90971f", "#09a68b", "#b24830", "#0a746f")  # of all others
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
# Neighbours differ in both; all 30 differ, as 6 and 5 share no divisor. None is solid: that is
# cross-entropy.
_STYLES = tuple(
    LossStyle(color=_COLORS[place % 6], dash=_DASHES[1 + place % 5]) for place in range(30)
)
_CATALOGUE = _FEATURED | {
    key: _STYLES[place % len(_STYLES)]
    for place, key in enumerate(key for key in LOSSES if key not in _FEATURED)
}


def style_for(loss: Loss) -> LossStyle:
    """The look of a loss, the same on every page whatever its parameters: by key, or for a
    visitor's own by its text.
    """
    if loss.key in _CATALOGUE:
        return _CATALOGUE[loss.key]
    return _STYLES[crc32(loss.text.encode()) % len(_STYLES)]


def distinct_styles(losses: Sequence[Loss]) -> list[LossStyle]:
    """The looks of losses that are shown together: where one would look like an earlier one, it
    gets the next free dash of its colour.

    With more than six of a colour, another colour.
    """
    styles: list[LossStyle] = []
    for style in map(style_for, losses):
        first = _DASHES.index(style.dash)
        looks = (
            replace(style, color=color, dash=dash)
            for color in (style.color, *_COLORS)
            for dash in _DASHES[first:] + _DASHES[:first]
        )
        styles.append(next((look for look in looks if look not in styles), style))
    return styles


def html_label(loss: Loss) -> str:
    """A loss's label for a figure: plotly reads some HTML, so ``where(p < 0.5, ...)`` must not look
    like it.
    """
    return html.escape(loss.label, quote=False)


def new_figure(*, x_title: str, y_title: str) -> go.Figure:
    """An empty figure in the project's look. Colours of text, grid and background are the page's:
    the browser fills them in by theme.
    """
    figure = go.Figure()
    axis = {
        "automargin": True,
        "ticks": "outside",
        "ticklen": 4,
        "showline": True,
        "zeroline": False,
    }
    figure.update_layout(
        template="none",
        font={"family": "Source Sans, Source Sans Pro, sans-serif", "size": 14},
        margin={"l": 8, "r": 12, "t": 12, "b": 8},
        hovermode="closest",
        xaxis={**axis, "title": {"text": x_title, "standoff": 8}},
        yaxis={**axis, "title": {"text": y_title, "standoff": 8}},
        legend={
            "orientation": "h",
            "x": 0,
            "y": 1.02,
            "yanchor": "bottom",
            "bgcolor": "rgba(0,0,0,0)",
        },
        uirevision="constant",  # zoom and hidden curves outlive new data
    )
    return figure
