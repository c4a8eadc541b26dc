"""Old comparisons are thinned, the disk is bounded, and a verdict stays what it was."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from lossviz.experiments.comparison_data import read_comparison_data
from lossviz.experiments.feed import Feed
from lossviz.experiments.judging.convergence import read_earlier_evaluations
from lossviz.experiments.judging.judgement import judge_comparison
from lossviz.experiments.store.retention import Limits
from lossviz.experiments.store.store import Store
from tests.support.large_store import add_large_comparison

DAY_S = 86_400.0
ROWS = 500


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "lossviz.sqlite"


@pytest.fixture
def store(file: Path) -> Iterator[Store]:
    """With an old comparison and one of today."""
    add_large_comparison(file, id="old", seeds=3, rows=ROWS, created_at=1e9)
    add_large_comparison(file, id="new", seeds=3, rows=ROWS, created_at=1e9 + 40 * DAY_S)
    store = Store(f"sqlite:///{file}")
    yield store
    store.close()


def now() -> float:
    return 1e9 + 41 * DAY_S


def counts(store: Store, id: str) -> set[tuple[int, int]]:
    """How many batches and evaluations its trials have."""
    trials = [trial.id for trial in store.trials(id)]
    batches = [trial_id for trial_id, _ in store.batches(id)[0]]
    evaluations = store.evaluation_counts(trials)
    return {(batches.count(trial_id), evaluations[trial_id]) for trial_id in trials}


def test_only_what_ended_long_ago_is_thinned(store: Store) -> None:
    assert store.retention(Limits(days=30), clock=now).sweep() > 0
    assert counts(store, "old") == {(101, 51)}
    assert counts(store, "new") == {(ROWS, ROWS)}


def test_without_limits_everything_is_kept(store: Store) -> None:
    assert store.retention(Limits(), clock=now).sweep() == 0
    assert counts(store, "old") == {(ROWS, ROWS)}


def test_what_is_thinned_keeps_both_ends_and_is_spaced_evenly(store: Store) -> None:
    before = dict(store.evaluations("old")[0])
    store.retention(Limits(days=30), clock=now).sweep()
    for trial in store.trials("old"):
        at = [row.at for id, row in store.evaluations("old")[0] if id == trial.id]
        gaps = [late - early for early, late in itertools.pairwise(at)]
        assert at[0] == 0.0
        assert at[-1] == before[trial.id].at
        assert max(gaps) < 1.2 * min(gaps)


def test_a_verdict_is_the_same_before_and_after(store: Store) -> None:
    (old,) = (found for found in store.comparisons() if found.id == "old")
    before = read_comparison_data(store, old)
    judgement = judge_comparison(
        before, earlier=read_earlier_evaluations(store, old, before.trials)
    )
    assert judgement.convergence
    assert judgement.convergence.changes
    store.retention(Limits(days=30), clock=now).sweep()
    after = read_comparison_data(store, old)
    assert after == before
    assert (
        judge_comparison(after, earlier=read_earlier_evaluations(store, old, after.trials))
        == judgement
    )


def test_a_thinned_comparison_is_drawn_and_has_no_row_that_cannot_be_read(store: Store) -> None:
    store.retention(Limits(days=30), clock=now).sweep()
    assert store.unreadable_rows("old") == []
    assert Feed(store, "old").since({}, ("evaluations",))


def test_a_comparison_that_runs_is_never_thinned(file: Path) -> None:
    add_large_comparison(file, id="runs", seeds=1, rows=ROWS, running=1)
    store = Store(f"sqlite:///{file}")
    assert store.retention(Limits(days=0, megabytes=0.01), clock=now).sweep() == 0
    store.close()


def test_the_oldest_are_thinned_until_the_database_is_small_enough(
    store: Store, file: Path
) -> None:
    megabytes = store.used_bytes() / 2**20
    retention = store.retention(Limits(megabytes=0.7 * megabytes), clock=now)
    retention.sweep()
    assert counts(store, "old") == {(101, 51)}
    assert counts(store, "new") == {(ROWS, ROWS)}
    assert file.stat().st_size < 0.75 * megabytes * 2**20  # the disk has it back
    assert not retention.full


def test_a_database_that_is_too_large_all_the_same_is_said_to_be_full(store: Store) -> None:
    retention = store.retention(Limits(megabytes=0.1), clock=now)
    retention.sweep()
    assert counts(store, "new") == {(101, 51)}
    assert retention.full
    assert retention.sweep() == 0


def test_once_comparisons_are_deleted_it_is_not_full_any_more(store: Store) -> None:
    store.retention(Limits(days=0.001), clock=now).sweep()
    retention = store.retention(Limits(megabytes=0.9 * store.used_bytes() / 2**20), clock=now)
    retention.sweep()
    assert retention.full
    for id in ("old", "new"):
        store.erase(id)
    assert not retention.full, "at once, and not only after the next sweep"


def test_its_thread_sweeps_at_once_and_ends_when_it_is_told_to(store: Store) -> None:
    retention = store.retention(Limits(days=30), clock=now)
    retention.start()
    retention.close()
    assert counts(store, "new") == {(ROWS, ROWS)}
