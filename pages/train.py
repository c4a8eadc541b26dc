"""Launch a comparison of losses on real data, and watch it."""

import streamlit as st

from lossviz.errors import LossvizError
from lossviz.ui.curves.formula_field import invent
from lossviz.ui.frame import begin_page
from lossviz.ui.loss_picker import pick_losses
from lossviz.ui.markdown import plain
from lossviz.ui.train.comparison_view import pick_comparison, watch_comparison
from lossviz.ui.train.launch_form import launch_controls
from lossviz.ui.train.services import open_training

begin_page("pages/train.py")

try:
    training = open_training()
    selection = pick_losses()
    invent(drawn=False)
    launch_controls(training, list(selection.shown.values()))
    st.divider()
    comparisons = training.store.comparisons()
    if comparisons:
        watch_comparison(training, pick_comparison(comparisons))
    else:
        st.info(
            "Nothing has been trained yet. Choose losses above and press the button: twelve trials"
            " on digits take about ten seconds."
        )
except LossvizError as error:
    st.error(plain(error), icon=":material/error:")
