"""What is selected in the table: one comparison with all that can be done with it, or several side
by side.
"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lossviz.experiments.bench.bench_row import BenchRow
from lossviz.experiments.bench.filters import all_tags
from lossviz.experiments.records import Comparison
from lossviz.ui.comparisons.annotations import note_field, star_button, tags_field
from lossviz.ui.comparisons.joined import show_joined
from lossviz.ui.comparisons.table_view import MOST_SELECTED, TableView
from lossviz.ui.comparisons.view_state import change_view
from lossviz.ui.markdown import escape_markdown
from lossviz.ui.state.selection import selection_query
from lossviz.ui.state.view import is_shown
from lossviz.ui.train.backend import TrainingBackend
from lossviz.ui.train.comparison_menu import comparison_menu, show_whose
from lossviz.ui.train.comparison_picker import comparison_lines
from lossviz.ui.train.comparison_view import watch_comparison
from lossviz.ui.train.launching.again import again_buttons, title_of


def show_selected(backend: TrainingBackend, rows: Sequence[BenchRow], view: TableView) -> None:
    """Draw what is selected; nothing where nothing is.

    Args:
        backend: Where the rows were read from.
        rows: All that there are.
        view: What the page shows.
    """
    by_id = {row.id: row for row in rows}
    chosen = [by_id[each] for each in view.selected if each in by_id]
    if not chosen:
        return
    if len(chosen) > 1:
        show_joined(backend, chosen)
        _join_with(rows, chosen)
        return
    comparison = chosen[0].comparison
    st.header(escape_markdown(title_of(comparison)), anchor=False)
    if is_shown("manage"):
        _show_actions(backend, comparison)
    show_whose(backend, comparison)
    if is_shown("manage"):
        tags_field(backend, comparison, known=all_tags(rows))
        note_field(backend, comparison)
    if is_shown("comparisons"):
        _join_with(rows, chosen)
    watch_comparison(backend, comparison)


def _join_with(rows: Sequence[BenchRow], chosen: Sequence[BenchRow]) -> None:
    """Let the visitor select one more of the same dataset, also where no pointer ticks a box."""
    ids = [row.id for row in chosen]
    recipe = chosen[0].comparison.recipe
    others = comparison_lines(
        [row for row in rows if row.id not in ids and row.comparison.recipe == recipe]
    )
    if not others or len(ids) == MOST_SELECTED:
        return
    key = f"join with {len(ids)} {ids[0]}"
    st.selectbox(
        "Join with",
        list(others),
        index=None,
        format_func=others.__getitem__,
        placeholder="Another comparison of this dataset",
        key=key,
        on_change=lambda: change_view(selected=(*ids, st.session_state[key])),
    )


def _show_actions(backend: TrainingBackend, comparison: Comparison) -> None:
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key="comparison-actions"
    ):
        star_button(backend, comparison)
        st.page_link(
            "pages/train.py",
            label="Open on Train",
            icon=":material/open_in_new:",
            query_params=selection_query() | {"comparison": [comparison.id]},
        )
        again_buttons(backend, comparison)
        comparison_menu(backend, comparison)
