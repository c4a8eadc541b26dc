"""What the page of comparisons shows, as the session and the address have it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from lossviz.experiments.bench.bench_row import BenchRow
from lossviz.ui.comparisons.table_view import TableView, read_table_view, write_table_view
from lossviz.ui.markdown import escape_markdown
from lossviz.ui.state.actions import keep_selection
from lossviz.ui.state.comparisons_query import comparisons_query, show_comparisons
from lossviz.ui.state.url_state import Reading

NOT_THERE: Final = (
    "A comparison that this link names is not in this app's database, or was deleted."
)
SEVERAL_NOT_THERE: Final = (
    "Comparisons that this link names are not in this app's database, or were deleted."
)


def read_view() -> Reading[TableView]:
    """What the page shows now, and what of its address could not be read."""
    return read_table_view(comparisons_query())


def view_warnings(rows: Sequence[BenchRow]) -> list[str]:
    """What of the address could not be read, and whether it names what is not there; in Markdown.

    Args:
        rows: All that there are.
    """
    reading = read_view()
    problems = list(map(escape_markdown, reading.problems))
    if missing := set(reading.value.selected) - {row.id for row in rows}:
        problems.append(NOT_THERE if len(missing) == 1 else SEVERAL_NOT_THERE)
    return problems


def change_view(**changes: Any) -> None:
    """Let the page show something else; for callbacks.

    Args:
        changes: Attributes of ``TableView``.

    Side effects: changes the session, and the page's address with it.
    """
    set_view(replace(read_view().value, **changes))


def set_view(view: TableView) -> None:
    """Let the page show this; for callbacks.

    Side effects: as ``change_view``.
    """
    keep_selection()
    show_comparisons(write_table_view(view))
