"""How far what runs is, counted for pages that show nothing else of it."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import NoReturn, cast

import pytest

from lossviz.errors import StoreError
from lossviz.experiments.engine.contract import Engine
from lossviz.experiments.records import TrialState
from lossviz.experiments.store.store import Store
from lossviz.experiments.visitors import PRIVATE_USER, Visitor
from lossviz.ui.running import RunningComparison
from lossviz.ui.train.running_counter import FRESH_S, RunningCounter
from tests.support.records import comparison


class OpenComparisons:
    """What the counter asks an engine."""

    open_comparisons: tuple[str, ...] = ()


def test_it_counts_the_first_of_those_that_are_open_at_most_once_a_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    engine = OpenComparisons()
    with closing(Store(f"sqlite:///{tmp_path / 'lossviz.sqlite'}")) as store:
        counter = RunningCounter(store, cast(Engine, engine), clock=lambda: now)
        reads: list[str] = []
        read = store.trials
        monkeypatch.setattr(store, "trials", lambda id: reads.append(id) or read(id))
        assert counter.count(PRIVATE_USER) is None
        assert reads == []
        planned = comparison()
        store.add_comparison(planned)
        trials = len(planned.trials())
        engine.open_comparisons = ("c", "behind")
        none_yet = RunningComparison(id="c", ended=0, trials=trials)
        assert counter.count(PRIVATE_USER) == none_yet
        store.move("c-0", TrialState.RUNNING, now=1.0)
        store.move("c-0", TrialState.FINISHED, now=2.0)
        assert counter.count(PRIVATE_USER) == none_yet
        now += FRESH_S
        assert counter.count(PRIVATE_USER) == RunningComparison(id="c", ended=1, trials=trials)
        assert reads == ["c", "c"]

        def fails(id: str) -> NoReturn:
            raise StoreError("database is locked")

        now += FRESH_S
        monkeypatch.setattr(store, "trials", fails)
        counted = counter.count(PRIVATE_USER)
        assert counted is not None, "what runs is not said to have ended"
        assert counted.ended == 1


def test_each_visitor_is_told_of_their_own_only(tmp_path: Path) -> None:
    engine = OpenComparisons()
    with closing(Store(f"sqlite:///{tmp_path / 'lossviz.sqlite'}")) as store:
        counter = RunningCounter(store, cast(Engine, engine))
        for id, owner, shared in (("a", "ann", True), ("b", "bob", False), ("n", "", True)):
            store.add_comparison(replace(comparison(id), owner=owner, shared=shared))
        engine.open_comparisons = ("n", "a", "b")
        told = {
            visitor: found.id if (found := counter.count(visitor)) else None
            for visitor in (Visitor(key="ann"), Visitor(key="bob"), Visitor(key="eve"), Visitor())
        }
        assert list(told.values()) == ["a", "b", None, None]
        engine.open_comparisons = ("a",)
        assert counter.count(Visitor(key="bob")) is None
