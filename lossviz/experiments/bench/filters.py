"""Searching, filtering, sorting and grouping the rows of the table: pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from lossviz.experiments.bench.bench_row import BenchRow, BenchState
from lossviz.experiments.permissions import Whose
from lossviz.experiments.records import Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchFilter:
    """Which rows are wanted: those for which all of it holds.

    Attributes:
        words: Each must be part of the name, recipe, losses, tags, note, differing settings or of
            who or what made it, however it is capitalised.
        recipe: Key of a recipe; None for any.
        state: None for any.
        tags: All of them must be there.
        starred: Whether only what is starred.
        whose: None for anybody's.
        origin: None for any.
    """

    words: str = ""
    recipe: str | None = None
    state: BenchState | None = None
    tags: tuple[str, ...] = ()
    starred: bool = False
    whose: Whose | None = None
    origin: Origin | None = None


def filtered(rows: Sequence[BenchRow], wanted: BenchFilter) -> list[BenchRow]:
    """The rows that are wanted, in their order."""
    tests = [test for test in (make(wanted) for make in _TESTS) if test]
    found = [row for row in rows if all(test(row) for test in tests)]
    words = wanted.words.casefold().split()
    return [row for row in found if _has_words(row, words)] if words else found


def all_tags(rows: Sequence[BenchRow]) -> list[str]:
    """Every tag of the rows once, in alphabetical order."""
    tags = {tag for row in rows for tag in row.comparison.tags}
    return sorted(tags, key=lambda tag: (tag.casefold(), tag))


def sorted_by(rows: Sequence[BenchRow], key: str, *, descending: bool = False) -> list[BenchRow]:
    """The rows in another order; those that have no value stand last, and what is equal stays in
    its order.

    Args:
        rows: Which.
        key: One of ``SORT_KEYS``.
        descending: Whether the largest comes first.
    """
    value_of = SORT_KEYS[key]
    valued = [(value_of(row), row) for row in rows]
    with_value = [pair for pair in valued if pair[0] not in (None, "")]
    without = [row for value, row in valued if value in (None, "")]
    in_order = sorted(with_value, key=lambda pair: pair[0], reverse=descending)
    return [*(row for _, row in in_order), *without]


def by_recipe(rows: Sequence[BenchRow]) -> dict[str, list[BenchRow]]:
    """The rows of each recipe, by its key; recipes in the order of their first rows."""
    groups: dict[str, list[BenchRow]] = {}
    for row in rows:
        groups.setdefault(row.comparison.recipe, []).append(row)
    return groups


SORT_KEYS: Final = MappingProxyType[str, Callable[[BenchRow], Any]](
    {
        "created": lambda row: row.comparison.created_at,
        "name": lambda row: row.comparison.name.casefold(),
        "recipe": lambda row: row.recipe_name.casefold(),
        "state": lambda row: list(BenchState).index(row.state),
        "trials": lambda row: row.trials,
        "verdict": lambda row: row.verdict,
        "error": lambda row: row.best_error,
        "duration": lambda row: row.duration_s,
        "made by": lambda row: row.made_by.casefold(),
        "starred": lambda row: row.comparison.starred,
    }
)

_Test = Callable[[BenchRow], bool]


def _is(value_of: Callable[[BenchRow], object], value: object) -> _Test | None:
    return None if value is None else lambda row: value_of(row) == value


_TESTS: Final[tuple[Callable[[BenchFilter], _Test | None], ...]] = (
    lambda wanted: _is(lambda row: row.comparison.recipe, wanted.recipe),
    lambda wanted: _is(lambda row: row.state, wanted.state),
    lambda wanted: _is(lambda row: row.whose, wanted.whose),
    lambda wanted: _is(lambda row: row.comparison.origin, wanted.origin),
    lambda wanted: _is(lambda row: row.comparison.starred, wanted.starred or None),
    lambda wanted: lambda row: set(wanted.tags) <= set(row.comparison.tags),
)


def _has_words(row: BenchRow, words: Sequence[str]) -> bool:
    comparison = row.comparison
    texts = (
        comparison.name,
        row.recipe_name,
        *row.losses,
        *comparison.tags,
        comparison.note,
        *row.changes,
        row.made_by,
    )
    text = "\n".join(texts).casefold()
    return all(word in text for word in words)
