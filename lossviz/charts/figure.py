"""What all figures have in common: an empty figure in the project's style, and its labels."""

import html
import re
from hashlib import blake2s
from typing import Any

import plotly.graph_objects as go

from lossviz.experiments.number_text import format_plain
from lossviz.losses.loss import Loss

_SAFE_IN_A_SELECTOR = re.compile(r"[\w-]+", re.ASCII)


def new_figure(*, x_title: str, y_title: str, zoom_of: str = "") -> go.Figure:
    """An empty figure in the project's style. Arguments as ``new_layout``."""
    return go.Figure(layout=new_layout(x_title=x_title, y_title=y_title, zoom_of=zoom_of))


def new_layout(*, x_title: str, y_title: str, zoom_of: str = "") -> dict[str, Any]:
    """The layout of figures in the project's style, as plain data.

    Colours of text, grid and background are the page's: the browser fills them in by theme.

    Args:
        x_title: A full phrase, with units.
        y_title: The same.
        zoom_of: What is shown; zoom and hidden curves outlive new data of the same, and end with
            another.
    """
    axis = {
        "automargin": True,
        "ticks": "outside",
        "ticklen": 4,
        "showline": True,
        "zeroline": False,
    }
    return {
        "template": {"data": {"scatter": [{"type": "scatter"}]}},  # plotly's "none"
        "font": {"family": "Source Sans, Source Sans Pro, sans-serif", "size": 14},
        "margin": {"l": 8, "r": 12, "t": 12, "b": 8},
        "hovermode": "closest",
        "xaxis": {**axis, "title": {"text": x_title, "standoff": 8}},
        "yaxis": {**axis, "title": {"text": y_title, "standoff": 8}},
        "legend": {
            "orientation": "h",
            "x": 0,
            "y": 1.02,
            "yanchor": "bottom",
            "bgcolor": "rgba(0,0,0,0)",
        },
        "uirevision": f"of {zoom_of}",
    }


def log_scale(figure: go.Figure) -> None:
    """Make the vertical axis logarithmic, with whole numbers at its ticks: plotly's own shorten 0.2
    to 2.

    Side effects: changes the figure.
    """
    ticks = [digit * 10.0**power for power in range(-7, 4) for digit in (1, 2, 5)]
    figure.update_yaxes(type="log", tickvals=ticks, ticktext=list(map(format_plain, ticks)))


def trace_id(identity: str) -> str:
    """Plotly's id of a trace, from whatever text tells it from the others of its figure.

    Plotly makes CSS selectors of a trace's id. One that is no selector, such as ``poly:eps=2.0``,
    throws within plotly, and the curves of the figure before stay.

    >>> trace_id("poly:eps=2.0") == trace_id("poly:eps=2.0") != trace_id("poly:eps=2")
    True
    >>> trace_id("poly:eps=2.0").isalnum()
    True
    """
    return f"t{blake2s(identity.encode(errors='surrogatepass'), digest_size=8).hexdigest()}"


def figure_json(figure: go.Figure) -> str:
    """A figure as the browser's plotly reads it, with the ids of its traces.

    Raises:
        ValueError: The id of a trace cannot stand in a CSS selector; see ``trace_id``.
    """
    for trace in figure.data:
        if trace.uid is not None and not _SAFE_IN_A_SELECTOR.fullmatch(trace.uid):
            raise ValueError(f"trace id {trace.uid!r} cannot stand in a CSS selector")
    text: str = figure.to_json(remove_uids=False)
    return text


def html_label(loss: Loss) -> str:
    """A loss's label for a figure.

    Plotly reads some HTML, so the < of ``where(p < 0.5, ...)`` is escaped.
    """
    return html.escape(loss.label, quote=False)
