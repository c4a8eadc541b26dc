"""What the launch form says until the visitor changes it: what they set before, a dataset's own, or
what a comparison or a named experiment was trained with.
"""

from __future__ import annotations

from typing import Final, TypedDict, cast

import streamlit as st

from lossviz.experiments.recipes import get_recipe
from lossviz.ui.state.actions import set_form
from lossviz.ui.state.form_values import FormValues, write_form
from lossviz.ui.state.selection import Selection, read_selection
from lossviz.ui.state.url_state import Query
from lossviz.ui.text import draw_caption
from lossviz.ui.train.launching.class_count import RECIPE_KEY
from lossviz.ui.train.launching.settings_form import FormStart

_ORIGIN: Final = "where the form's values come from"  # key of the session


class _Origin(TypedDict):
    """Plain data, as it outlives a reload of the code.

    Attributes:
        words: What it is, in Markdown.
        values: What it set, as ``read_form`` reads it.
    """

    words: str
    values: Query


def form_start() -> FormStart:
    """Where the form starts."""
    selection = read_selection()
    return FormStart(
        recipe=get_recipe(selection.form.recipe),
        name=_set_name(selection),
        settings=selection.form.settings,
    )


def _set_name(selection: Selection) -> str:
    """Of the set of controls: another one wherever something else than they set the values."""
    version = selection.form_version
    return f"{selection.form.recipe}, {version}" if version else selection.form.recipe


def start_form_from(values: FormValues, words: str) -> None:
    """Let the form start from these values; for callbacks.

    Args:
        values: What it says.
        words: Where they come from, in Markdown, to complete "Settings taken from …".

    Side effects: changes the session, and the page's address with it.
    """
    set_form(values)
    st.session_state[_ORIGIN] = _Origin(words=words, values=write_form(values))


def start_from_recipe() -> None:
    """Back to the settings of the dataset that is chosen; for callbacks.

    Side effects: changes the session, and the page's address with it.
    """
    set_form(FormValues.of_recipe(st.session_state[RECIPE_KEY]))
    st.session_state.pop(_ORIGIN, None)


def show_origin() -> None:
    """Say where the form's values come from, with a way back; nothing where they are the dataset's
    own.
    """
    values = read_selection().form
    origin = cast(_Origin | None, st.session_state.get(_ORIGIN))
    if write_form(values) == write_form(FormValues.of_recipe(values.recipe)):
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if origin and origin["values"] == write_form(values):
            draw_caption(f"Settings taken from {origin['words']}.", width="content")
        else:
            draw_caption("Settings differ from the dataset's own.", width="content")
        st.button(
            "Reset to the dataset's settings",
            icon=":material/undo:",
            type="tertiary",
            on_click=start_from_recipe,
        )
