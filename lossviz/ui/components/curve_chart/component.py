"""The chart of curves, which follows a parameter while it is dragged, with its cursor and its
numbers.
"""

import json
from collections.abc import Mapping, Sequence

import streamlit as st

from lossviz.charts.curves import curve_figure, curve_uid
from lossviz.charts.figure import figure_json
from lossviz.charts.loss_style import LossStyle
from lossviz.charts.scales import SCALES
from lossviz.charts.views import VIEWS
from lossviz.language.tree import to_json
from lossviz.losses.loss import DEFAULT_CLASSES, Loss
from lossviz.ui.components import read_assets
from lossviz.ui.legend_key import legend_key
from lossviz.ui.static_files import PLOTLY_URL, import_module

_LEAST_P = 1e-4  # of the cursor
_EXAMPLES = (0.01, 0.1, 0.5, 0.9)  # predictions among which the gradient is divided
_COMPONENT = st.components.v2.component(
    "lossviz.curve_chart",
    html=read_assets("curve_chart/index.html"),
    css=read_assets("shared/plot.css", "shared/range.css", "curve_chart/style.css"),
    js=import_module("curve_chart/index.js"),
    isolate_styles=False,
)


def curve_chart(
    losses: Mapping[str, Loss],
    styles: Mapping[str, LossStyle],
    *,
    views: Sequence[str],
    key: str,
    refusals: int,
    scale: str = "p",
    logs: Sequence[str] = (),
    classes: int = DEFAULT_CLASSES,
    at: float | None = None,
    shares: bool = True,
) -> None:
    """Draw losses in one view, or in two side by side; below, their values at a cursor, and how
    each divides its gradient.

    Each plot's element carries ``data-drawn``: the value of the parameter that moved last, as its
    curve shows it.

    Args:
        losses: The losses by their id, to which ``parameter_slider`` refers.
        styles: How each looks.
        views: Keys of ``VIEWS``.
        key: Constant for one chart on a page.
        refusals: Changes when a slider's value was not taken over, so that the browser takes it
            back.
        scale: Key of ``SCALES``.
        logs: The axes that are logarithmic, of ``LOGS``.
        classes: Number of classes K.
        at: The p at which the cursor stands until the reader moves it; 1/K where it is None.
        shares: Whether it says who gets the gradient.
    """
    shown = list(losses.values())
    named = "; ".join(loss.label for loss in shown)
    # no list: Streamlit would import pandas, 70 MB, to see whether it is a data frame
    curves = tuple(
        {
            "id": loss_id,
            "uid": curve_uid(loss),
            "name": loss.name or loss.text,
            "color": styles[loss_id].color,
            "swatch": legend_key(styles[loss_id]),
            "values": dict(loss.values),
            "penalty": to_json(loss.formula.even.penalty),
            "weight": to_json(loss.formula.even.weight),
        }
        for loss_id, loss in losses.items()
    )
    places = SCALES[scale].points(logarithmic="x" in logs).tolist()
    figures = [
        curve_figure(shown, VIEWS[view], scale=SCALES[scale], logs=logs, classes=classes)
        for view in views
    ]
    data = {
        "figures": tuple(figure_json(figure) for figure in figures),
        "labels": tuple(
            f"{figure.layout.yaxis.title.text} over the {SCALES[scale].axis}, for {named}; the"
            " table below has the numbers"
            for figure in figures
        ),
        "curves": curves,
        "places": json.dumps(places),
        "views": tuple(views),
        "signs": tuple(VIEWS[view].log_sign for view in views),
        "scale": scale,
        "classes": classes,
        "at": at or 1 / classes,
        "shares": shares,
        "drawn": next((value for loss in shown for value in loss.values.values()), None),
        "refusals": refusals,
        "least_p": _LEAST_P,
        "columns": tuple(VIEWS),
        "examples": _EXAMPLES,
        "plotly": PLOTLY_URL,
    }
    _COMPONENT(key=key, data=data)
