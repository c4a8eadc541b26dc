"""What pages read of a comparison again and again: each row once, and for all viewers at once."""

import sqlite3
from array import array
from base64 import b64decode
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from lossviz.experiments import feed as feeds
from lossviz.experiments.feed import Feed, cursors_of
from lossviz.experiments.records import BatchLoss, TrialState
from lossviz.experiments.store.points import POINT_KINDS
from lossviz.experiments.store.store import Store
from tests.support.large_store import add_large_comparison
from tests.support.records import comparison, evaluation, metrics
from tests.support.waiting import wait_until

KINDS = tuple(POINT_KINDS)


class Clock:
    """A clock that is set by hand; each reading of it is a second later."""

    now = 0.0
    steps = 1.0

    def __call__(self) -> float:
        self.now += self.steps
        return self.now


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(f"sqlite:///{tmp_path / 'lossviz.sqlite'}")
    store.add_comparison(comparison())
    yield store
    store.close()


def rows_of(message: dict[str, Any], kind: str) -> list[tuple[float, ...]]:
    """The rows of a block, a tuple each."""
    columns = [array("d", b64decode(text)) for text in message["rows"][kind]["columns"].values()]
    return list(zip(*columns, strict=True))


def test_whatever_was_fetched_before_each_row_comes_once_and_none_is_missing(
    store: Store,
) -> None:
    feed, cursors = Feed(store, "c", clock=Clock()), dict[str, Any]()
    fetched = []
    for step in range(6):
        for trial in ("c-0", "c-1")[: 1 + step % 2]:
            store.add_evaluation(trial, evaluation(at=step / 2, seconds=0.5 * step))
            store.add_batches(
                trial, [BatchLoss(at=step / 2, loss=1.5, learning_rate=0.1)] * (step + 1)
            )
        feed.data(comparison())
        if step % 3 == 2:
            message = feed.since(cursors, KINDS)
            fetched.append(message)
            cursors = cursors_of(message)
    for kind, count in (("evaluations", 9), ("batches", 33)):
        cursor = [row[0] for message in fetched for row in rows_of(message, kind)]
        assert sorted(cursor) == list(range(1, count + 1))
    again = feed.since(cursors, KINDS)
    assert not any(rows_of(again, kind) for kind in KINDS)
    assert again["trials"]["rows"] == []


def test_only_trials_that_have_changed_are_sent_again(store: Store) -> None:
    feed = Feed(store, "c", clock=Clock())
    feed.data(comparison())
    first = feed.since({}, ())
    assert [row[3] for row in first["trials"]["rows"]] == [0, 1, 2, 3]
    store.move("c-2", TrialState.RUNNING, now=5.0)
    feed.data(comparison())
    (changed,) = feed.since(cursors_of(first), ())["trials"]["rows"]
    assert (changed[3], changed[5], changed[6]) == (2, "running", 5.0)
    other = Feed(store, "c", clock=Clock())
    other.data(comparison())
    assert len(other.since(cursors_of(first), ())["trials"]["rows"]) == 4


def test_several_viewers_share_what_is_read(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    reads = []
    monkeypatch.setattr(
        Store, "points", lambda self, *args, read=Store.points, **named: (
            reads.append(args), read(self, *args, **named)
        )[1],
    )  # fmt: skip
    clock = Clock()
    feed = Feed(store, "c", clock=clock)
    feed.data(comparison())
    feed.since({}, ("evaluations",))
    clock.steps = 0.001
    for _ in range(20):
        feed.data(comparison())
        feed.since({}, ("evaluations",))
    assert len(reads) == 1
    feed.data(comparison(), anew=True)
    assert len(reads) == 2
    clock.now += 1
    feed.data(comparison())
    assert len(reads) == 3


def test_the_last_evaluations_are_those_of_the_store_at_every_moment(store: Store) -> None:
    feed = Feed(store, "c", clock=Clock())
    for step in range(4):
        store.add_evaluation(f"c-{step % 3}", evaluation(at=float(step)))
        assert feed.data(comparison()).last == store.last_evaluations("c")


def test_epochs_count_only_where_no_evaluation_has_a_time(store: Store) -> None:
    for trial in ("c-0", "c-1"):
        store.add_epoch(trial, metrics(1))
    store.add_evaluation("c-1", evaluation(at=1.0, seconds=0.5))
    feed = Feed(store, "c", clock=Clock())
    feed.data(comparison())
    assert [row[1] % 2**20 for row in rows_of(feed.since({}, KINDS), "epochs")] == [0]


def test_a_large_comparison_is_thinned_evenly_with_first_and_last_and_checked_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeds, "MOST_POINTS", 100)
    database = tmp_path / "large.sqlite"
    large = add_large_comparison(database, seeds=2, rows=500)
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE evaluations SET histogram = '[1, 2]' WHERE cursor = 3000")
        connection.execute("UPDATE batches SET loss = 'much' WHERE cursor = 3999")
    connection.close()
    store = Store(f"sqlite:///{database}")
    feed = Feed(store, large.id, clock=Clock())
    feed.data(large)
    message = feed.since({}, ("evaluations", "batches"))
    by_trial: dict[float, list[float]] = {}
    for _, trial, at, *_ in rows_of(message, "evaluations"):
        by_trial.setdefault(trial, []).append(at)
    assert message["thinned"]
    assert len(by_trial) == 8
    for of_trial in by_trial.values():
        assert (of_trial[0], of_trial[-1]) == (0.0, large.settings.epochs)
        steps = [late - early for early, late in pairwise(of_trial)]
        assert max(steps) < 1.2 * min(steps)

    def is_checked() -> bool:
        feed.data(large)
        return feed.is_checked

    wait_until(is_checked, within_s=20, what="all rows are checked")
    assert [row.name.split(", ")[0] for row in feed.unreadable] == [
        "row 3000 of evaluations",
        "row 3999 of batches",
    ]
    store.close()


def test_what_has_not_changed_stays_one_object_for_all(store: Store) -> None:
    feed = Feed(store, "c", clock=Clock())  # each reading is old at once
    first, strangers = feed.data(comparison()), feed.data_without_server(comparison(), str.upper)
    assert feed.data(comparison()) is first
    assert feed.data_without_server(comparison(), str.upper) is strangers
    assert strangers is not first
    store.move("c-0", TrialState.RUNNING, now=5.0)
    assert feed.data(comparison()) is not first
    assert feed.data_without_server(comparison(), str.upper) is not strangers


def test_who_asks_no_more_looks_on_no_more(store: Store) -> None:
    clock = Clock()
    feed, clock.steps = Feed(store, "c", clock=clock), 0.0
    assert [feed.count_viewers(viewer) for viewer in ("a", "b", "a")] == [1, 2, 2]
    clock.now += feeds.LOOKS_S
    assert feed.count_viewers("b") == 1
