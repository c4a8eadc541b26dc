"""Star, tags and note of a comparison, for whoever may change them; others read them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import streamlit as st

from lossviz.errors import LossvizError
from lossviz.experiments.bench.annotations import LONGEST_NOTE, MOST_TAGS
from lossviz.experiments.permissions import Action
from lossviz.experiments.records import Comparison
from lossviz.ui.markdown import capitalised, escape_markdown
from lossviz.ui.messages import error_text
from lossviz.ui.state.actions import keep_selection
from lossviz.ui.text import draw_caption
from lossviz.ui.train.backend import TrainingBackend

_REFUSAL: Final = "why an annotation was not kept"  # in the session: of a comparison, and why


def star_button(backend: TrainingBackend, comparison: Comparison) -> None:
    """The button that marks a comparison, or takes its mark away.

    Side effects: a press changes the comparison.
    """
    if not backend.may(Action.ANNOTATE, comparison):
        return
    st.button(
        "Starred" if comparison.starred else "Star",
        icon=":material/star:" if comparison.starred else ":material/star_border:",
        type="primary" if comparison.starred else "secondary",
        key=f"star {comparison.id}",
        on_click=_keep,
        args=(
            comparison.id,
            lambda: backend.store.set_starred(comparison.id, not comparison.starred),
        ),
    )


def tags_field(backend: TrainingBackend, comparison: Comparison, *, known: Sequence[str]) -> None:
    """The field for tags, which offers those that others have.

    Args:
        backend: Keeps them.
        comparison: Whose they are.
        known: The tags of all comparisons.

    Side effects: a change is kept.
    """
    if not backend.may(Action.ANNOTATE, comparison):
        if comparison.tags:
            draw_caption(f":material/sell: {escape_markdown(', '.join(comparison.tags))}")
        return
    key = f"tags of {comparison.id}"
    st.session_state[key] = list(comparison.tags)

    def keep() -> None:
        _keep(comparison.id, lambda: backend.store.set_tags(comparison.id, st.session_state[key]))

    st.multiselect(
        "Tags",
        sorted({*known, *comparison.tags}),
        key=key,
        accept_new_options=True,
        max_selections=MOST_TAGS,
        placeholder="Type a tag and press Enter",
        on_change=keep,
    )
    _show_refusal(comparison.id)


def note_field(backend: TrainingBackend, comparison: Comparison) -> None:
    """The note, and for whoever may change it a field and a preview.

    Side effects: a press keeps the note.
    """
    if comparison.note:
        with st.container(border=True, key="note"):
            _draw_note(comparison.note)
    if not backend.may(Action.ANNOTATE, comparison):
        return
    label = "Edit the note" if comparison.note else "Add a note"
    with st.expander(label, icon=":material/edit_note:", key=f"note of {comparison.id}"):
        edit, preview = st.tabs(["Edit", "Preview"])
        key = f"text of the note of {comparison.id}"
        with edit:
            st.session_state.setdefault(key, comparison.note)
            st.text_area(
                "Note, in Markdown",
                key=key,
                max_chars=LONGEST_NOTE,
                height=160,
                placeholder="What you asked, what you saw, what to try next.",
                on_change=keep_selection,
            )
        typed = st.session_state[key]
        with preview:
            if typed:
                _draw_note(typed)
            else:
                draw_caption("There is nothing to preview yet.")
        st.button(
            "Keep the note",
            key=f"keep the note of {comparison.id}",
            on_click=lambda: _keep(
                comparison.id,
                lambda: backend.store.set_note(comparison.id, st.session_state[key]),
            ),
        )


def _draw_note(note: str) -> None:
    """A note as Markdown. No picture is fetched: whoever shares a note would learn who reads it."""
    st.markdown(note.replace("![", "!\\["))


def _keep(comparison_id: str, change: Callable[[], None]) -> None:
    """Change a comparison, or remember why that was refused; for callbacks."""
    keep_selection()
    try:
        change()
    except LossvizError as error:
        st.session_state[_REFUSAL] = (comparison_id, error_text(error))


def _show_refusal(comparison_id: str) -> None:
    of, why = st.session_state.get(_REFUSAL, ("", ""))
    if of == comparison_id:
        st.error(escape_markdown(capitalised(why)), icon=":material/error:")
        del st.session_state[_REFUSAL]
