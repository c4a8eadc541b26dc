"""The table of all comparisons that are wanted, or one for each dataset; looked at again while
something runs.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

import streamlit as st

from lossviz.errors import LossvizError
from lossviz.experiments.bench.bench_row import BenchRow, BenchState
from lossviz.experiments.recipes import get_recipe
from lossviz.ui.comparisons.controls import show_all
from lossviz.ui.comparisons.table import comparison_table
from lossviz.ui.comparisons.table_view import TableView
from lossviz.ui.comparisons.view_state import change_view
from lossviz.ui.fragments import fragment
from lossviz.ui.markdown import count_of
from lossviz.ui.text import draw_caption, draw_text
from lossviz.ui.train.backend import TrainingBackend

_LOOK_EVERY_S: Final = 3.0
_Progress: TypeAlias = tuple[str, str, int, bool]
_OPEN: Final = (BenchState.WAITING, BenchState.RUNNING)
HOW_TO: Final = (
    "Press a row to see it below; tick several to join them in one chart. Press a heading to sort."
)
NOTHING_FOUND: Final = "**No comparison matches.** Search for fewer words, or take a filter away."


def show_tables(backend: TrainingBackend, rows: Sequence[BenchRow], view: TableView) -> None:
    """Draw the rows that are wanted, or that there are none.

    Args:
        backend: Where they were read from.
        rows: All that there are, one or more.
        view: What the page shows.

    Side effects: reads the database again and again, as long as something runs or is still to be
    summed up.
    """
    tables = view.tables(rows)
    found = [row for table in tables.values() for row in table]
    if not found:
        with st.container(border=True, key="nothing-found"):
            draw_text(NOTHING_FOUND)
            st.button(
                "Show all comparisons",
                icon=":material/filter_list_off:",
                key="nothing found: show all",
                on_click=show_all,
            )
    for recipe, table in tables.items():
        if recipe:
            st.subheader(f"{get_recipe(recipe).name} ({len(table)})", anchor=False)
        if table:
            label = f"Comparisons of {get_recipe(recipe).name}" if recipe else "Comparisons"
            comparison_table(table, view, key=f"comparisons {recipe}", label=label)
    if found:
        _show_counts(len(found), rows, view, {row.id for row in found})
    if any(row.state in _OPEN or row.summary is None for row in rows):
        fragment(_look_again, run_every=_LOOK_EVERY_S, key="comparisons: looking again")(
            backend, _progress(rows)
        )


def _show_counts(found: int, rows: Sequence[BenchRow], view: TableView, ids: set[str]) -> None:
    of_all = "" if found == len(rows) else f" of {len(rows)}"
    said = [f"{found}{of_all} " + ("comparison." if found == 1 else "comparisons.")]
    known = {row.id for row in rows}
    chosen = [each for each in view.selected if each in known]
    if elsewhere := len([each for each in chosen if each not in ids]):
        said.append(
            f"{count_of(elsewhere, 'selected one is', 'selected ones are')} not in this list."
        )
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="counts"):
        draw_caption(f"{' '.join(said)} {HOW_TO}", width="content")
        if chosen:
            st.button(
                f"Clear the selection ({len(chosen)})",
                icon=":material/deselect:",
                type="tertiary",
                key="clear selection",
                on_click=lambda: change_view(selected=()),
            )


def _progress(rows: Sequence[BenchRow]) -> list[_Progress]:
    return sorted((row.id, str(row.state), row.finished, row.summary is None) for row in rows)


def _look_again(backend: TrainingBackend, drawn: list[_Progress]) -> None:
    try:
        rows, _ = backend.store.bench_rows()
    except LossvizError:  # the page says so when it runs again
        st.rerun()
    if _progress(rows) != drawn:
        st.rerun()
