"""What was deleted and can still be brought back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

import streamlit as st

from lossviz.errors import LossvizError
from lossviz.experiments.kept_days import KEPT_DAYS
from lossviz.experiments.records import Comparison
from lossviz.ui.markdown import escape_markdown
from lossviz.ui.messages import error_text
from lossviz.ui.state.actions import keep_selection
from lossviz.ui.text import draw_caption, draw_text
from lossviz.ui.train.backend import TrainingBackend
from lossviz.ui.train.comparison_link import link_comparison
from lossviz.ui.train.launching.again import title_of

_HERE: Final = "comparisons deleted in this session"  # in the session: their ids, the last first
_REFUSAL: Final = "why a comparison was not brought back"  # in the session
HOW_LONG: Final = f"Kept for {KEPT_DAYS} days after the deletion, unless their room is needed."


def note_deleted(comparison_id: str) -> None:
    """Let the page offer to undo a deletion.

    Side effects: changes the session.
    """
    earlier = [each for each in _deleted_here() if each != comparison_id]
    st.session_state[_HERE] = [comparison_id, *earlier]


def show_undo(backend: TrainingBackend) -> None:
    """Offer to undo what this session deleted last, as long as that can be done.

    Side effects: reads the database; a press brings the comparison back, and shows it.
    """
    if refusal := st.session_state.pop(_REFUSAL, ""):
        st.error(escape_markdown(refusal), icon=":material/error:")
    if not _deleted_here():
        return
    found = {each.id: each for each in backend.store.deleted_comparisons()}
    last = next((found[each] for each in _deleted_here() if each in found), None)
    if last is None:
        return
    with (
        st.container(border=True, key="undo"),
        st.container(horizontal=True, vertical_alignment="center", gap="small"),
    ):
        draw_text(f"Deleted: **{escape_markdown(title_of(last))}**", width="content")
        _restore_button(backend, last, "Undo", key="undo deletion")
        st.button(
            "Hide this",
            type="tertiary",
            key="hide undo",
            on_click=lambda: st.session_state.pop(_HERE, None),
        )


def show_deleted(backend: TrainingBackend) -> None:
    """List what can still be brought back; nothing where that is nothing.

    Side effects: as ``show_undo``.
    """
    deleted = backend.store.deleted_comparisons()
    if not deleted:
        return
    with st.expander(f"Deleted lately ({len(deleted)})", icon=":material/delete:", key="deleted"):
        draw_caption(HOW_LONG)
        for comparison in deleted:
            at = datetime.fromtimestamp(comparison.deleted_at or 0.0, UTC)
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                _restore_button(backend, comparison, "Bring back", key=f"restore {comparison.id}")
                draw_text(
                    f"**{escape_markdown(title_of(comparison))}**, deleted"
                    f" {at:%d %b %Y, %H:%M} UTC",
                    width="content",
                )


def _restore_button(
    backend: TrainingBackend, comparison: Comparison, label: str, *, key: str
) -> None:
    def restore() -> None:
        keep_selection()
        try:
            backend.restore(comparison.id)
        except LossvizError as error:
            st.session_state[_REFUSAL] = error_text(error)
            return
        st.session_state[_HERE] = [each for each in _deleted_here() if each != comparison.id]
        link_comparison(comparison.id)

    st.button(label, icon=":material/undo:", key=key, on_click=restore)


def _deleted_here() -> list[str]:
    return list(st.session_state.get(_HERE, ()))
