"""When the results of a comparison that runs are drawn again."""

from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from lossviz.experiments.feed import Feed
from lossviz.experiments.records import TrialState
from lossviz.experiments.store.store import Store
from lossviz.ui.train import pace
from tests.support.records import comparison


def test_results_are_drawn_again_where_something_has_changed_or_five_seconds_have_passed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr(pace, "st", SimpleNamespace(session_state={}))
    monkeypatch.setattr(pace, "time", SimpleNamespace(monotonic=lambda: now))
    with closing(Store(f"sqlite:///{tmp_path / 'lossviz.sqlite'}")) as store:
        store.add_comparison(comparison())
        feed = Feed(store, "c", clock=lambda: now)

        def is_due() -> bool:
            return pace.are_results_due(feed, comparison())

        assert is_due()  # nothing was drawn yet
        pace.note_drawn(feed, comparison())
        now += 1.0
        assert not is_due()
        store.move("c-0", TrialState.RUNNING, now=5.0)
        now += 1.0
        assert is_due()
        pace.note_drawn(feed, comparison())
        now += pace.LONGEST_S
        assert is_due()


def test_where_thirty_look_on_results_are_drawn_every_three_seconds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr(pace, "st", SimpleNamespace(session_state={}))
    monkeypatch.setattr(pace, "time", SimpleNamespace(monotonic=lambda: now))
    with closing(Store(f"sqlite:///{tmp_path / 'lossviz.sqlite'}")) as store:
        store.add_comparison(comparison())
        feed = Feed(store, "c", clock=lambda: now)
        pace.note_drawn(feed, comparison())
        store.move("c-0", TrialState.RUNNING, now=5.0)
        due = []
        for _ in range(3):
            now += 1.0
            for viewer in range(29):
                feed.count_viewers(f"viewer {viewer}")
            due.append(pace.are_results_due(feed, comparison()))
        assert due == [False, False, True]
