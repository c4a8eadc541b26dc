"""Deleting a comparison, and bringing it back."""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
import sqlalchemy as sa

from lossviz.errors import EngineError, NotAllowed, QuotaExceeded, StoreError
from lossviz.experiments.access.deletion import delete_comparison, restore_comparison
from lossviz.experiments.access.guard import NOT_THERE
from lossviz.experiments.engine.contract import Engine
from lossviz.experiments.permissions import Action
from lossviz.experiments.quotas import Quotas
from lossviz.experiments.records import TrialState
from lossviz.experiments.store.deletion import erase_deleted
from lossviz.experiments.store.schema import COMPARISONS, TABLES
from lossviz.experiments.visitors import PRIVATE_USER, Visitor
from tests.experiments.access.test_visitor_store import READS
from tests.support.two_visitors import ANN, BOB, TwoVisitors, fill, two_visitors

UNLIMITED = Quotas(limits={})
DEPLOYER = Visitor(key="d", is_deployer=True)


@pytest.fixture
def both(tmp_path: Path) -> Iterator[TwoVisitors]:
    with two_visitors(tmp_path) as both:
        yield both


def rows(both: TwoVisitors, id: str) -> dict[str, int]:
    """How many rows each table has of a comparison."""
    with both.store._database.connection() as connection:
        counts = {COMPARISONS.name: COMPARISONS.c.id == id}
        for table in TABLES.sorted_tables:
            if "comparison_id" in table.c:
                counts[table.name] = table.c.comparison_id == id
            if "trial_id" in table.c:
                counts[table.name] = table.c.trial_id.startswith(f"{id}-")
        return {
            name: connection.scalar(
                sa.select(sa.func.count()).select_from(TABLES.tables[name]).where(of_comparison)
            )
            for name, of_comparison in counts.items()
        }


def delete(both: TwoVisitors, visitor, id: str = "c", *, engine: bool = True) -> None:
    delete_comparison(
        both.store,
        cast(Engine, both.engine) if engine else None,
        both.side(visitor).guard,
        id,
        sleep=lambda _: None,
    )


def restore(both: TwoVisitors, visitor, *, quotas: Quotas = UNLIMITED) -> None:
    restore_comparison(both.store, both.side(visitor).guard, "c", quotas=quotas)


def test_erased_nothing_of_it_is_left_and_all_of_the_others_is(both: TwoVisitors) -> None:
    fill(both.store, owner=ANN.key, id="other")
    before = rows(both, "other")
    assert min(before.values()) > 0, "every table has rows that could be left"
    delete(both, ANN)
    assert erase_deleted(both.store._database, "c")
    assert set(rows(both, "c").values()) == {0}
    assert rows(both, "other") == before


def test_a_deleted_comparison_is_read_by_nobody(both: TwoVisitors) -> None:
    both.store.set_shared("c", True)
    before = rows(both, "c")
    delete(both, ANN)
    assert rows(both, "c") == before, "it is hidden, and nothing of it is gone"
    for visitor in (ANN, BOB, PRIVATE_USER, DEPLOYER):
        side = both.side(visitor)
        assert side.store.read_comparisons() == ([], [])
        assert side.store.bench_rows() == ([], [])
        for read in READS.values():
            with pytest.raises(NotAllowed, match=NOT_THERE):
                read(side.store)
        for action in Action:
            with pytest.raises(NotAllowed, match=NOT_THERE):
                side.guard.require(action, "c")
    assert both.store.comparison_counts() == {}
    overview = both.store.overview()
    assert (overview.comparisons, overview.deleted, overview.owners) == (0, 1, 0)
    assert (overview.trials, overview.open) == ({}, ())


def test_its_owner_brings_it_back_as_it_was(both: TwoVisitors) -> None:
    both.side(ANN).store.set_note("c", "kept")
    before = both.store.comparison("c"), rows(both, "c")
    delete(both, ANN)
    assert [found.id for found in both.side(ANN).store.deleted_comparisons()] == ["c"]
    restore(both, ANN)
    assert (both.store.comparison("c"), rows(both, "c")) == before
    assert both.side(ANN).store.deleted_comparisons() == []
    assert [trial.state for trial in both.store.trials("c")][1:] == [TrialState.CANCELLED] * 3


@pytest.mark.parametrize("shared", [False, True])
def test_nobody_brings_another_s_back_but_the_deployer(both: TwoVisitors, shared: bool) -> None:
    both.store.set_shared("c", shared)
    delete(both, ANN)
    for visitor in (BOB, Visitor()):
        assert both.side(visitor).store.deleted_comparisons() == []
        with pytest.raises(NotAllowed, match="cannot be brought back"):
            restore(both, visitor)
    assert both.store.comparison("c") is None
    restore(both, DEPLOYER)
    assert both.store.comparison("c")


def test_what_is_not_deleted_or_erased_is_not_brought_back(both: TwoVisitors) -> None:
    with pytest.raises(NotAllowed, match="cannot be brought back"):
        restore(both, ANN)
    delete(both, ANN)
    erase_deleted(both.store._database, "c")
    with pytest.raises(NotAllowed, match="cannot be brought back"):
        restore(both, ANN)


def test_bringing_back_counts_as_keeping_one_more(both: TwoVisitors) -> None:
    delete(both, ANN)
    fill(both.store, owner=ANN.key, id="other")
    with pytest.raises(QuotaExceeded, match="delete one"):
        restore(both, ANN, quotas=Quotas(limits={"comparisons": 1}))
    assert both.store.comparison("c") is None
    restore(both, ANN, quotas=Quotas(limits={"comparisons": 2}))
    assert both.store.comparison("c")


def test_what_was_brought_back_is_not_erased(both: TwoVisitors) -> None:
    delete(both, ANN)
    restore(both, ANN)
    assert not erase_deleted(both.store._database, "c")
    assert min(rows(both, "c").values()) > 0


def test_what_waits_or_runs_is_stopped_first(both: TwoVisitors) -> None:
    delete(both, ANN)
    assert both.engine.asked == [("stop", ["c-1", "c-2", "c-3"])]


@pytest.mark.parametrize("shared", [False, True])
def test_nobody_deletes_another_s(both: TwoVisitors, shared: bool) -> None:
    both.store.set_shared("c", shared)
    with pytest.raises(NotAllowed):
        delete(both, BOB)
    assert both.engine.asked == []
    assert min(rows(both, "c").values()) > 0


def test_where_the_trials_do_not_stop_nothing_is_deleted(
    both: TwoVisitors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(both.engine, "stop", lambda ids: None)
    before = rows(both, "c")
    with pytest.raises(EngineError, match="delete it once they have ended"):
        delete(both, ANN)
    with pytest.raises(EngineError, match="another app still trains it"):
        delete(both, ANN, engine=False)
    with pytest.raises(StoreError, match="stop them first"):
        both.store.hide("c", now=1.0)
    with pytest.raises(StoreError, match="stop them first"):
        both.store.erase("c")
    assert rows(both, "c") == before
