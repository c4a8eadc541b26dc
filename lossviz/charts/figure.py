"""What all figures have in common: an empty figure in the project's style, and its labels."""

import html

import plotly.graph_objects as go

from lossviz.losses.loss import Loss


def new_figure(*, x_title: str, y_title: str) -> go.Figure:
    """An empty figure in the project's style.

    Colours of text, grid and background are the page's: the browser fills them in by theme.
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


def html_label(loss: Loss) -> str:
    """A loss's label for a figure.

    Plotly reads some HTML, so the < of ``where(p < 0.5, ...)`` is escaped.
    """
    return html.escape(loss.label, quote=False)
