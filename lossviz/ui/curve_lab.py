"""The lab of curves: chart and, beside it, a card for each loss with its formula and its sliders."""

from collections.abc import Mapping

import streamlit as st

from lossviz.charts.style import LossStyle, styles_of
from lossviz.losses.loss import Loss
from lossviz.ui.components.curve_chart import curve_chart
from lossviz.ui.components.parameter_slider import parameter_slider
from lossviz.ui.state import move_parameter, read_selection

_DASHES = {"solid": (9,), "dash": (9, 6), "dot": (3, 3), "dashdot": (9, 4, 3, 4), "longdash": (13, 6), "longdashdot": (13, 4, 3, 4)}  # line, gap, …


def curve_lab(losses: Mapping[str, Loss], view: str) -> None:
    """Draw chart and cards; a released slider changes the visitor's loss. Cards with sliders come first: they are what the hand looks for."""
    refusals = read_selection().refusals
    left, right = st.columns([2, 1], gap="medium")
    with left, st.container(key="sticky-curves"):
        curve_chart(losses, view=view, key="curves", refusals=refusals)
    with right:
        styles = dict(zip(losses, styles_of(list(losses.values())), strict=True))
        for loss_id, loss in sorted(losses.items(), key=lambda item: not item[1].parameters):
            loss_card(loss_id, loss, styles[loss_id], refusals=refusals)


def loss_card(loss_id: str, loss: Loss, style: LossStyle, *, refusals: int) -> None:
    """One loss: its mark in the chart, its name, formula, meaning and sliders."""
    with st.container(border=True, gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.html(swatch(style) + f"<strong>{loss.name or 'your own'}</strong>", width="content")
            st.latex(f"f(p) = {loss.latex}", width="content")
        for parameter in loss.parameters:
            parameter_slider(loss_id, loss, parameter, refusals=refusals, on_release=move_parameter)
        if loss.meaning:
            st.caption(loss.meaning)


def swatch(style: LossStyle) -> str:
    """A short line as the chart draws it, as HTML."""
    lengths = _DASHES[style.dash]
    stops, at = [], 0.0
    for i, length in enumerate(lengths):
        stops.append(f"{style.color if i % 2 == 0 else 'transparent'} {at}px {at + length}px")
        at += length
    return (
        '<span aria-hidden="true" style="display:inline-block;width:38px;height:3px;margin-right:.6rem;vertical-align:middle;'
        f'background:repeating-linear-gradient(to right,{",".join(stops)})"></span>'
    )
