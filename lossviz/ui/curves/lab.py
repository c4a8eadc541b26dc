"""The curve lab: the chart and, beside it, a card for each loss."""

from collections.abc import Mapping

import streamlit as st

from lossviz.charts.loss_style import LossStyle
from lossviz.losses.loss import Loss
from lossviz.ui.components.curve_chart.component import ChartReports, curve_chart
from lossviz.ui.curves.captions import chart_captions
from lossviz.ui.curves.chart_controls import pick_chart_settings
from lossviz.ui.curves.formula_field import formula_field
from lossviz.ui.curves.loss_card import loss_card, loss_details
from lossviz.ui.curves.moving_loss import end_movements
from lossviz.ui.curves.released import CURVES, release_parameter, sliders_of
from lossviz.ui.fragments import fragment
from lossviz.ui.loss_controls import parameter_sliders, styles_by_id
from lossviz.ui.state.actions import hide_losses, put_cursor
from lossviz.ui.state.chart_settings import ChartSettings
from lossviz.ui.state.selection import Selection, read_selection, selection_query
from lossviz.ui.state.view import is_shown
from lossviz.ui.text import draw_caption


def curve_lab(selection: Selection) -> None:
    """Draw chart and cards; a released slider changes the visitor's loss.

    Args:
        selection: The losses, and how they are drawn.
    """
    styles = styles_by_id(selection.shown)
    left, right = st.container(), None
    if is_shown("formula") or is_shown("cards"):
        left, right = st.columns([2, 1], gap="medium")
    with left, st.container(key="sticky-curves", gap="small"):
        pick_chart_settings(selection.chart)
        fragment(_draw_curves, key=CURVES)()
    if right is None:
        return
    with right:
        if is_shown("formula"):
            with st.container(border=True, gap="small"):
                formula_field(drawn=True)
        if not selection.shown:
            st.info("Choose a loss above, or type one of your own.")
        if is_shown("cards"):
            _draw_cards(selection, styles)


def _draw_curves() -> None:
    selection = read_selection()
    if is_shown("text"):
        _draw_captions(selection)
    _draw_chart(selection, selection.chart)


def _draw_chart(selection: Selection, settings: ChartSettings) -> None:
    losses = selection.shown
    curve_chart(
        losses,
        styles_by_id(losses),
        views=settings.views,
        key="curves",
        refusals=selection.rejections,
        scale=settings.scale,
        logs=settings.logs,
        classes=settings.classes,
        at=selection.cursor_p,
        hidden=selection.hidden,
        reports=ChartReports(on_cursor=put_cursor, on_hidden=hide_losses),
    )


def _draw_captions(selection: Selection) -> None:
    """What the chart shows; the style sheet puts it between the plots and their numbers."""
    with st.container(key="about-curves", gap=None):
        for caption in chart_captions(list(selection.shown.values()), selection.chart):
            draw_caption(caption)
        st.page_link(
            "pages/story.py",
            label="New here? Begin with the story.",
            icon=":material/auto_stories:",
            query_params=selection_query(),
        )


def _draw_cards(selection: Selection, styles: Mapping[str, LossStyle]) -> None:
    """Cards with sliders come first, as they are what a visitor reaches for."""
    losses = sorted(selection.shown.items(), key=lambda item: not item[1].parameters)
    cards = {
        loss_id: loss_card(
            loss_id,
            loss,
            styles[loss_id],
            start=selection.starts[loss_id],
            refusals=selection.rejections,
            draw_sliders=_sliders_apart,
        )
        for loss_id, loss in losses
    }
    end_movements()
    # when every slider is there: the checks take a fifth of a second a loss the first time
    for loss_id, _ in losses:
        with cards[loss_id]:
            loss_details(loss_id)


def _sliders_apart(
    loss_id: str, loss: Loss, style: LossStyle, *, start: Loss, refusals: int
) -> None:
    """The sliders as a part of the page, as a release runs only what shows it."""
    if loss.parameters:
        fragment(_draw_sliders, key=sliders_of(loss_id))(loss_id, style, start, refusals)


def _draw_sliders(loss_id: str, style: LossStyle, start: Loss, refusals: int) -> None:
    with st.container(gap="xsmall"):
        parameter_sliders(
            loss_id,
            read_selection().losses[loss_id],
            style,
            start=start,
            refusals=refusals,
            on_release=release_parameter,
        )
