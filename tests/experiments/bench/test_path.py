"""What a person does with comparisons, one after the other, without the page."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from lossviz.errors import ConditionsDiffer
from lossviz.experiments.access.deletion import delete_comparison, restore_comparison
from lossviz.experiments.bench.bench_row import BenchRow
from lossviz.experiments.bench.filters import BenchFilter, filtered
from lossviz.experiments.bench.joining import Joined, join
from lossviz.experiments.engine.contract import Engine
from lossviz.experiments.files.document import write_document
from lossviz.experiments.files.importing import import_file
from lossviz.experiments.fingerprints import PARTS
from lossviz.experiments.quotas import Quotas
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.records import Origin
from lossviz.experiments.store.store import Store
from tests.support.judged_comparison import judged_comparison
from tests.support.large_bench import hash_of
from tests.support.two_visitors import ANN, NotingEngine, Side, TwoVisitors

UNLIMITED = Quotas(limits={})


@pytest.fixture
def open_empty(tmp_path: Path) -> Iterator[Callable[[str], TwoVisitors]]:
    """Opens an empty database by its name."""
    with ExitStack() as stores:

        def open_one(name: str) -> TwoVisitors:
            store = stores.enter_context(closing(Store(f"sqlite:///{tmp_path / name}")))
            return TwoVisitors(store, NotingEngine(store))

        yield open_one


def make(both: TwoVisitors, id: str, *losses: str, noise: float = 0.0) -> None:
    """A comparison of Ann's whose trials have finished, with the hashes of what they saw."""
    judged_comparison(
        both.store,
        id=id,
        losses=losses,
        with_predictions=False,
        settings=replace(get_recipe("digits").settings, label_noise=noise),
        owner=ANN.key,
    )
    for trial in both.store.trials(id):
        for part in PARTS:
            both.store.add_fingerprint(trial.id, part, hash_of(part, trial.seed))


def row(side: Side, id: str) -> BenchRow:
    (found,) = (row for row in side.store.bench_rows()[0] if row.id == id)
    return found


def joined(side: Side, *ids: str) -> Joined:
    chosen = [side.store.comparison_data(id) for id in ids]
    return join([(data, data.comparison.losses) for data in chosen])


def test_found_renamed_tagged_joined_exported_deleted_undone_and_imported(
    open_empty: Callable[[str], TwoVisitors],
) -> None:
    both = open_empty("first.sqlite")
    side = both.side(ANN)
    make(both, "a", "cross_entropy", "dot_product")
    make(both, "b", "cross_entropy", "inverse")
    make(both, "noisy", "cross_entropy", "inverse", noise=0.2)

    rows, _ = side.store.bench_rows()
    assert {found.id for found in filtered(rows, BenchFilter(words="inverse"))} == {"b", "noisy"}
    assert [found.id for found in filtered(rows, BenchFilter(words="20% wrong"))] == ["noisy"]

    side.store.rename("a", "the article's")
    side.store.set_tags("a", ["Article"])
    side.store.set_tags("b", ["article", "steep"])
    side.store.set_note("b", "**1/p** is steep near 0")
    rows, _ = side.store.bench_rows()
    assert {found.id for found in filtered(rows, BenchFilter(tags=("article",)))} == {"a", "b"}

    before = joined(side, "a", "b")
    assert len(before.lines) == 4
    with pytest.raises(ConditionsDiffer, match=r"wrong labels: 0% \(the article's\), 20%"):
        joined(side, "a", "noisy")

    exported = {id: write_document(side.store.snapshot(id)) for id in ("a", "b")}
    kept = row(side, "a")
    engine = cast(Engine, both.engine)
    delete_comparison(both.store, engine, side.guard, "a", sleep=lambda _: None)
    assert {found.id for found in side.store.bench_rows()[0]} == {"b", "noisy"}
    restore_comparison(both.store, side.guard, "a", quotas=UNLIMITED)
    assert row(side, "a") == kept
    assert joined(side, "a", "b") == before

    other = open_empty("second.sqlite")
    there = other.side(ANN)
    ids = {
        id: import_file(other.store, text.encode(), owner=ANN.key).comparison.id
        for id, text in exported.items()
    }
    for id, imported in ids.items():
        here, copy = row(side, id), row(there, imported)
        assert copy.comparison.origin is Origin.IMPORTED
        same = replace(here.comparison, id=imported, origin=Origin.IMPORTED, made_by=copy.made_by)
        assert copy == replace(here, comparison=same)
        assert copy.best_error == here.best_error
    after = joined(there, *ids.values())
    for line, copy_line in zip(before.lines, after.lines, strict=True):
        assert copy_line.errors == line.errors
        assert after.mean(copy_line) == before.mean(line)
        assert after.differences(copy_line, after.lines[0]) == before.differences(
            line, before.lines[0]
        )
