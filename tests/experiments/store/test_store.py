"""What every store holds to: it gives back what it was given, and trials move only as
``NEXT_STATES`` allows.
"""

import math
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from lossviz.errors import StoreError
from lossviz.experiments.records import (
    BatchLoss,
    EpochMetrics,
    Origin,
    Phase,
    Purpose,
    RateSearch,
    Trial,
    TrialState,
)
from lossviz.experiments.store.database import database_url
from lossviz.experiments.store.store import Store
from tests.support.judged_comparison import LOSSES, MOMENTS, judged_comparison
from tests.support.records import comparison, evaluation, metrics, predictions, trial

QUEUED, RUNNING, FINISHED, DIVERGED, FAILED, CANCELLED, LOST = TrialState
LEGAL = {(QUEUED, after) for after in (RUNNING, DIVERGED, CANCELLED, FAILED)} | {
    (RUNNING, state) for state in (FINISHED, DIVERGED, CANCELLED, FAILED, LOST)
}
PATH_TO = {
    QUEUED: [],
    RUNNING: [RUNNING],
    **{state: [RUNNING, state] for state in (FINISHED, DIVERGED, FAILED, CANCELLED, LOST)},
}


def test_comparisons_and_trials_come_back_as_they_were(store: Store) -> None:
    wanted = replace(
        comparison(),
        origin=Origin.NOTEBOOK,
        made_by="a colleague",
        note="**Why** it was trained",
        tags=("pets", "first"),
        starred=True,
    )
    store.add_comparison(wanted)
    assert store.comparisons() == [wanted]
    assert store.trials("c") == wanted.trials()
    assert store.trials("another") == []


def test_what_was_planned_comes_back(store: Store) -> None:
    wanted = comparison(baseline="p**-k; k=0.2", rate_search=RateSearch(seeds=(77,)))
    store.add_comparison(wanted)
    assert store.comparisons() == [wanted]


def test_one_comparison_is_found_by_its_id(store: Store) -> None:
    for id in ("a", "b"):
        store.add_comparison(comparison(id))
    assert store.comparison("b") == comparison("b")
    assert store.comparison("c") is None


def test_seeds_are_added_and_the_plan_stays(store: Store) -> None:
    planned = comparison(seeds=2)
    store.add_comparison(planned)
    store.add_trials([trial(position, seed=2) for position in (4, 5)])
    store.set_seeds(replace(planned, seeds=3))
    (stored,) = store.comparisons()
    assert (stored.seeds, stored.plan.seeds, stored.added_seeds) == (3, 2, 1)
    assert [found.seed for found in store.trials("c")] == [0, 0, 1, 1, 2, 2]


def test_trials_that_search_for_a_rate_are_kept_apart(store: Store) -> None:
    store.add_comparison(comparison(seeds=1))
    searching = trial(2, seed=1000, purpose=Purpose.SEARCH, learning_rate=0.01)
    store.add_trials([searching])
    assert store.search_trials("c") == [searching]
    assert [found.purpose for found in store.trials("c")] == [Purpose.JUDGE] * 2
    assert store.unreadable_rows("c") == []


def test_what_is_noted_of_a_trial_comes_back(store: Store) -> None:
    store.add_comparison(comparison(seeds=1))
    store.set_learning_rate("c-0", 0.012)
    store.set_image_counts("c-0", 1408, None)
    first, second = store.trials("c")
    assert (first.learning_rate, first.training_images, first.validation_images) == (
        0.012,
        1408,
        None,
    )
    assert second == comparison(seeds=1).trials()[1]


def test_evaluations_come_back_and_the_last_of_each_trial_is_found(store: Store) -> None:
    store.add_comparison(comparison(seeds=1))
    reported = [evaluation(0.0), evaluation(1.0, valid_loss=math.inf, gradient=(), brier=None)]
    for trial_id, stored in (("c-0", reported[0]), ("c-1", reported[0]), ("c-0", reported[1])):
        store.add_evaluation(trial_id, stored)
    assert [found for _, found in store.evaluations("c")[0]] == [reported[0], *reported]
    assert store.last_evaluations("c") == {"c-0": reported[1], "c-1": reported[0]}


def test_predictions_come_back_by_trial(store: Store) -> None:
    store.add_comparison(comparison(seeds=1))
    wanted = {"c-0": predictions(), "c-1": predictions(temperature=None)}
    for trial_id, of_trial in wanted.items():
        store.add_predictions(trial_id, of_trial)
    assert store.predictions("c") == wanted


def test_the_newest_comparison_comes_first(store: Store) -> None:
    for id, created_at in (("b", 2.0), ("c", 3.0), ("a", 1.0)):
        store.add_comparison(comparison(id, created_at))
    assert [entry.id for entry in store.comparisons()] == ["c", "b", "a"]


def test_a_comparison_is_stored_once(store: Store) -> None:
    store.add_comparison(comparison())
    with pytest.raises(StoreError):
        store.add_comparison(comparison())
    assert len(store.trials("c")) == 4


