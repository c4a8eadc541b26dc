"""What can be done with a whole comparison: rename, share, download and delete it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import streamlit as st

from lossviz.errors import LossvizError
from lossviz.experiments.access.names import MOST_CHARACTERS
from lossviz.experiments.permissions import Action, Whose, whose
from lossviz.experiments.records import Comparison
from lossviz.ui.files.download_menu import download_menu
from lossviz.ui.messages import show_error
from lossviz.ui.state.address import write_address
from lossviz.ui.text import draw_caption, draw_text
from lossviz.ui.train.backend import TrainingBackend
from lossviz.ui.train.comparison_link import PARAMETER
from lossviz.ui.train.deleted import note_deleted
from lossviz.ui.train.figure_downloads import figure_download

OF_ANOTHER: Final = "Shared by another visitor: you can look at it, and change nothing."
SEEN_BY_ALL: Final = "Shared: every visitor of this app can look at it."
WHAT_SHARING_DOES: Final = "Every visitor can then look at it, and change nothing."
WHAT_DELETING_DOES: Final = (
    "Its trials are stopped where they run, and nobody sees it any more. For 7 days it can be"
    " brought back, unless its room is needed; then it is erased."
)
_ASKED: Final = "comparison that is to be deleted"  # in the session


def comparison_menu(backend: TrainingBackend, comparison: Comparison) -> None:
    """The button that opens what can be done with a comparison; nothing where that is nothing.

    Side effects: presses change or delete the comparison, and draw the page anew.
    """
    if not any(_is_offered(backend, action, comparison) for action in _OFFERED):
        return
    with st.popover("Manage", icon=":material/more_horiz:", key=f"manage {comparison.id}"):
        try:
            if st.session_state.get(_ASKED) == comparison.id:
                _confirm_deletion(backend, comparison)
                return
            for action, draw in _OFFERED.items():
                if _is_offered(backend, action, comparison):
                    draw(backend, comparison)
        except LossvizError as error:
            show_error(error)


def show_whose(backend: TrainingBackend, comparison: Comparison) -> None:
    """Say that others see a comparison, or that it is another's; nothing where neither holds."""
    if backend.visitor.owns_all or not comparison.shared:
        return
    found = whose(backend.visitor, comparison)
    if found is not Whose.RECORDED:
        said = SEEN_BY_ALL if found is Whose.OWN else OF_ANOTHER
        draw_caption(f":material/group: {said}")


def _is_offered(backend: TrainingBackend, action: Action, comparison: Comparison) -> bool:
    is_pointless = action is Action.SHARE and backend.visitor.owns_all  # there are no others
    return backend.may(action, comparison) and not is_pointless


def _rename_field(backend: TrainingBackend, comparison: Comparison) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        name = st.text_input(
            "Name",
            comparison.name,
            max_chars=MOST_CHARACTERS,
            placeholder="No name",
            on_change="ignore",
            key=f"name of {comparison.id}",
        )
        if st.button("Rename", key=f"rename {comparison.id}"):
            backend.store.rename(comparison.id, name)
            st.rerun()


def _share_switch(backend: TrainingBackend, comparison: Comparison) -> None:
    label = "Stop sharing" if comparison.shared else "Share with all visitors"
    icon = ":material/lock:" if comparison.shared else ":material/group:"
    if st.button(
        label,
        icon=icon,
        key=f"share {comparison.id}",
        help=None if comparison.shared else WHAT_SHARING_DOES,
        width="stretch",
    ):
        backend.store.set_shared(comparison.id, not comparison.shared)
        st.rerun()


def _downloads(backend: TrainingBackend, comparison: Comparison) -> None:
    download_menu(backend, comparison)
    figure_download(backend, comparison)


def _delete_button(backend: TrainingBackend, comparison: Comparison) -> None:
    st.button(
        "Delete…",
        icon=":material/delete:",
        key=f"delete {comparison.id}",
        on_click=_ask,
        args=(comparison.id,),
        width="stretch",
    )


def _ask(comparison_id: str | None) -> None:
    """Ask whether a comparison is to be deleted; no more where it is None."""
    st.session_state[_ASKED] = comparison_id


def _confirm_deletion(backend: TrainingBackend, comparison: Comparison) -> None:
    draw_text("**Delete this comparison?**")
    draw_text(WHAT_DELETING_DOES)
    with st.container(horizontal=True, horizontal_alignment="right", gap="small"):
        st.button("Keep it", key=f"keep {comparison.id}", on_click=_ask, args=(None,))
        is_confirmed = st.button(
            "Delete",
            type="primary",
            icon=":material/delete:",
            key=f"really delete {comparison.id}",
        )
    if is_confirmed:
        with st.spinner("Stopping its trials …"):
            backend.delete(comparison.id)
        note_deleted(comparison.id)
        _ask(None)
        write_address({}, (PARAMETER,))
        st.rerun()


_OFFERED: Final[Mapping[Action, Callable[[TrainingBackend, Comparison], None]]] = MappingProxyType(
    {
        Action.RENAME: _rename_field,
        Action.SHARE: _share_switch,
        Action.EXPORT: _downloads,
        Action.DELETE: _delete_button,
    }
)
