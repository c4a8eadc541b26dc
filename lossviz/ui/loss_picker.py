"""Controls that several pages share: which losses, and how they are looked at."""

from dataclasses import replace
from typing import Any

import streamlit as st

from lossviz.charts.curves import LOGS
from lossviz.charts.scales import SCALES
from lossviz.charts.views import VIEWS
from lossviz.losses.catalogue import LOSSES
from lossviz.ui.components.parameter_slider.component import classes_slider
from lossviz.ui.markdown import escape_markdown
from lossviz.ui.share_link import share_button
from lossviz.ui.state.actions import add_loss, choose_losses, set_chart_settings
from lossviz.ui.state.chart_settings import LEAST_CLASSES, MAX_VIEWS, MOST_CLASSES, ChartSettings
from lossviz.ui.state.page_state import ARTICLE
from lossviz.ui.state.selection import Selection, read_selection

_PILLS, _SHELF = "chosen losses", "catalogue"
_VIEWS, _SCALE, _LOGS = "views", "scale", "logs"
FEATURED = (*ARTICLE, "generalized")  # of the catalogue's losses, those that always have a pill


def pick_losses() -> Selection:
    """Let the visitor choose among the catalogue's losses and own ones; return what is chosen."""
    selection = read_selection()
    show_warning(selection)
    left, right = st.columns([2, 1], gap="medium", vertical_alignment="center")
    with left:
        _losses_at_hand(selection)
    with right:
        _rest_of_catalogue(selection)
    return selection


def loss_picker_popover(selection: Selection) -> None:
    """The same behind a button, where the losses are not what the page begins with."""
    count = len(selection.chosen)
    with st.popover(
        f"{count} {'loss' if count == 1 else 'losses'}", icon=":material/checklist:", key="losses"
    ):
        _losses_at_hand(selection)
        _rest_of_catalogue(selection)
        st.caption("Type one of your own on the page *Penalty curves*; it is here then too.")


def _losses_at_hand(selection: Selection) -> None:
    st.session_state[_PILLS] = selection.chosen
    st.pills(
        "Losses",
        [
            loss_id
            for loss_id in selection.losses
            if loss_id in FEATURED or loss_id not in LOSSES or loss_id in selection.chosen
        ],
        selection_mode="multi",
        format_func=lambda loss_id: escape_markdown(
            selection.losses[loss_id].name or selection.losses[loss_id].text
        ),
        key=_PILLS,
        wrap=True,
        on_change=lambda: choose_losses(st.session_state[_PILLS]),
        label_visibility="collapsed",
    )


def _rest_of_catalogue(selection: Selection) -> None:
    shelf = [key for key in LOSSES if key not in FEATURED and key not in selection.chosen]
    st.selectbox(
        "Add from the catalogue",
        shelf,
        index=None,
        format_func=lambda key: LOSSES[key].name,
        key=_SHELF,
        placeholder=f"{len(shelf)} more losses…",
        disabled=not shelf,
        on_change=_on_catalogue_pick,
        label_visibility="collapsed",
    )


def pick_chart_settings(chart: ChartSettings) -> None:
    """Let the visitor choose one or two views, the horizontal axis, logarithms and the number of
    classes.
    """
    st.session_state[_VIEWS], st.session_state[_SCALE], st.session_state[_LOGS] = (
        list(chart.views),
        chart.scale,
        list(chart.logs),
    )
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
        with st.container(width=220, gap=None, key="classes"):
            classes_slider(
                chart.classes,
                least=LEAST_CLASSES,
                greatest=MOST_CLASSES,
                on_release=_on_classes_change,
            )
        share_button()


def show_warning(selection: Selection) -> None:
    """Say what of the address, or of the last change, could not be taken over."""
    # always there: what follows keeps its place, and with it the focus, when a warning comes
    place = st.empty()
    if selection.warning:
        place.warning(selection.warning, icon=":material/warning:")


def _on_catalogue_pick() -> None:
    """Add what was picked, and let the list show its placeholder again."""
    if key := st.session_state[_SHELF]:
        add_loss(key)
    st.session_state[_SHELF] = None


def _on_views_change() -> None:
    """One view at least, and two at most: the one that has been there longest makes room."""
    wanted, before = st.session_state[_VIEWS], read_selection().chart.views
    newest = sorted(wanted or before, key=lambda view: view in before)[:MAX_VIEWS]
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