@pytest.mark.parametrize("before", TrialState)
def test_a_trial_moves_as_the_table_allows_and_otherwise_stays(
    store: Store, before: TrialState
) -> None:
    for after in TrialState:
        id = f"to {after}"
        store.add_comparison(comparison(id))
        for now, state in enumerate(PATH_TO[before]):
            assert store.move(f"{id}-1", state, now=float(now))
        untouched = store.trials(id)
        is_legal = (before, after) in LEGAL
        assert store.move(f"{id}-1", after, now=99.0, reason="because") == is_legal
        trials = store.trials(id)
        assert [trials[i] for i in (0, 2, 3)] == [untouched[i] for i in (0, 2, 3)]
        if is_legal:
            assert (trials[1].state, trials[1].reason) == (after, "because")
        else:
            assert trials[1] == untouched[1]


def test_only_states_with_a_next_one_are_open() -> None:
    assert (
        {state for state in TrialState if not state.ended}
        == {QUEUED, RUNNING}
        == {before for before, _ in LEGAL}
    )


def test_a_trial_notes_when_it_began_and_ended_and_its_progress(store: Store) -> None:
    store.add_comparison(comparison())
    store.move("c-0", RUNNING, now=10.0)
    store.set_progress("c-0", 0.25)
    assert store.trials("c")[0] == Trial(
        id="c-0",
        comparison_id="c",
        position=0,
        loss="cross_entropy",
        seed=0,
        state=RUNNING,
        progress=0.25,
        started_at=10.0,
    )
    store.move("c-0", FINISHED, now=12.5)
    ended = store.trials("c")[0]
    assert (ended.started_at, ended.ended_at, ended.progress) == (10.0, 12.5, 1.0)


def test_moving_an_unknown_trial_is_no_move(store: Store) -> None:
    assert not store.move("nobody", RUNNING, now=0.0)


def test_epochs_are_read_once_each_by_cursor(store: Store) -> None:
    store.add_comparison(comparison("c"))
    store.add_comparison(comparison("d"))
    store.add_epoch("c-0", metrics(1))
    store.add_epoch("d-0", metrics(1, error_rate=1.0))
    store.add_epoch("c-1", metrics(1, phase=Phase.UNFROZEN))
    rows, cursor = store.epochs("c")
    assert rows == [("c-0", metrics(1)), ("c-1", metrics(1, phase=Phase.UNFROZEN))]
    assert store.epochs("c", after=cursor) == ([], cursor)
    store.add_epoch("c-0", metrics(2))
    rows, later = store.epochs("c", after=cursor)
    assert rows == [("c-0", metrics(2))]
    assert later > cursor
    assert len(store.epochs("c")[0]) == 3


def test_fingerprints_come_back_by_trial_and_part(store: Store) -> None:
    store.add_comparison(comparison("c"))
    store.add_comparison(comparison("d"))
    store.add_fingerprint("c-0", "split", "abc")
    store.add_fingerprint("c-0", "weights", "def")
    store.add_fingerprint("d-0", "split", "abc")
    assert store.fingerprints("c") == {"c-0": {"split": "abc", "weights": "def"}}
    assert store.fingerprints("nothing") == {}


def test_an_epoch_of_no_trial_is_refused(store: Store) -> None:
    with pytest.raises(StoreError):
        store.add_epoch("nobody", metrics(1))


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan, 1e308, -0.1])
def test_losses_that_are_not_finite_survive(store: Store, value: float) -> None:
    store.add_comparison(comparison())
    store.add_epoch("c-0", metrics(1, valid_loss=value, train_loss=value))
    ((_, read),) = store.epochs("c")[0]
    assert repr((read.valid_loss, read.train_loss)) == repr((value, value))


def test_what_a_dead_app_left_open_is_closed_and_the_rest_stays(store: Store) -> None:
    store.add_comparison(comparison())
    store.move("c-0", RUNNING, now=1.0)
    store.move("c-1", RUNNING, now=1.0)
    store.move("c-1", FINISHED, now=2.0)
    store.close_open_trials(now=50.0)
    trials = store.trials("c")
    assert [trial.state for trial in trials] == [LOST, FINISHED, CANCELLED, CANCELLED]
    assert [trial.ended_at for trial in trials] == [50.0, 2.0, 50.0, 50.0]
    assert [bool(trial.reason) for trial in trials] == [True, False, True, True]


def test_what_a_dead_app_s_trials_had_trained_counts_for_their_visitors(store: Store) -> None:
    store.add_comparison(replace(comparison(), owner="ann"))
    for number in (0, 1, 2):
        store.move(f"c-{number}", RUNNING, now=100.0)
    store.add_batches("c-0", [BatchLoss(at=0.5, loss=1.0, learning_rate=0.1, seconds=7.0)])
    store.add_evaluation("c-1", replace(evaluation(0.0), seconds=3.0))
    store.close_open_trials(now=10_000.0)
    store.close_open_trials(now=20_000.0)  # once, whoever closes them again
    used = [(each.owner, each.amount, each.at) for each in store.spendings("training_s", since=0)]
    assert used == [("ann", 3.0, 103.0), ("ann", 7.0, 107.0)]


