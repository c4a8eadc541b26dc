"""How hard each loss punishes an unsure answer, and what its power changes."""

import streamlit as st

from lossviz.charts.curves import VIEWS
from lossviz.ui.controls import pick_losses
from lossviz.ui.curve_lab import curve_lab
from lossviz.ui.frame import begin_page
from lossviz.ui.state import hold_choice

begin_page("pages/penalty_curves.py")

losses = pick_losses()
with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
    view = st.segmented_control(
        "View",
        list(VIEWS),
        default="penalty",
        required=True,
        format_func=lambda key: VIEWS[key].name,
        key="view",
        bind="query-params",
        on_change=hold_choice,
        label_visibility="collapsed",
    )
    st.markdown(VIEWS[view].sentence)
if not losses:
    st.info("Choose at least one loss above.")
    st.stop()
curve_lab(losses, view)
