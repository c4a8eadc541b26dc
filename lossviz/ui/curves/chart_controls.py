"""The controls over the curves: views, axes and number of classes."""

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

_VIEWS = "views"
_SCALE = "scale"
_LOGS = "logs"


def pick_chart_settings(settings: ChartSettings) -> None:
    """Let the visitor choose one or two views, the horizontal axis, logarithms and the number of
    classes.
    """
    st.session_state[_VIEWS] = list(settings.views)
    st.session_state[_SCALE] = settings.scale
    st.session_state[_LOGS] = list(settings.logs)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        st.segmented_control(
            "View, one or two",
            list(VIEWS),
            selection_mode="multi",
            format_func=lambda key: VIEWS[key].name,
            key=_VIEWS,
            on_change=_on_views_change,
        )
        st.segmented_control(
            "Over",
            list(SCALES),
            required=True,
            format_func=lambda key: SCALES[key].name,
            key=_SCALE,
            on_change=_on_axes_change,
        )
        st.segmented_control(
            "Logarithmic",
            LOGS,
            selection_mode="multi",
            format_func=lambda axis: f"log {axis}",
            key=_LOGS,
            on_change=_on_axes_change,
        )
        pick_class_count(
            settings.classes,
            least=LEAST_CLASSES,
            most=MOST_CLASSES,
            width=220,
            on_release=_on_classes_change,
        )
        share_button()


def _on_views_change() -> None:
    """One view at least, and two at most: the one that has been there longest makes room."""
    before = read_selection().chart.views
    wanted = st.session_state[_VIEWS] or before
    newest = sorted(wanted, key=lambda view: view in before)[:MAX_VIEWS]
    _change(views=tuple(view for view in VIEWS if view in newest))


def _on_axes_change() -> None:
    _change(
        scale=st.session_state[_SCALE],
        logs=tuple(axis for axis in LOGS if axis in st.session_state[_LOGS]),
    )


def _on_classes_change(classes: int) -> None:
    _change(classes=classes)


def _change(**changes: Any) -> None:
    set_chart_settings(replace(read_selection().chart, **changes))
