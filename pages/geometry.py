"""A prediction is an arrow: between two classes, among three, and among many."""

import streamlit as st

from lossviz.ui.frame import begin_page
from lossviz.ui.geometry.headings import current_heading
from lossviz.ui.geometry.lab import DRAW_PART, needs_no_loss, parameter_cards, pick_part
from lossviz.ui.loss_controls import styles_by_id
from lossviz.ui.loss_picker import loss_picker_popover, show_warning
from lossviz.ui.share_link import share_button
from lossviz.ui.state.selection import read_selection
from lossviz.ui.state.view import is_shown

begin_page("pages/geometry.py", current_heading)

selection = read_selection()
show_warning(selection)
with st.container(horizontal=True, vertical_alignment="center", gap="small", key="geometry_top"):
    if is_shown("classes"):
        pick_part(selection)
    if not needs_no_loss(selection.geometry):
        loss_picker_popover(selection)
    share_button()
styles = styles_by_id(selection.shown)
DRAW_PART[selection.geometry.part](selection, styles)
if is_shown("cards"):
    parameter_cards(selection, styles)
