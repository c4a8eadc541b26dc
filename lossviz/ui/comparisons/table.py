"""The table of comparisons: a row each, and what a press of a cell, a box or a heading does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, Final

import streamlit as st

from lossviz.experiments.bench.bench_row import BenchRow, BenchState
from lossviz.experiments.descriptions import format_duration
from lossviz.experiments.permissions import Whose
from lossviz.ui.comparisons.table_view import MOST_SELECTED, ORDERS, TableView
from lossviz.ui.comparisons.view_state import read_view, set_view
from lossviz.ui.messages import shown
from lossviz.ui.train.launching.again import title_of

_ROW_PX: Final = 36
_MOST_ROWS: Final = 7  # at once: what is selected begins on the first screen of a laptop
_CELL: Final = "cell pressed last in {}"  # in the session, of a table
_HEADING: Final = MappingProxyType({"height": _ROW_PX + 2})


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column of the table.

    Attributes:
        value: What it says of a row.
        config: How it is drawn.
        sort: Key of ``SORT_KEYS`` by which a press of its heading sorts; empty where it does not.
        largest_first: Whether the first press puts the largest first.
    """

    value: Callable[[BenchRow], Any]
    config: Any
    sort: str = ""
    largest_first: bool = False


def state_words(row: BenchRow) -> str:
    """How far it is, with the number of trials as long as that says something.

    An app that was ended with trials that run leaves them interrupted.
    """
    if row.state is BenchState.FINISHED and row.finished == row.trials:
        return str(row.state)
    return f"{row.state} {row.finished}/{row.trials}"


def made_by_words(row: BenchRow) -> str:
    """Who or what made it; of one that another visitor shares, that."""
    words = shown(row.made_by) or "this app"
    return words if row.whose in (Whose.OWN, Whose.RECORDED) else f"{words} · {row.whose}"


_text, _number = st.column_config.TextColumn, st.column_config.NumberColumn
COLUMNS: Final[Mapping[str, Column]] = MappingProxyType(
    {  # by their headings
        "★": Column(
            value=lambda row: "★" if row.comparison.starred else "",
            config=_text(width=34, pinned=True, alignment="center"),
            sort="starred",
            largest_first=True,
        ),
        "Comparison": Column(
            value=lambda row: title_of(row.comparison),
            config=_text(width=180, pinned=True),
            sort="name",
        ),
        "Changed settings": Column(
            value=lambda row: ", ".join(map(shown, row.changes)), config=_text(width=150)
        ),
        "State": Column(value=state_words, config=_text(width=125), sort="state"),
        "Verdict": Column(value=lambda row: row.verdict, config=_text(width=230), sort="verdict"),
        "Lowest error": Column(
            value=lambda row: None if row.best_error is None else 100 * row.best_error,
            config=_number(width=95, format="%.1f%%"),
            sort="error",
        ),
        "Of loss": Column(value=lambda row: row.best_loss, config=_text(width=125)),
        "When (UTC)": Column(
            value=lambda row: datetime.fromtimestamp(row.comparison.created_at, UTC),
            config=st.column_config.DatetimeColumn(
                width=140, format="D MMM YYYY, HH:mm", timezone="UTC"
            ),
            sort="created",
            largest_first=True,
        ),
        "Losses": Column(value=lambda row: ", ".join(row.losses), config=_text(width=230)),
        "Dataset": Column(value=lambda row: row.recipe_name, config=_text(), sort="recipe"),
        "Seeds": Column(value=lambda row: row.comparison.seeds, config=_number(width=60)),
        "Trained for": Column(
            value=lambda row: "" if row.duration_s is None else format_duration(row.duration_s),
            config=_text(width=95),
            sort="duration",
        ),
        "Made by": Column(value=made_by_words, config=_text(width=140), sort="made by"),
        "Tags": Column(
            value=lambda row: list(row.comparison.tags), config=st.column_config.ListColumn()
        ),
    }
)


def comparison_table(
    rows: Sequence[BenchRow],
    view: TableView,
    *,
    key: str,
    label: str,
) -> None:
    """Draw a table, the selected rows marked.

    A press of a cell selects its row alone, a press of a box at the left adds the row or takes it
    away, and one of a heading sorts.

    Args:
        rows: In their order, one or more.
        view: What the page shows.
        key: Of this table, constant.
        label: What it holds, for screen readers.

    Side effects: a press is kept in the session and in the address.
    """
    ids = [row.id for row in rows]
    chosen = [place for place, row_id in enumerate(ids) if row_id in view.selected]
    cell = _kept_cell(key, ids, view)
    st.session_state[key] = {"selection": {"rows": chosen, "columns": [], "cells": cell}}

    def pressed() -> None:
        selection = st.session_state[key]["selection"]
        cells = [each for each in selection["cells"] if each not in cell]
        if cells:
            st.session_state[_CELL.format(key)] = (ids[cells[0][0]], cells[0][1])
        before = read_view().value
        set_view(view_after(before, ids, selection["rows"], selection["columns"], cells))

    st.dataframe(
        {name: [column.value(row) for row in rows] for name, column in COLUMNS.items()},
        key=key,
        height=_ROW_PX * min(len(rows), _MOST_ROWS) + _HEADING["height"],
        row_height=_ROW_PX,
        hide_index=True,
        placeholder="",
        column_config={name: column.config for name, column in COLUMNS.items()},
        selection_mode=("multi-row", "single-cell", "single-column"),
        on_select=pressed,
        alt=label,
    )


def view_after(
    view: TableView,
    ids: Sequence[str],
    rows: Sequence[int],
    columns: Sequence[str],
    cells: Sequence[tuple[int, str]],
) -> TableView:
    """What the page shows after a press in a table.

    Args:
        view: What it showed.
        ids: Of the table's rows.
        rows: The places of those whose box is ticked.
        columns: The headings that were pressed.
        cells: The cells that were pressed, each with its row's place.
    """
    if columns:
        return replace(view, order=order_after(view.order, columns[0]))
    if cells:
        return replace(view, selected=(ids[cells[0][0]],))
    elsewhere = [each for each in view.selected if each not in ids]
    ticked = [ids[place] for place in rows]
    kept = [each for each in view.selected if each in (*elsewhere, *ticked)]
    return replace(view, selected=tuple(dict.fromkeys((*kept, *ticked)))[:MOST_SELECTED])


def order_after(order: str, heading: str) -> str:
    """The order after a press of a heading: by its column, or the other way round where it is so
    already.

    >>> order_after("-created", "Lowest error"), order_after("error", "Lowest error")
    ('error', '-error')
    >>> order_after("error", "Tags")
    'error'
    """
    column = COLUMNS[heading]
    if not column.sort:
        return order
    first, second = column.sort, f"-{column.sort}"
    if column.largest_first:
        first, second = second, first
    wanted = second if order == first else first
    return wanted if wanted in ORDERS else next(each for each in (first, second) if each in ORDERS)


def _kept_cell(key: str, ids: Sequence[str], view: TableView) -> list[tuple[int, str]]:
    """The cell that was pressed last, where its row alone is still selected: from it the arrow keys
    go on. Else another press of it would change nothing, and not be reported.
    """
    row_id, heading = st.session_state.get(_CELL.format(key), ("", ""))
    if view.selected != (row_id,) or row_id not in ids:
        return []
    return [(ids.index(row_id), heading)]
