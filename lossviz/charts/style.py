"""How a loss looks on every page, and what all figures have in common."""

import html
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

import plotly.graph_objects as go

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


_CATALOGUE = {
    "cross_entropy": LossStyle(color="#3a7de0", dash="solid"),
    "dot_product": LossStyle(color="#d07c0c", dash="dash"),
    "inverse": LossStyle(color="#d94a3d", dash="dot"),
    "inverse_power": LossStyle(color="#0e9384", dash="dashdot"),
    "generalized": LossStyle(color="#9a63d8", dash="longdash"),
}
_OWN_COLORS = ("#c8479b", "#6e7f96", "#7d8f1f", "#1797b8")
_OWN_DASHES = ("longdashdot", "dot", "dash", "dashdot")  # none solid: that is cross-entropy
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")


def style_of(loss: Loss) -> LossStyle:
    """The look of a loss, the same on every page whatever its parameters: by key, or for a visitor's own by its text."""
    if loss.key in _CATALOGUE:
        return _CATALOGUE[loss.key]
    mark = crc32(loss.text.encode())
    return LossStyle(color=_OWN_COLORS[mark % len(_OWN_COLORS)], dash=_OWN_DASHES[mark // len(_OWN_COLORS) % len(_OWN_DASHES)])


def styles_of(losses: Sequence[Loss]) -> list[LossStyle]:
    """The looks of losses that are shown together: where two would look alike, the later one gets another dash."""
    seen: Counter[LossStyle] = Counter()
    styles = []
    for style in map(style_of, losses):
        dash = _DASHES[(_DASHES.index(style.dash) + seen[style]) % len(_DASHES)]
        seen[style] += 1
        styles.append(LossStyle(color=style.color, dash=dash))
    return styles


def label_of(loss: Loss) -> str:
    """A loss's label for a figure: plotly reads some HTML, so ``where(p < 0.5, ...)`` must not look like it."""
    return html.escape(loss.label, quote=False)


def new_figure(*, x_title: str, y_title: str) -> go.Figure:
    """An empty figure in the project's look. Colours of text, grid and background are the page's: the browser fills them in by theme."""
    figure = go.Figure()
    axis = {"automargin": True, "ticks": "outside", "ticklen": 4, "showline": True, "zeroline": False}
    figure.update_layout(
        template="none",
        font={"family": "Source Sans, Source Sans Pro, sans-serif", "size": 14},
        margin={"l": 8, "r": 12, "t": 12, "b": 8},
        hovermode="closest",
        xaxis={**axis, "title": {"text": x_title, "standoff": 8}},
        yaxis={**axis, "title": {"text": y_title, "standoff": 8}},
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom", "bgcolor": "rgba(0,0,0,0)"},
        uirevision="constant",  # zoom and hidden curves outlive new data
    )
    return figure
