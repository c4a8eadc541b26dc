"""The front page: the idea in one picture, and the three ways in."""

import streamlit as st

from lossviz.losses.loss import DEFAULT_CLASSES
from lossviz.ui.components.curve_chart.component import curve_chart
from lossviz.ui.curves.lab import styles_by_id
from lossviz.ui.curves.loss_card import loss_card
from lossviz.ui.frame import begin_page
from lossviz.ui.loss_picker import show_warning
from lossviz.ui.page_cards import page_cards
from lossviz.ui.state.page_state import ARTICLE
from lossviz.ui.state.selection import read_selection

DRAGGED = "inverse_power"

begin_page("app.py")

selection = read_selection()
show_warning(selection)
losses = {key: selection.losses[key] for key in ARTICLE}
styles = styles_by_id(losses)
left, right = st.columns([2, 1], gap="large", vertical_alignment="center")
with left, st.container(key="sticky-curves"):
    curve_chart(
        losses,
        styles,
        views=("penalty",),
        key="front",
        refusals=selection.rejections,
        shares=False,
    )
with right:
    st.markdown(
        "A network predicts a probability **p** for the right answer. The **loss** turns p into a"
        " penalty, and training does whatever lowers it. Take the power in your hand:"
    )
    loss_card(
        DRAGGED,
        losses[DRAGGED],
        styles[DRAGGED],
        start=selection.starts[DRAGGED],
        refusals=selection.rejections,
    )
    pulls = {key: float(loss.pull(1 / DEFAULT_CLASSES)) for key, loss in losses.items()}
    st.markdown(
        f"Before it has learnt anything, a network that tells {DEFAULT_CLASSES} pets apart gives"
        f" the right one p ≈ 1/{DEFAULT_CLASSES}. There the dot product pulls on it with"
        f" **{pulls['dot_product']:.2g}**, cross-entropy with **{pulls['cross_entropy']:.2g}**, the"
        f" inverse with **{pulls['inverse']:.2g}**: the first hardly hears its mistakes, the last"
        " hears nothing else."
    )
page_cards()
