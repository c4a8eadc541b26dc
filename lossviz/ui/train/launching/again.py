"""Training again what was trained before, as it was or with changes."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import streamlit as st

from lossviz.experiments.access.names import MOST_CHARACTERS
from lossviz.experiments.permissions import Whose, whose
from lossviz.experiments.records import Comparison
from lossviz.experiments.visitors import Visitor
from lossviz.losses.functions import is_function, loss_label
from lossviz.ui.markdown import escape_markdown
from lossviz.ui.state.actions import choose_specs
from lossviz.ui.state.form_values import FormValues
from lossviz.ui.state.selection import selection_query
from lossviz.ui.train.backend import TrainingBackend
from lossviz.ui.train.launching.form_folding import open_form
from lossviz.ui.train.launching.form_start import start_form_from
from lossviz.ui.train_link import PATH

_COPY: Final = " (copy)"


def title_of(comparison: Comparison) -> str:
    """What a comparison is called: by its name, else by its losses."""
    return comparison.name or ", ".join(map(loss_label, comparison.losses))


def can_be_set_again(comparison: Comparison) -> bool:
    """Whether the form can say what was trained: losses that are no formulas it cannot."""
    return not any(map(is_function, comparison.losses))


def set_again(comparison: Comparison, visitor: Visitor, *, as_copy: bool = False) -> None:
    """Let the form say what a comparison was trained with, and open it; for callbacks.

    Args:
        comparison: Of formulas only.
        visitor: Who asks: the folder of another's images stays theirs.
        as_copy: Whether the name goes along too, as that of a copy.

    Side effects: changes the session, and the page's address with it.
    """
    values = form_values_of(comparison, as_copy=as_copy)
    if whose(visitor, comparison) is not Whose.OWN:
        values = replace(values, settings=replace(values.settings, folder=""))
    choose_specs(comparison.losses)
    start_form_from(values, f"the comparison **{escape_markdown(title_of(comparison))}**")
    open_form()


def form_values_of(comparison: Comparison, *, as_copy: bool = False) -> FormValues:
    """What the form says to train a comparison again."""
    name = title_of(comparison)[: MOST_CHARACTERS - len(_COPY)] + _COPY if as_copy else ""
    return FormValues(
        recipe=comparison.recipe,
        seeds=comparison.seeds,
        baseline=comparison.plan.baseline,
        name=name,
        each_at_best=comparison.rate_search is not None,
        settings=comparison.settings,
    )


def again_buttons(backend: TrainingBackend, comparison: Comparison) -> None:
    """The buttons that set the form to what a comparison was trained with; nothing for who cannot
    train.

    Side effects: a press sets the form, and opens it on the training page.
    """
    if not backend.can_start or not can_be_set_again(comparison):
        return
    pressed = [
        st.button(
            label,
            icon=icon,
            help=explanation,
            key=f"{key} {comparison.id}",
            on_click=set_again,
            args=(comparison, backend.visitor),
            kwargs={"as_copy": key == "duplicate"},
        )
        for key, label, icon, explanation in BUTTONS
    ]
    if any(pressed):
        st.switch_page(PATH, query_params=selection_query())


BUTTONS: Final = (
    (
        "again",
        "Use these settings again",
        ":material/replay:",
        "Sets the form on Train to its dataset, losses, seeds and settings.",
    ),
    (
        "duplicate",
        "Duplicate with changes",
        ":material/content_copy:",
        "The same, and its name goes along as that of a copy.",
    ),
)
