"""What the launch form says until the visitor changes it: a recipe's settings, or those of a named
experiment that was launched.
"""

from __future__ import annotations

from typing import Final

import streamlit as st

from lossviz.experiments.named_experiments import EXPERIMENTS
from lossviz.experiments.recipes import Recipe
from lossviz.ui.state.actions import keep_selection
from lossviz.ui.text import draw_caption
from lossviz.ui.train.launching.settings_form import FormStart

_EXPERIMENT: Final = "experiment that the form starts from"  # key of the session


def form_start(recipe: Recipe) -> FormStart:
    """Where the form starts."""
    experiment = EXPERIMENTS.get(st.session_state.get(_EXPERIMENT, ""))
    if experiment is None:
        return FormStart(recipe=recipe, name=recipe.key, settings=recipe.settings)
    name = f"{recipe.key}, {experiment.key}"
    return FormStart(recipe=recipe, name=name, settings=experiment.setup.settings)


def start_form_from(experiment: str) -> None:
    """Let the form start from a named experiment; empty for the recipe's own settings.

    Side effects: changes the session.
    """
    st.session_state[_EXPERIMENT] = experiment


def start_from_recipe() -> None:
    """Back to the recipe's own settings; for callbacks.

    Side effects: changes the session.
    """
    keep_selection()
    start_form_from("")


def show_origin() -> None:
    """Say from which experiment the form starts, with a way back; nothing where from none."""
    experiment = EXPERIMENTS.get(st.session_state.get(_EXPERIMENT, ""))
    if experiment is None:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        draw_caption(f"Settings taken from the experiment **{experiment.name}**.", width="content")
        st.button(
            "Reset to the dataset's settings",
            icon=":material/undo:",
            type="tertiary",
            on_click=start_from_recipe,
        )
