"""What stands where results will be, before anything has been trained."""

import streamlit as st

from lossviz.ui.templates import render


def show_empty_state() -> None:
    """Say what there will be to see, and how to get it."""
    st.html(render("train/empty_state.html"))
