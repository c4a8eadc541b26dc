"""Choosing which comparison the training page shows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

import streamlit as st

from lossviz.experiments.bench.bench_row import BenchRow, BenchState
from lossviz.experiments.permissions import Whose
from lossviz.experiments.recipes import RECIPES
from lossviz.experiments.records import Comparison
from lossviz.experiments.store.building import UnreadableRow
from lossviz.ui.distinct_labels import distinct_labels
from lossviz.ui.messages import shown
from lossviz.ui.number_text import error_percent
from lossviz.ui.share_link import share_button
from lossviz.ui.state.comparisons_query import PAGE as COMPARISONS_PAGE
from lossviz.ui.state.comparisons_query import comparisons_query
from lossviz.ui.state.selection import selection_query
from lossviz.ui.state.view import is_shown
from lossviz.ui.train.backend import TrainingBackend
from lossviz.ui.train.comparison_link import PARAMETER, link_comparison, linked_comparison
from lossviz.ui.train.comparison_menu import comparison_menu, show_whose
from lossviz.ui.train.launching.again import again_buttons, title_of
from lossviz.ui.train.launching.form_folding import fold_button, is_form_shown

_KEY: Final = "comparison"  # of the control
_USUAL: Final = next(iter(RECIPES))


def read_rows(backend: TrainingBackend) -> tuple[list[BenchRow], list[UnreadableRow]]:
    """What can be picked, the visitor's own first, then the newest; and what cannot be read.

    Side effects: reads the database.
    """
    rows, unreadable = backend.store.bench_rows()
    return sorted(rows, key=lambda row: row.whose is not Whose.OWN), unreadable


def pick_comparison(
    rows: Sequence[BenchRow],
    unreadable: Sequence[UnreadableRow] = (),
    *,
    backend: TrainingBackend,
) -> Comparison:
    """Let the visitor choose among comparisons, or open the form for another one.

    Args:
        rows: At least one. The first is shown unless the address names another.
        unreadable: Those that cannot be shown; the address may name one of them.
        backend: Where they were read from.
    """
    by_id = {row.id: row for row in rows}
    lines = comparison_lines(rows)
    linked = linked_comparison(by_id, [row.id for row in unreadable])
    for problem in linked.problems:
        st.warning(problem, icon=":material/link_off:")
    st.session_state[_KEY] = linked.value or rows[0].id
    picked = by_id[st.session_state[_KEY]].comparison
    with st.container(
        horizontal=True, vertical_alignment="bottom", gap="medium", key="comparison-row"
    ):
        if is_shown("comparisons"):
            st.selectbox(
                "Comparison",
                list(by_id),
                format_func=lines.__getitem__,
                key=_KEY,
                on_change=_on_pick,
            )
        if is_form_shown():
            fold_button()
        if is_shown("manage"):
            comparison_menu(backend, picked)
        share_button({PARAMETER: [picked.id]})
    if is_shown("comparisons"):
        _draw_ways(backend, picked)
    show_whose(backend, picked)
    return picked


def _draw_ways(backend: TrainingBackend, picked: Comparison) -> None:
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key="comparison-ways"
    ):
        if is_shown("form"):
            again_buttons(backend, picked)
        st.page_link(
            COMPARISONS_PAGE,
            label="All comparisons",
            icon=":material/table_rows:",
            query_params=selection_query() | comparisons_query() | {"comparison": [picked.id]},
        )


def _on_pick() -> None:
    link_comparison(st.session_state[_KEY])


def comparison_lines(rows: Sequence[BenchRow]) -> dict[str, str]:
    """What each comparison is called in a list, by its id; no two alike."""
    return distinct_labels({row.id: _line(row) for row in rows})


def _line(row: BenchRow) -> str:
    """A comparison in a line: what it is called, what differs from its dataset's settings, how far
    it is, what came of it, and when it was made.
    """
    created = datetime.fromtimestamp(row.comparison.created_at, UTC)
    lowest = row.best_error
    parts = (
        title_of(row.comparison),
        "" if row.whose in (Whose.OWN, Whose.RECORDED) else str(row.whose),
        "" if row.comparison.recipe == _USUAL else row.recipe_name,
        *map(shown, row.changes),
        "" if row.state is BenchState.FINISHED else f"{row.state} {row.finished}/{row.trials}",
        row.verdict,
        "" if lowest is None else f"lowest error {error_percent(lowest, None)} ({row.best_loss})",
        created.strftime("%d %b %Y, %H:%M UTC"),
    )
    return " · ".join(filter(None, parts))
