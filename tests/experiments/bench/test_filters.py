"""Searching, filtering, sorting and grouping rows."""

from dataclasses import replace

import pytest

from lossviz.experiments.bench.bench_row import BenchRow, BenchState
from lossviz.experiments.bench.bench_summary import BenchSummary
from lossviz.experiments.bench.filters import (
    SORT_KEYS,
    BenchFilter,
    all_tags,
    by_recipe,
    filtered,
    sorted_by,
)
from lossviz.experiments.permissions import Whose
from lossviz.experiments.records import Comparison, Origin
from tests.support.records import comparison


def row(id: str, *, error: float | None = None, **changes: object) -> BenchRow:
    of_comparison = {name: changes.pop(name) for name in list(changes) if name in _FIELDS}
    fields = {
        "state": BenchState.FINISHED,
        "finished": 4,
        "trials": 4,
        "summary": BenchSummary(
            verdict="better", best_loss="inverse", best_error=error, best_seeds=2, ran_s=1.0
        ),
        "duration_s": 1.0,
        "changes": (),
    }
    return BenchRow(comparison=replace(comparison(id), **of_comparison), **{**fields, **changes})


_FIELDS = Comparison.__slots__
ROWS = [
    row("a", name="Low Rates", tags=("noise", "paper"), starred=True, error=0.3),
    row("b", note="for the *paper*", changes=("20% wrong labels",), error=0.1),
    row("d", origin=Origin.IMPORTED, made_by="Colab", whose=Whose.SHARED, tags=("noise",)),
    row("e", state=BenchState.RUNNING, recipe="pets", error=0.2),
]


def ids(rows: list[BenchRow]) -> str:
    return "".join(found.id for found in rows)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("", "abde"),
        ("LOW rates", "a"),
        ("rates low", "a"),
        ("paper", "ab"),
        ("wrong", "b"),
        ("colab", "d"),
        ("pet", "e"),
        ("p**-k", "abde"),
        ("cross-entropy digits", "abd"),
        ("rates wrong", ""),
    ],
)
def test_every_word_is_found_wherever_it_stands(words: str, found: str) -> None:
    assert ids(filtered(ROWS, BenchFilter(words=words))) == found


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        (BenchFilter(recipe="pets"), "e"),
        (BenchFilter(state=BenchState.FINISHED), "abd"),
        (BenchFilter(tags=("noise",)), "ad"),
        (BenchFilter(tags=("noise", "paper")), "a"),
        (BenchFilter(starred=True), "a"),
        (BenchFilter(whose=Whose.SHARED), "d"),
        (BenchFilter(origin=Origin.APP), "abe"),
        (BenchFilter(words="noise", origin=Origin.IMPORTED), "d"),
    ],
)
def test_all_that_is_wanted_holds_of_what_is_found(wanted: BenchFilter, found: str) -> None:
    assert ids(filtered(ROWS, wanted)) == found


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("key", SORT_KEYS)
def test_every_order_keeps_every_row(key: str, descending: bool) -> None:
    found = sorted_by(ROWS, key, descending=descending)
    assert sorted(ids(found)) == sorted(ids(ROWS))


def test_what_has_no_value_stands_last_in_both_directions() -> None:
    assert ids(sorted_by(ROWS, "error")) == "bead"
    assert ids(sorted_by(ROWS, "error", descending=True)) == "aebd"


def test_tags_are_listed_once_and_rows_grouped_by_recipe() -> None:
    assert all_tags(ROWS) == ["noise", "paper"]
    assert {recipe: ids(found) for recipe, found in by_recipe(ROWS).items()} == {
        "digits": "abd",
        "pets": "e",
    }
