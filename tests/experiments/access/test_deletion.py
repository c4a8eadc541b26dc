"""Deleting a comparison."""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
import sqlalchemy as sa

from lossviz.errors import EngineError, NotAllowed, StoreError
from lossviz.experiments.access.deletion import delete_comparison
from lossviz.experiments.engine.contract import Engine
from lossviz.experiments.store.schema import COMPARISONS, TABLES
from tests.support.two_visitors import ANN, BOB, TwoVisitors, fill, two_visitors


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


def test_no_row_of_it_is_left_and_all_of_the_others_are(both: TwoVisitors) -> None:
    fill(both.store, owner=ANN.key, id="other")
    before = rows(both, "other")
    assert min(before.values()) > 0, "every table has rows that could be left"
    delete(both, ANN)
    assert set(rows(both, "c").values()) == {0}
    assert rows(both, "other") == before


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
        both.store.delete("c")
    assert rows(both, "c") == before