def test_everything_survives_reopening(store: Store, open_store: Callable[[], Store]) -> None:
    store.add_comparison(comparison())
    store.move("c-0", RUNNING, now=1.0)
    store.add_epoch("c-0", metrics(1))
    before = store.comparisons(), store.trials("c"), store.epochs("c")
    store.close()
    again = open_store()
    assert (again.comparisons(), again.trials("c"), again.epochs("c")) == before


def test_a_reader_sees_whole_rows_while_another_writes(
    store: Store, open_store: Callable[[], Store]
) -> None:
    store.add_comparison(comparison())
    reader, wanted = open_store(), 200
    writer = threading.Thread(
        target=lambda: [store.add_epoch("c-0", metrics(epoch)) for epoch in range(1, wanted + 1)]
    )
    writer.start()
    read: list[EpochMetrics] = []
    cursor, writing = 0, True
    while writing:
        writing = writer.is_alive()  # before reading: the last read comes after the last row
        rows, cursor = reader.epochs("c", after=cursor)
        read += [row for _, row in rows]
    assert read == [metrics(epoch) for epoch in range(1, wanted + 1)]


def test_what_is_written_in_a_transaction_is_seen_whole_and_only_at_its_end(
    store: Store, open_store: Callable[[], Store]
) -> None:
    store.add_comparison(comparison())
    reader = open_store()
    with store.transaction():
        store.move("c-0", RUNNING, now=1.0)
        store.add_epoch("c-0", metrics(1))
        assert len(store.epochs("c")[0]) == 1  # its own thread sees it
        assert reader.epochs("c") == ([], 0)
        assert reader.trials("c")[0].state is QUEUED
    assert [row for _, row in reader.epochs("c")[0]] == [metrics(1)]
    assert reader.trials("c")[0].state is RUNNING


@pytest.mark.parametrize("error", [StoreError, ZeroDivisionError])
def test_a_transaction_that_fails_leaves_nothing_and_the_next_is_written(
    store: Store, error: type[Exception]
) -> None:
    store.add_comparison(comparison())

    def write() -> None:
        with store.transaction():
            store.add_epoch("c-0", metrics(1))
            if error is StoreError:
                store.add_epoch("nobody", metrics(1))
            raise error

    with pytest.raises(error):
        write()
    assert store.epochs("c") == ([], 0)
    store.add_epoch("c-0", metrics(2))
    assert [row for _, row in store.epochs("c")[0]] == [metrics(2)]


def test_another_thread_reads_while_one_is_in_a_transaction(store: Store) -> None:
    store.add_comparison(comparison())
    read: list[int] = []
    with store.transaction():
        store.add_epoch("c-0", metrics(1))
        reader = threading.Thread(target=lambda: read.append(len(store.epochs("c")[0])))
        reader.start()
        reader.join(10)
    assert read == [0]


def test_a_file_that_is_no_database_is_refused_with_its_name(tmp_path: Path) -> None:
    file = tmp_path / "notes.sqlite"
    file.write_text("these are my notes, not a database\n" * 100)
    with pytest.raises(StoreError, match=r"notes\.sqlite cannot be used: file is not a database"):
        Store(f"sqlite:///{file}")
    assert file.read_text().startswith("these are my notes")


@pytest.mark.parametrize(
    "url", ["sqlite:////nowhere/at/all.sqlite", "nonsense", "nosuchdatabase://host/name"]
)
def test_a_database_that_cannot_be_opened_says_so(url: str) -> None:
    with pytest.raises(StoreError, match="cannot be used"):
        Store(url)


def test_the_environment_names_the_database(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("LOSSVIZ_DATABASE", "sqlite:///elsewhere.sqlite")
    assert database_url() == "sqlite:///elsewhere.sqlite"
    monkeypatch.delenv("LOSSVIZ_DATABASE")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path))
    assert database_url().startswith("sqlite:///")
    assert database_url().endswith("lossviz.sqlite")


def test_some_evaluations_are_read_by_their_number_in_each_trial(store: Store) -> None:
    planned = judged_comparison(store, seeds=2, losses=LOSSES[:2])
    ids = [trial.id for trial in planned.trials()]
    assert store.evaluation_counts(ids[:3]) == dict.fromkeys(ids[:3], len(MOMENTS))
    last = len(MOMENTS) - 1
    found = store.numbered_evaluations(ids[:3], [0, last, last + 1])
    assert {number: set(by_trial) for number, by_trial in found.items()} == {
        0: set(ids[:3]),
        last: set(ids[:3]),
        last + 1: set(),
    }
    assert found[last][ids[0]] == store.last_evaluations(planned.id)[ids[0]]
    assert found[0][ids[0]].at == MOMENTS[0]
