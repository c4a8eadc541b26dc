"""A prediction is an arrow: between two classes, among three, and among many."""

import streamlit as st

from lossviz.ui.curves.lab import styles_by_id
from lossviz.ui.frame import begin_page
from lossviz.ui.geometry.lab import DRAW, pick_lab, turn_parameters
from lossviz.ui.loss_picker import pick_losses_aside, show_complaint
from lossviz.ui.share_link import share
from lossviz.ui.state.selection import read_selection

begin_page("pages/geometry.py")

selection = read_selection()
show_complaint(selection)
with st.container(horizontal=True, vertical_alignment="center", gap="small", key="geometry_top"):
    pick_lab(selection.scene)
    pick_losses_aside(selection)
    share()
styles = styles_by_id(selection.shown)
DRAW[selection.scene.lab](selection, styles)
turn_parameters(selection, styles)
