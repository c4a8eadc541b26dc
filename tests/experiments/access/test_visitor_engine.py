"""The engine as one visitor has it."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from lossviz.errors import EngineError, NotAllowed
from lossviz.experiments.access.guard import NOT_THERE
from lossviz.experiments.access.visitor_engine import VisitorEngine
from lossviz.experiments.engine.contract import Engine
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.visitors import Visitor
from tests.support.records import comparison
from tests.support.two_visitors import ANN, BOB, TwoVisitors, two_visitors

CHANGES: dict[str, Callable[[VisitorEngine], object]] = {
    "run again": lambda engine: engine.run_again("c"),
    "add seeds": lambda engine: engine.add_seeds("c", 1),
    "stop": lambda engine: engine.stop(["c-1"]),
}


@pytest.fixture
def both(tmp_path: Path) -> Iterator[TwoVisitors]:
    with two_visitors(tmp_path) as both:
        yield both


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_the_owner_stops_runs_again_and_grows(both: TwoVisitors, change: Callable) -> None:
    change(both.side(ANN).engine)
    assert both.engine.asked


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
@pytest.mark.parametrize("shared", [False, True])
def test_nobody_else_does(both: TwoVisitors, change: Callable, shared: bool) -> None:
    both.store.set_shared("c", shared)
    with pytest.raises(NotAllowed, match="only the visitor who started" if shared else NOT_THERE):
        change(both.side(BOB).engine)
    assert both.engine.asked == []


def test_no_trial_is_stopped_where_one_of_them_is_another_s(both: TwoVisitors) -> None:
    bob = both.side(BOB).engine
    bob.launch(comparison("of bob"))
    both.engine.asked.clear()
    with pytest.raises(NotAllowed):
        bob.stop(["of bob-0", "c-1"])
    with pytest.raises(NotAllowed):
        bob.stop(["no such trial"])
    assert both.engine.asked == []


def test_what_a_visitor_starts_is_their_own_whatever_the_request_says(both: TwoVisitors) -> None:
    forged = replace(comparison("forged"), owner=ANN.key, shared=True)
    both.side(BOB).engine.launch(forged)
    stored = both.store.comparison("forged")
    assert stored
    assert (stored.owner, stored.shared) == (BOB.key, False)


def test_who_is_not_known_starts_nothing_and_looks_at_no_data(both: TwoVisitors) -> None:
    engine = both.side(Visitor()).engine
    with pytest.raises(NotAllowed, match="log in first"):
        engine.launch(comparison("new"))
    with pytest.raises(NotAllowed, match="log in first"):
        engine.request_preview("digits", get_recipe("digits").settings)
    assert both.engine.asked == []


def test_images_are_those_of_a_comparison_that_is_seen(both: TwoVisitors) -> None:
    assert both.side(ANN).engine.request_images("c", [1]) == "key"
    with pytest.raises(NotAllowed, match=NOT_THERE):
        both.side(BOB).engine.request_images("c", [1])


def test_on_a_full_disk_nothing_is_started_and_that_is_said(both: TwoVisitors) -> None:
    guard = both.side(ANN).guard
    full = VisitorEngine(cast(Engine, both.engine), guard, room_problem=lambda: "the disk is full")
    for start in (
        lambda: full.launch(comparison("new")),
        lambda: full.run_again("c"),
        lambda: full.add_seeds("c", 1),
    ):
        with pytest.raises(EngineError, match="the disk is full"):
            start()
    assert both.engine.asked == []
    assert full.launch_refusal(comparison("new")) == "the disk is full"
    full.stop(["c-1"])
    assert both.engine.asked == [("stop", ["c-1"])], "what runs can be stopped"
