"""The controls around the curves: views, axes and number of classes."""

from dataclasses import replace
from typing import Any

import streamlit as st

from lossviz.charts.curves import LOGS
from lossviz.charts.scales import SCALES
from lossviz.charts.views import VIEWS
from lossviz.ui.class_count import pick_class_count
from lossviz.ui.share_link import share_button
from lossviz.ui.state.actions import set_chart_settings
from lossviz.ui.state.chart_settings import LEAST_CLASSES, MAX_VIEWS, MOST_CLASSES, ChartSettings
from lossviz.ui.state.selection import read_selection
from lossviz.ui.state.view import is_shown

_VIEWS = "views"
_SCALE = "scale"
_AXIS_NAMES = {"x": "horizontal", "y": "vertical"}


def pick_chart_settings(settings: ChartSettings) -> None:
    """Let the visitor choose one or two views and, behind a button, the horizontal axis, logarithms
    and the number of classes.
    """
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key="chart-controls"
    ):
        if is_shown("views"):
            _pick_views(settings)
        with st.container(
            horizontal=True, horizontal_alignment="right", gap="small", key="chart-options"
        ):
            if is_shown("axes"):
                with st.popover("Axes", icon=":material/tune:", key="axes"):
                    _pick_axes(settings)
            share_button()


def _pick_views(settings: ChartSettings) -> None:
    st.session_state[_VIEWS] = list(settings.views)
    st.segmented_control(
        "Views (up to two)",
        list(VIEWS),
        selection_mode="multi",
        format_func=lambda key: VIEWS[key].name,
        key=_VIEWS,
        on_change=_on_views_change,
    )


def _pick_axes(settings: ChartSettings) -> None:
    st.session_state[_SCALE] = settings.scale
    st.segmented_control(
        "Horizontal axis",
        list(SCALES),
        required=True,
        format_func=lambda key: SCALES[key].name,
        key=_SCALE,
        on_change=lambda: _change(scale=st.session_state[_SCALE]),
    )
    for axis in LOGS:
        _pick_logarithm(axis, settings)
    pick_class_count(
        settings.classes,
        least=LEAST_CLASSES,
        most=MOST_CLASSES,
        width=300,
        on_release=lambda classes: _change(classes=classes),
    )


def _pick_logarithm(axis: str, settings: ChartSettings) -> None:
    """A switch; it is off where it would change nothing, and says why."""
    has_effect = axis == "y" or SCALES[settings.scale].has_logarithm
    key = f"log {axis}"
    st.session_state[key] = has_effect and axis in settings.logs
    st.toggle(
        f"log {axis}: logarithmic {_AXIS_NAMES[axis]} axis",
        key=key,
        disabled=not has_effect,
        help=None if has_effect else "The margin is a logarithm already.",
        on_change=_on_logarithm_change,
        args=(axis,),
    )


def _on_views_change() -> None:
    """One view at least, and two at most: the one that has been there longest makes room."""
    before = read_selection().chart.views
    wanted = st.session_state[_VIEWS] or before
    newest = sorted(wanted, key=lambda view: view in before)[:MAX_VIEWS]
    _change(views=tuple(view for view in VIEWS if view in newest))


def _on_logarithm_change(axis: str) -> None:
    wanted = {*read_selection().chart.logs} ^ {axis}
    _change(logs=tuple(each for each in LOGS if each in wanted))


def _change(**changes: Any) -> None:
    set_chart_settings(replace(read_selection().chart, **changes))
