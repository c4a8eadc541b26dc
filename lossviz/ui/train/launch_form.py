"""Launching a comparison: recipe, how it is trained, seeds, and the button."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from lossviz.errors import InvalidInput, LossvizError
from lossviz.experiments.engine.contract import Engine
from lossviz.experiments.plan import MAX_SEEDS, plan_comparison
from lossviz.experiments.recipes import RECIPES, validate_settings
from lossviz.experiments.settings import Settings
from lossviz.losses.loss import Loss
from lossviz.ui.curves.findings import warn_of_errors
from lossviz.ui.markdown import capitalised, count_of, escape_markdown
from lossviz.ui.state.actions import keep_selection
from lossviz.ui.train.backend import TrainingBackend
from lossviz.ui.train.batch_preview import batch_preview_button, show_batch_preview
from lossviz.ui.train.class_count import RECIPE_KEY, chosen_class_count
from lossviz.ui.train.comparison_link import link_comparison
from lossviz.ui.train.settings_form import pick_settings, recipes_on_offer


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenSettings:
    """What the visitor has set.

    Attributes:
        settings: None where it makes no sense together.
        problem: Why nothing can be trained with it; empty where it can.
    """

    settings: Settings | None
    problem: str = ""

    @property
    def usable(self) -> Settings | None:
        """The settings where something can be trained with them."""
        return None if self.problem else self.settings


def launch_form(backend: TrainingBackend, losses: Sequence[Loss]) -> None:
    """Draw recipe, settings, seeds, the button that launches the chosen losses, and a warning where
    it had better not.

    Side effects: a press stores a comparison, queues its trials and shows it.
    """
    engine = backend.engine
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="medium")
    with row:
        recipe = _pick_recipe()
    st.caption(RECIPES[recipe].summary)
    chosen = _choose_settings(recipe)
    with row:
        seeds = _pick_seeds()
        pressed = st.button(
            f"Train {count_of(len(losses) * seeds, 'trial', 'trials')}",
            type="primary",
            icon=":material/play_arrow:",
            disabled=engine is None,
            on_click=keep_selection,
        )
        batch_preview_button(engine, recipe, chosen.usable)
    show_batch_preview(engine, recipe, chosen.settings)
    for obstacle in filter(None, (backend.obstacle, backend.notice)):
        st.warning(escape_markdown(obstacle))
    warn_of_errors(losses, chosen_class_count())
    if chosen.problem:
        _show_problem(chosen, pressed=pressed)
    elif pressed and engine and chosen.settings:
        _launch(engine, recipe, losses, seeds, chosen.settings)


def _pick_recipe() -> str:
    return st.selectbox(
        "Recipe",
        recipes_on_offer(),
        format_func=lambda key: RECIPES[key].name,
        width=300,
        key=RECIPE_KEY,
        on_change=keep_selection,
    )


def _pick_seeds() -> int:
    return st.number_input(
        "Seeds",
        min_value=1,
        max_value=MAX_SEEDS,
        value=3,
        width=150,
        on_change=keep_selection,
        help=(
            "Each loss is trained once a seed. A seed fixes split, initial weights and batches,"
            " so that losses are compared under the same luck."
        ),
    )


def _choose_settings(recipe: str) -> ChosenSettings:
    settings = None
    try:
        settings = pick_settings(RECIPES[recipe])
        validate_settings(RECIPES[recipe], settings)
    except InvalidInput as error:
        return ChosenSettings(settings=settings, problem=str(error))
    return ChosenSettings(settings=settings)


def _show_problem(chosen: ChosenSettings, *, pressed: bool) -> None:
    """Loudly where the visitor has done something, quietly where the folder is not named yet."""
    still_to_begin = not pressed and chosen.settings is not None and not chosen.settings.folder
    show = st.info if still_to_begin else st.error
    show(escape_markdown(f"{capitalised(chosen.problem)}."))


def _launch(
    engine: Engine, recipe: str, losses: Sequence[Loss], seeds: int, settings: Settings
) -> None:
    try:
        comparison = plan_comparison(
            id=uuid.uuid4().hex[:12],
            recipe=recipe,
            losses=[loss.spec for loss in losses],
            seeds=seeds,
            created_at=time.time(),
            settings=settings,
        )
        engine.launch(comparison)
    except LossvizError as error:
        st.error(escape_markdown(error), icon=":material/error:")
    else:
        link_comparison(comparison.id)
