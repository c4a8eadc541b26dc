"""Launch a comparison of losses on real data, and watch it."""

import streamlit as st

from lossviz.errors import LossvizError
from lossviz.ui.curves.formula_field import formula_field
from lossviz.ui.frame import begin_page
from lossviz.ui.loss_picker import pick_losses
from lossviz.ui.markdown import escape_markdown
from lossviz.ui.train.backend import open_backend
from lossviz.ui.train.class_count import chosen_class_count
from lossviz.ui.train.comparison_picker import pick_comparison
from lossviz.ui.train.comparison_view import watch_comparison
from lossviz.ui.train.launch_form import launch_form
from lossviz.ui.train.unreadable_rows import show_unreadable

begin_page("pages/train.py")

try:
    training = open_backend()
    selection = pick_losses()
    formula_field(drawn=False, classes=chosen_class_count())
    launch_form(training, list(selection.shown.values()))
    st.divider()
    comparisons, unreadable = training.store.read_comparisons()
    show_unreadable(unreadable)
    if comparisons:
        watch_comparison(training, pick_comparison(comparisons, unreadable))
    elif not unreadable:
        st.info(
            "Nothing has been trained yet. Choose losses above and press the button: twelve trials"
            " on digits take about ten seconds on two cores."
        )
except LossvizError as error:
    st.error(escape_markdown(error), icon=":material/error:")
