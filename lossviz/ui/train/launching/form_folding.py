"""The form for the next launch, which is folded away while a visitor watches a comparison."""

from __future__ import annotations

from typing import Final

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lossviz.ui.state.actions import keep_selection
from lossviz.ui.state.view import is_shown
from lossviz.ui.train.comparison_link import linked_id

_IS_OPEN: Final = "launch form is open"  # keys of the session
_LAST_LINKED: Final = "comparison that the address named last"


def form_container(*, foldable: bool) -> DeltaGenerator:
    """Where the form is drawn. Folded away, all that was set in it stays.

    It is open where the visitor comes to the page without naming a comparison, until a launch
    folds it away.

    Args:
        foldable: Whether there is a comparison to watch instead.

    Side effects: remembers in the session which comparison the address names.
    """
    linked = linked_id()
    arrived = not linked and linked != st.session_state.get(_LAST_LINKED)
    if arrived or _IS_OPEN not in st.session_state:
        st.session_state[_IS_OPEN] = not linked
    st.session_state[_LAST_LINKED] = linked
    is_open = st.session_state[_IS_OPEN] or not foldable
    return st.container(key="launch-form" if is_open else "launch-form-folded")


def is_form_shown() -> bool:
    """Whether the view has anything that launches."""
    return is_shown("form") or is_shown("experiments")


def fold_form() -> None:
    """Fold the form away from the next run on.

    Side effects: changes the session.
    """
    st.session_state[_IS_OPEN] = False


def open_form() -> None:
    """Open the form from the next run on.

    Side effects: changes the session.
    """
    st.session_state[_IS_OPEN] = True


def fold_button() -> None:
    """The button that opens the form, or folds it away."""
    is_open = st.session_state[_IS_OPEN]
    st.button(
        "Hide the form" if is_open else "New comparison…",
        icon=":material/unfold_less:" if is_open else ":material/add:",
        on_click=_toggle,
        key="fold",
    )


def _toggle() -> None:
    keep_selection()
    st.session_state[_IS_OPEN] = not st.session_state[_IS_OPEN]
