"""Choosing which comparison the training page shows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import streamlit as st

from lossviz.experiments.access.visitor_engine import VisitorEngine
from lossviz.experiments.changes import changes
from lossviz.experiments.permissions import Whose, whose
from lossviz.experiments.records import Comparison
from lossviz.experiments.store.building import UnreadableRow
from lossviz.experiments.visitors import Visitor
from lossviz.losses.functions import loss_label
from lossviz.ui.markdown import count_of
from lossviz.ui.messages import shown
from lossviz.ui.train.backend import TrainingBackend
from lossviz.ui.train.comparison_link import link_comparison, linked_comparison
from lossviz.ui.train.comparison_menu import comparison_menu, show_whose
from lossviz.ui.train.launching.form_folding import fold_button

_KEY = "comparison"  # of the control


def pick_comparison(
    comparisons: Sequence[Comparison],
    unreadable: Sequence[UnreadableRow] = (),
    *,
    backend: TrainingBackend,
) -> Comparison:
    """Let the visitor choose among comparisons, or open the form for another one.

    Args:
        comparisons: At least one. The first is shown unless the address names another.
        unreadable: Those that cannot be shown; the address may name one of them.
        backend: Knows which of them run, and whose they are.
    """
    by_id = {comparison.id: comparison for comparison in comparisons}
    linked = linked_comparison(by_id, [row.id for row in unreadable])
    for problem in linked.problems:
        st.warning(problem, icon=":material/link_off:")
    st.session_state[_KEY] = linked.value or comparisons[0].id
    with st.container(
        horizontal=True, vertical_alignment="bottom", gap="medium", key="comparison-row"
    ):
        picked = st.selectbox(
            "Comparison",
            list(by_id),
            format_func=lambda comparison_id: _title(by_id[comparison_id], backend),
            key=_KEY,
            on_change=_on_pick,
        )
        fold_button()
        comparison_menu(backend, by_id[picked])
    show_whose(backend, by_id[picked])
    return by_id[picked]


def _on_pick() -> None:
    link_comparison(st.session_state[_KEY])


def _title(comparison: Comparison, backend: TrainingBackend) -> str:
    created = datetime.fromtimestamp(comparison.created_at, UTC)
    names = ", ".join(loss_label(spec) for spec in comparison.losses)
    parts = (
        _state(comparison, backend.engine),
        comparison.name,
        _whose(comparison, backend.visitor),
        created.strftime("%d %b %Y, %H:%M:%S UTC"),
        comparison.recipe,
        *map(shown, changes(comparison)),
        count_of(comparison.seeds, "seed", "seeds"),
        names,
    )
    return " · ".join(filter(None, parts))


def _whose(comparison: Comparison, visitor: Visitor) -> str:
    """A word or two where that is not the visitor's own."""
    found = whose(visitor, comparison)
    return "" if found is Whose.OWN else str(found)


def _state(comparison: Comparison, engine: VisitorEngine | None) -> str:
    """A word for one that this app still trains."""
    before = engine.place(comparison.id) if engine else None
    if before is None:
        return ""
    return "waiting" if before else "running"
