"""What is deleted is hidden, kept for a while, and erased; in every database."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from lossviz.errors import StoreError
from lossviz.experiments.kept_days import KEPT_DAYS
from lossviz.experiments.records import TrialState
from lossviz.experiments.store.backup import back_up, restore
from lossviz.experiments.store.retention import Limits
from lossviz.experiments.store.store import Store
from tests.support.records import comparison
from tests.support.two_visitors import fill
from tests.support.waiting import wait_until

DAY_S = 86_400.0
NO_LIMITS = Limits()


def add(store: Store, *ids: str) -> None:
    """Comparisons of which every trial has ended."""
    for id in ids:
        fill(store, owner="ann", id=id)
        for trial_id in store.open_trial_ids(id):
            store.move(trial_id, TrialState.CANCELLED, now=3.0)


def sweep(store: Store, *, days: float, limits: Limits = NO_LIMITS) -> None:
    store.retention(limits, clock=lambda: days * DAY_S).sweep()


def test_what_is_hidden_comes_back_as_it_was(store: Store, open_store: Callable[[], Store]) -> None:
    add(store, "c", "other")
    before = store.comparison("c"), store.trials("c"), store.predictions("c")
    store.hide("c", now=5.0)
    for each in (store, open_store()):
        assert each.comparison("c") is None
        assert [found.id for found in each.comparisons()] == ["other"]
        assert each.read_comparisons(visitor="ann")[0] == each.comparisons()
        assert each.comparison_counts() == {"ann": 1}
        assert each.deleted_comparison("c") == replace(before[0], deleted_at=5.0)
        assert each.deleted_comparisons(owner="ann") == [each.deleted_comparison("c")]
        assert each.deleted_comparisons(owner="bob") == []
    assert store.restore("c")
    assert (store.comparison("c"), store.trials("c"), store.predictions("c")) == before
    assert store.deleted_comparisons() == []


def test_what_waits_or_runs_is_not_hidden(store: Store) -> None:
    store.add_comparison(comparison())
    with pytest.raises(StoreError, match="stop them first"):
        store.hide("c", now=1.0)
    assert store.comparison("c")


def test_it_is_erased_once_deleting_can_no_longer_be_undone(store: Store) -> None:
    add(store, "early", "late", "kept")
    store.hide("early", now=0.0)
    store.hide("late", now=1.0 * DAY_S)
    sweep(store, days=KEPT_DAYS - 0.5)
    assert store.trials("early")
    sweep(store, days=KEPT_DAYS + 0.5)
    assert (store.trials("early"), store.restore("early")) == ([], False)
    assert store.restore("late")
    assert store.trials("kept")


def test_where_room_is_needed_what_is_deleted_goes_first(store: Store) -> None:
    add(store, "deleted", "kept")
    store.hide("deleted", now=0.0)
    sweep(store, days=0.1, limits=Limits(megabytes=1000))
    assert store.trials("deleted")
    sweep(store, days=0.1, limits=Limits(megabytes=0.001))
    assert store.trials("deleted") == []
    assert store.trials("kept")


def test_where_the_disk_is_full_what_is_deleted_is_erased(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(store, "deleted")
    store.hide("deleted", now=0.0)
    monkeypatch.setattr("lossviz.experiments.store.retention.free_mb", lambda _: 1.0)
    sweep(store, days=0.1)
    assert store.trials("deleted") == []


def test_a_full_app_erases_what_is_deleted_without_waiting_for_the_hour(store: Store) -> None:
    add(store, "deleted")
    retention = store.retention(Limits(megabytes=0.001), clock=lambda: 10.0)
    retention.start()
    try:
        wait_until(lambda: retention.full, within_s=20, what="its first sweep has found it full")
        store.hide("deleted", now=5.0)
        retention.make_room()
        wait_until(lambda: store.trials("deleted") == [], within_s=20, what="it is erased")
    finally:
        retention.close()


def test_each_app_that_sweeps_erases_what_is_left(
    store: Store, open_store: Callable[[], Store]
) -> None:
    ids = [f"c{number}" for number in range(8)]
    add(store, *ids, "kept")
    for id in ids:
        store.hide(id, now=0.0)
    apps = [store, open_store(), open_store()]
    with ThreadPoolExecutor(len(apps)) as pool:
        list(pool.map(lambda app: sweep(app, days=KEPT_DAYS + 1), apps))
    assert [store.trials(id) for id in ids] == [[]] * len(ids)
    assert store.trials("kept")


def test_a_backup_keeps_what_can_be_brought_back(
    store: Store, url: str, tmp_path: Path, open_store: Callable[[], Store]
) -> None:
    add(store, "deleted", "kept")
    store.hide("deleted", now=5.0)
    summaries = store.summaries()
    back_up(url, tmp_path / "backup")
    store.restore("deleted")
    restore(tmp_path / "backup", url, replace=True)
    assert [found.id for found in store.comparisons()] == ["kept"]
    assert store.summaries() == summaries
    assert store.restore("deleted")
    assert {found.id for found in open_store().comparisons()} == {"deleted", "kept"}


def test_where_there_is_room_nothing_is_erased_early(store: Store) -> None:
    add(store, "deleted")
    retention = store.retention(NO_LIMITS, clock=lambda: 10.0)
    store.hide("deleted", now=5.0)
    retention.make_room()
    assert not retention._due.is_set()
