"""The chart of curves, which follows a parameter while it is dragged, with its cursor and its
numbers.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

import plotly.graph_objects as go
import streamlit as st

from lossviz.charts.curves import curve_uid, curves_json
from lossviz.charts.figure import figure_json
from lossviz.charts.loss_style import LossStyle
from lossviz.charts.scales import SCALES
from lossviz.charts.views import VIEWS, View
from lossviz.losses.loss import DEFAULT_CLASSES, Loss
from lossviz.ui.components import read_assets
from lossviz.ui.components.shared.curve_data import curve_data
from lossviz.ui.glossary.page_words import take_words
from lossviz.ui.legend_key import legend_key
from lossviz.ui.state.page_state import CURSOR_DIGITS, LEAST_CURSOR_P
from lossviz.ui.static_files import PLOTLY_URL, import_module

_PLACES_PX = 28  # above the plot, for their names
_PLACE_COLOR = "#7d889b"  # on light and on dark
_EXAMPLES = (0.01, 0.1, 0.5, 0.9)  # predictions among which the gradient is divided
_COMPONENT = st.components.v2.component(
    "lossviz.curve_chart",
    html=read_assets("curve_chart/index.html"),
    css=read_assets("shared/plot.css", "shared/range.css", "curve_chart/style.css"),
    js=import_module("curve_chart/index.js"),
    isolate_styles=False,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What a chart without cursor and numbers shows instead.

    Attributes:
        y_title: Of its vertical axis.
        places: What some p are, in a few words; the dots of the curves are at the first.
    """

    y_title: str
    places: Mapping[float, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChartReports:
    """Whom the chart tells what its reader does.

    Attributes:
        on_cursor: Called with the p where the reader has left the cursor.
        on_hidden: Called with the ids of all losses whose curves are hidden.
    """

    on_cursor: Callable[[float], None]
    on_hidden: Callable[[list[str]], None]


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
    hidden: Sequence[str] = (),
    reports: ChartReports | None = None,
    highest: float | None = None,
    columns: Sequence[str] = tuple(VIEWS),
    shares: bool = True,
    on_rest: Callable[[float], None] | None = None,
    picture: Picture | None = None,
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
        hidden: The ids of the losses whose curves are hidden until the reader shows them.
        reports: What is called where the reader leaves the cursor, or hides a curve: the page
            itself is not run again. None where nobody wants to know.
        highest: How far up a curve is shown that grows without end, on a linear axis; None: as far
            as the view shows it.
        columns: Keys of ``VIEWS``: what the table says of each loss.
        shares: Whether it says who gets the gradient.
        on_rest: Called with the p at which the reader's cursor has come to rest; the page is run
            again, to answer it. None where it has nothing to answer.
        picture: Set where it is a picture only, with neither cursor nor numbers.
    """
    shown = list(losses.values())
    named = "; ".join(loss.label for loss in shown)
    # no list: Streamlit would import pandas, 70 MB, to see whether it is a data frame
    curves = tuple(
        curve_data(loss_id, loss)
        | {
            "uid": curve_uid(loss),
            "color": styles[loss_id].color,
            "text_color": styles[loss_id].text_color,
            "swatch": legend_key(styles[loss_id]),
        }
        for loss_id, loss in losses.items()
    )
    figures = [
        curves_json(
            shown, _up_to(VIEWS[view], highest), scale=SCALES[scale], logs=logs, classes=classes
        )
        for view in views
    ]
    titles = [
        picture.y_title if picture else ("y" in logs and VIEWS[view].log_axis) or VIEWS[view].axis
        for view in views
    ]
    data = {
        "figures": tuple(
            _with_places(figure, picture) if picture else figure for figure in figures
        ),
        "labels": tuple(
            f"{title} over the {SCALES[scale].axis}, for {named}"
            f"{'' if picture else '; the table below has the numbers'}"
            for title in titles
        ),
        "curves": curves,
        "places": _places_json(scale, logarithmic="x" in logs),
        "views": tuple(views),
        "signs": tuple(VIEWS[view].log_sign for view in views),
        "scale": scale,
        "classes": classes,
        "at": at or next(iter(picture.places if picture else ()), 1 / classes),
        "shares": shares,
        "bare": picture is not None,
        "drawn": next((value for loss in shown for value in loss.values.values()), None),
        "refusals": refusals,
        "least_p": LEAST_CURSOR_P,
        "cursor_digits": CURSOR_DIGITS,
        "hidden": tuple(hidden),
        "reports": reports is not None,
        "reports_rest": on_rest is not None,
        "columns": tuple(columns),
        "words": json.dumps({} if picture else take_words(*columns)),
        "examples": _EXAMPLES,
        "plotly": PLOTLY_URL,
    }
    if on_rest is not None:
        _COMPONENT(
            key=key,
            data=data,
            on_rest_change=lambda: on_rest(float(st.session_state[key]["rest"])),
        )
    elif reports is not None:
        st.fragment(_draw_with_reports)(key, data, reports)
    else:
        _COMPONENT(key=key, data=data)


@cache
def _places_json(scale: str, *, logarithmic: bool) -> str:
    return json.dumps(SCALES[scale].points(logarithmic=logarithmic).tolist())


def _with_places(curves: str, picture: Picture) -> str:
    figure = go.Figure(json.loads(curves))
    figure.update_yaxes(title_text=picture.y_title)
    figure.update_layout(margin_t=_PLACES_PX)
    for p, name in picture.places.items():
        figure.add_vline(
            x=p,
            line={"color": _PLACE_COLOR, "width": 1, "dash": "dot"},
            annotation={
                "text": name,
                "xanchor": "left" if p < 1 / 2 else "right",
                "yanchor": "bottom",
                "font": {"size": 13},
            },
        )
    return figure_json(figure)


def _up_to(view: View, highest: float | None) -> View:
    """The view, with another upper end of its linear axis."""
    return view if highest is None else replace(view, y_range=(view.y_range[0], highest))


def _draw_with_reports(key: str, data: Mapping[str, object], reports: ChartReports) -> None:
    """Draw in a fragment, so that a report runs nothing else; nothing moves, as the data stay."""

    def on_cursor() -> None:
        if (place := st.session_state[key]["cursor"]) is not None:
            reports.on_cursor(float(place))

    def on_hidden() -> None:
        if (ids := st.session_state[key]["hidden"]) is not None:
            reports.on_hidden([str(loss_id) for loss_id in ids])

    _COMPONENT(key=key, data=data, on_cursor_change=on_cursor, on_hidden_change=on_hidden)
