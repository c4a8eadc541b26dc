"""Launching a comparison: recipe, how it is trained, seeds, and the button."""

import time
import uuid
from collections.abc import Sequence

import streamlit as st

from lossviz.errors import InvalidInput, LossvizError
from lossviz.experiments.plan import MAX_SEEDS, plan_comparison
from lossviz.experiments.recipes import RECIPES, validate_settings
from lossviz.experiments.settings import Settings
from lossviz.losses.loss import Loss
from lossviz.ui.curves.findings import warn_of_errors
from lossviz.ui.markdown import escape_markdown
from lossviz.ui.state.actions import keep_selection
from lossviz.ui.train.backend import TrainingBackend
from lossviz.ui.train.batch_preview import batch_preview_button, show_batch_preview
from lossviz.ui.train.comparison_link import link_comparison
from lossviz.ui.train.settings_form import pick_settings, recipes_on_offer


def launch_form(training: TrainingBackend, losses: Sequence[Loss]) -> None:
    """Recipe, settings, seeds, the button that launches the chosen losses, and a warning where it
    had better not.

    Side effects: a press stores a comparison, queues its trials and shows it.
    """
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="medium")
    with row:
        recipe = st.selectbox(
            "Recipe",
            recipes_on_offer(),
            format_func=lambda key: RECIPES[key].name,
            width=300,
            on_change=keep_selection,
        )
    st.caption(RECIPES[recipe].summary)
    settings, refusal = _settings(recipe)
    with row:
        seeds = st.number_input(
            "Seeds",
            min_value=1,
            max_value=MAX_SEEDS,
            value=3,
            width=150,
            on_change=keep_selection,
            help=(
                "Each loss is trained once a seed. A seed fixes split, first weights and batches,"
                " so that losses are compared under the same luck."
            ),
        )
        count = len(losses) * seeds
        pressed = st.button(
            f"Train {count} trial{'s' * (count != 1)}",
            type="primary",
            icon=":material/play_arrow:",
            disabled=training.engine is None,
            on_click=keep_selection,
        )
        batch_preview_button(training.engine, recipe, None if refusal else settings)
    show_batch_preview(training.engine, recipe, settings)
    for obstacle in filter(None, (training.obstacle, training.notice)):
        st.warning(escape_markdown(obstacle))
    warn_of_errors(losses)
    if refusal:
        (st.error if pressed or not settings or settings.folder else st.info)(
            escape_markdown(refusal[0].upper() + refusal[1:] + ".")
        )
    elif pressed and training.engine and settings:
        try:
            specs = [loss.spec for loss in losses]
            wish = plan_comparison(
                id=uuid.uuid4().hex[:12],
                recipe=recipe,
                losses=specs,
                seeds=seeds,
                created_at=time.time(),
                settings=settings,
            )
            training.engine.launch(wish)
        except LossvizError as error:
            st.error(escape_markdown(error), icon=":material/error:")
        else:
            link_comparison(wish.id)


def _settings(recipe: str) -> tuple[Settings | None, str]:
    """What is set, where that could be read, and why nothing can be trained with it, where that is
    so.
    """
    settings = None
    try:
        settings = pick_settings(RECIPES[recipe])
        validate_settings(RECIPES[recipe], settings)
    except InvalidInput as error:
        return settings, str(error)
    return settings, ""
