"""All that launches a comparison: the named experiments, and the form for one's own."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lossviz.experiments.records import Comparison
from lossviz.ui.loss_picker import pick_losses
from lossviz.ui.state.view import is_shown
from lossviz.ui.train.backend import TrainingBackend
from lossviz.ui.train.gallery.gallery_cards import show_gallery
from lossviz.ui.train.launching.class_count import chosen_class_count
from lossviz.ui.train.launching.launch_form import launch_form
from lossviz.ui.train.launching.named_experiments import show_named_experiments
from lossviz.ui.train.launching.parameter_controls import parameter_controls


def draw_forms(backend: TrainingBackend, comparisons: Sequence[Comparison]) -> None:
    """Draw what of it the view shows; where nothing was trained yet, recorded comparisons too.

    Args:
        backend: Trains what is launched.
        comparisons: Those that there are already.

    Side effects: a press stores a comparison, queues its trials and shows it.
    """
    if is_shown("experiments"):
        show_named_experiments(backend)
        if not comparisons:
            show_gallery(backend)
    if not is_shown("form"):
        return
    title = "Or compare losses of your choice" if is_shown("experiments") else "Compare losses"
    st.header(title, anchor=False)
    selection = pick_losses(warned=True)
    parameter_controls(selection, classes=chosen_class_count())
    launch_form(backend, list(selection.shown.values()), comparisons)
