"""What stands where the table will be, before anything has been trained."""

from __future__ import annotations

import streamlit as st

from lossviz.ui.state.selection import selection_query
from lossviz.ui.templates import render
from lossviz.ui.train.backend import TrainingBackend


def show_empty(backend: TrainingBackend) -> None:
    """Say what there will be to see, and where to begin."""
    st.html(render("comparisons/empty.html"))
    if backend.can_start:
        st.page_link(
            "pages/train.py",
            label="Train a first comparison",
            icon=":material/model_training:",
            query_params=selection_query(),
        )
