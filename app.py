"""The front page: the idea in one picture, and the three ways in."""

import streamlit as st

from lossviz.ui.components.curve_chart.component import curve_chart
from lossviz.ui.curves.lab import styles_by_id
from lossviz.ui.curves.loss_card import loss_card
from lossviz.ui.frame import begin_page
from lossviz.ui.front_page import LEAD, about_weights
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
    st.markdown(LEAD)
    loss_card(
        DRAGGED,
        losses[DRAGGED],
        styles[DRAGGED],
        start=selection.starts[DRAGGED],
        refusals=selection.rejections,
    )
    st.markdown(about_weights(list(losses.values())))
page_cards()
