"""Launching a comparison: recipe, seeds, and the button."""

import time
import uuid
from collections.abc import Sequence

import streamlit as st

from lossviz.errors import LossvizError
from lossviz.losses.loss import Loss
from lossviz.runs.recipes import RECIPES
from lossviz.runs.records import MAX_SEEDS, plan_comparison
from lossviz.ui.findings import warn_of_errors
from lossviz.ui.state import hold_choice
from lossviz.ui.text import plain
from lossviz.ui.training import Training

CHOSEN = "comparison"


def launch_controls(training: Training, losses: Sequence[Loss]) -> None:
    """Recipe, seeds, the button that launches the chosen losses, and a warning where it had better not.

    Side effects: a press stores a comparison, queues its trials and shows it.
    """
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        recipe = st.selectbox("Recipe", list(RECIPES), format_func=lambda key: RECIPES[key].name, width=300, on_change=hold_choice)
        seeds = st.number_input(
            "Seeds",
            min_value=1,
            max_value=MAX_SEEDS,
            value=3,
            width=150,
            on_change=hold_choice,
            help="Each loss is trained once a seed. A seed fixes split, first weights and batches, so that losses are compared under the same luck.",
        )
        count = len(losses) * seeds
        pressed = st.button(
            f"Train {count} trial{'s' * (count != 1)}",
            type="primary",
            icon=":material/play_arrow:",
            disabled=training.engine is None,
            on_click=hold_choice,
        )
    st.caption(RECIPES[recipe].summary)
    if training.obstacle:
        st.warning(training.obstacle)
    warn_of_errors(losses)
    if pressed and training.engine:
        try:
            wish = plan_comparison(
                id=uuid.uuid4().hex[:12], recipe=recipe, losses=[loss.spec for loss in losses], seeds=seeds, created_at=time.time()
            )
            training.engine.launch(wish)
        except LossvizError as error:
            st.error(plain(error), icon=":material/error:")
        else:
            st.query_params[CHOSEN] = wish.id
