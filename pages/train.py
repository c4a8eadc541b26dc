"""Launch a comparison of losses on real data, and watch it."""

import streamlit as st

from lossviz.errors import LossvizError
from lossviz.ui.frame import begin_page
from lossviz.ui.loss_picker import pick_losses
from lossviz.ui.messages import show_error
from lossviz.ui.train.backend import open_backend, show_obstacles
from lossviz.ui.train.comparison_picker import pick_comparison, read_rows
from lossviz.ui.train.comparison_view import watch_comparison
from lossviz.ui.train.deleted import show_undo
from lossviz.ui.train.empty_state import show_empty_state
from lossviz.ui.train.gallery.gallery_cards import show_gallery
from lossviz.ui.train.launching.class_count import chosen_class_count
from lossviz.ui.train.launching.form_folding import form_container
from lossviz.ui.train.launching.launch_form import launch_form
from lossviz.ui.train.launching.named_experiments import show_named_experiments
from lossviz.ui.train.launching.parameter_controls import parameter_controls
from lossviz.ui.train.unreadable_rows import show_unreadable

begin_page("pages/train.py")

try:
    training = open_backend()
    show_obstacles(training)
    rows, unreadable = read_rows(training)
    comparisons = [row.comparison for row in rows]
    with form_container(foldable=bool(rows)):
        show_named_experiments(training)
        if not rows:
            show_gallery(training)
        st.header("Or compare losses of your choice", anchor=False)
        selection = pick_losses()
        parameter_controls(selection, classes=chosen_class_count())
        launch_form(training, list(selection.shown.values()), comparisons)
    show_unreadable(unreadable)
    show_undo(training)
    if rows:
        shown = pick_comparison(rows, unreadable, backend=training)
        watch_comparison(training, shown)
    elif not unreadable:
        show_empty_state()
except LossvizError as error:
    show_error(error)
