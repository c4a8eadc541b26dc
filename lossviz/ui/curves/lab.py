"""The curve lab: the chart and, beside it, a card for each loss."""

from collections.abc import Mapping

import streamlit as st

from lossviz.charts.loss_style import LossStyle, distinct_styles
from lossviz.losses.loss import Loss
from lossviz.ui.components.curve_chart.component import curve_chart
from lossviz.ui.curves.captions import chart_captions
from lossviz.ui.curves.formula_field import formula_field
from lossviz.ui.curves.loss_card import loss_card, loss_details
from lossviz.ui.state.chart_settings import ChartSettings
from lossviz.ui.state.selection import Selection


def curve_lab(selection: Selection, *, cursor_p: float | None = None) -> None:
    """Draw chart and cards; a released slider changes the visitor's loss.

    Args:
        selection: The losses, and how they are drawn.
        cursor_p: Where the chart's cursor stands at first, 0 to 1; 1/K if it is None.
    """
    styles = styles_by_id(selection.shown)
    left, right = st.columns([2, 1], gap="medium")
    with left, st.container(key="sticky-curves"):
        _draw_chart(selection, styles, selection.chart, cursor_p)
    with right:
        with st.container(border=True, gap="small"):
            formula_field(drawn=True)
        if not selection.shown:
            st.info("Choose a loss above, or type one of your own.")
        _draw_cards(selection, styles)


def styles_by_id(losses: Mapping[str, Loss]) -> dict[str, LossStyle]:
    """The styles of losses that are shown together."""
    return dict(zip(losses, distinct_styles(list(losses.values())), strict=True))


def _draw_chart(
    selection: Selection,
    styles: Mapping[str, LossStyle],
    settings: ChartSettings,
    cursor_p: float | None,
) -> None:
    losses = selection.shown
    curve_chart(
        losses,
        styles,
        views=settings.views,
        key="curves",
        refusals=selection.rejections,
        scale=settings.scale,
        logs=settings.logs,
        classes=settings.classes,
        at=cursor_p,
    )
    for caption in chart_captions(list(losses.values()), settings):
        st.caption(caption)


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
        )
        for loss_id, loss in losses
    }
    # when every slider is there: the checks take a fifth of a second a loss the first time
    for loss_id, loss in losses:
        with cards[loss_id]:
            loss_details(loss_id, loss, selection.chart.classes)
