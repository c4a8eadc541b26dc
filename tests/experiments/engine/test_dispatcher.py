"""The dispatcher: one bad job, report or comparison takes nothing down but itself."""

import logging
import math
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from lossviz.errors import StoreError
from lossviz.experiments.engine.dispatcher import Dispatcher
from lossviz.experiments.engine.messages import (
    BatchLosses,
    Capacity,
    EpochEnded,
    JobEnded,
    JobEvent,
    JobId,
    JobKind,
    JobReport,
    PreparationProgress,
    Prepare,
    Prepared,
    PreviewBatch,
    PreviewReady,
    Request,
    RunTrial,
    Stop,
    TrialOrigin,
)
from lossviz.experiments.engine.scheduling import QueuedTrial
from lossviz.experiments.records import BatchLoss, Comparison, Preparation, TrialState
from lossviz.experiments.store.store import Store
from tests.support.records import comparison, metrics

NOT_UTF_8 = "images of caf\udce9"
FINISHED = JobEnded(state=TrialState.FINISHED, reason="")
OUT_OF_MEMORY = JobEnded(
    state=TrialState.FAILED, reason="out of memory (MemoryError)", out_of_memory=True
)
BATCH = BatchLoss(at=0.5, loss=1.0, learning_rate=0.1)


class Running:
    """A dispatcher on a real store, and what it sends to a host."""

    def __init__(self, store: Store, *, cores: int = 2, devices: tuple[str, ...] = ()) -> None:
        self.store = store
        self.dispatcher = Dispatcher(store, cores=cores, devices=devices, clock=lambda: 1.0)
        self.sent: list[Request] = []

    def launch_prepared(
        self, planned: Comparison, *, trial_mb: float, free_mb: float = 1000.0
    ) -> Comparison:
        """Launch a comparison, and report what a trial of it was measured to take."""
        self.launch(planned)
        measured = Preparation(done=True, trial_mb=trial_mb, free_mb=free_mb)
        self.report(planned.id, Prepared(preparation=measured), JobKind.PREPARATION)
        self.report(planned.id, FINISHED, JobKind.PREPARATION)
        return planned

    def ran(self, comparison_id: str = "c") -> list[RunTrial]:
        """What was asked to run, in order."""
        return [
            request
            for request in self.sent
            if isinstance(request, RunTrial) and request.trial_id.startswith(f"{comparison_id}-")
        ]

    def prepared_on(self, comparison_id: str) -> list[str]:
        """The accelerators on which a comparison was prepared, in order."""
        return [
            request.accelerator
            for request in self.sent
            if isinstance(request, Prepare) and request.comparison_id == comparison_id
        ]

    def launch(self, planned: Comparison) -> None:
        self.store.add_comparison(planned)
        self.dispatcher.add(
            QueuedTrial(trial=trial, comparison=planned) for trial in planned.trials()
        )
        self.dispatcher.start_jobs(self.sent.append)

    def report(self, key: str, event: JobEvent, kind: JobKind = JobKind.TRIAL) -> None:
        with self.store.transaction():
            report = JobReport(job=JobId(kind=kind, key=key), event=event)
            self.dispatcher.handle(report, self.sent.append)
        self.dispatcher.start_jobs(self.sent.append)

    def states(self, comparison_id: str = "c") -> list[TrialState]:
        return [trial.state for trial in self.store.trials(comparison_id)]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    # pytest would keep the error, and all that it holds open
    monkeypatch.setattr(logging.getLogger("lossviz"), "disabled", True)
    with closing(Store(f"sqlite:///{tmp_path / 'lossviz.sqlite'}")) as store:
        yield store


@pytest.fixture
def running(store: Store) -> Running:
    return Running(store)


def large(id: str = "c", *, seeds: int = 2) -> Comparison:
    """A comparison of two losses whose network needs an accelerator."""
    planned = comparison(id, seeds=seeds)
    return replace(
        planned, settings=replace(planned.settings, network="resnet18", pretrained=False)
    )


# what no database takes, or no trial reports
BAD_EVENTS: dict[str, JobEvent] = {
    "NaN": BatchLosses(losses=(BATCH, replace(BATCH, loss=math.nan))),
    "a number that is none": BatchLosses(losses=(replace(BATCH, at=object()),)),
    "a huge integer": EpochEnded(metrics=metrics(10**30)),
    "what only a preview reports": PreviewReady(images=()),
}


@pytest.mark.parametrize("name", BAD_EVENTS)
def test_a_trial_that_reports_what_cannot_be_stored_fails_and_the_others_go_on(
    running: Running, name: str
) -> None:
    running.launch(comparison())
    assert running.states()[:2] == [TrialState.RUNNING] * 2
    running.report("c-0", BAD_EVENTS[name])
    assert Stop(job=JobId(kind=JobKind.TRIAL, key="c-0")) in running.sent
    running.report("c-1", BatchLosses(losses=(BATCH,)))
    running.report("c-0", JobEnded(state=TrialState.CANCELLED, reason="stopped by request"))
    running.report("c-1", JobEnded(state=TrialState.FINISHED, reason=""))
    failed, finished, *rest = running.store.trials("c")
    assert (failed.state, finished.state) == (TrialState.FAILED, TrialState.FINISHED)
    assert "cannot be stored" in failed.reason or "an error in lossviz" in failed.reason
    assert [trial.state for trial in rest] == [TrialState.RUNNING] * 2
    assert ("c-1", BATCH) in running.store.batches("c")[0]


def test_texts_of_any_bytes_are_stored_with_escapes(running: Running) -> None:
    running.launch(comparison())
    running.report("c-0", TrialOrigin(description=NOT_UTF_8))
    end = JobEnded(state=TrialState.FAILED, reason=f"{NOT_UTF_8}\0", stderr=NOT_UTF_8)
    running.report("c-0", end)
    trial = running.store.trials("c")[0]
    assert trial.origin == trial.stderr == r"images of caf\udce9"
    assert trial.reason == r"images of caf\udce9\x00"


def test_a_comparison_that_cannot_be_started_fails_and_the_next_one_starts(
    running: Running,
) -> None:
    running.launch(replace(comparison("bad"), recipe="of another version"))
    running.launch(comparison("good"))
    assert running.states("bad") == [TrialState.FAILED] * 4
    assert all(
        "no recipe called 'of another version'" in trial.reason
        for trial in running.store.trials("bad")
    )
    assert running.states("good")[:2] == [TrialState.RUNNING] * 2


def test_a_preparation_whose_report_cannot_be_stored_fails_its_comparison_alone(
    running: Running,
) -> None:
    searched = comparison("a")
    searched = replace(searched, settings=replace(searched.settings, learning_rate=None))
    running.launch(searched)
    running.launch(comparison("b"))
    assert [request.comparison_id for request in running.sent if isinstance(request, Prepare)] == [
        "a"
    ]
    progress = PreparationProgress(stage="decoding", share=object())  # type: ignore[arg-type]
    running.report("a", progress, JobKind.PREPARATION)
    assert running.states("a") == [TrialState.FAILED] * 4
    assert running.states("b")[:2] == [TrialState.RUNNING] * 2
    assert not running.dispatcher.idle


def test_a_preparation_that_kills_its_host_three_times_fails(running: Running) -> None:
    searched = comparison("a")
    running.launch(replace(searched, settings=replace(searched.settings, learning_rate=None)))
    for died in range(1, 4):
        assert sum(isinstance(request, Prepare) for request in running.sent) == died
        running.dispatcher.on_host_died(how="was ended by SIGKILL", stderr="x", was_ready=True)
        running.dispatcher.start_jobs(running.sent.append)
    assert sum(isinstance(request, Prepare) for request in running.sent) == 3
    assert running.states("a") == [TrialState.FAILED] * 4
    assert running.store.trials("a")[0].reason == (
        "the training host was ended by SIGKILL, 3 times while it prepared this comparison"
    )
    assert running.dispatcher.idle


def test_a_database_that_cannot_be_written_at_all_is_no_failure_of_one_trial(
    running: Running,
) -> None:
    running.launch(comparison())
    with closing(sqlite3.connect(running.store.path)) as other:  # type: ignore[arg-type]
        other.execute("DROP TABLE batches")
    with pytest.raises(StoreError, match="no such table"):
        running.report("c-0", BatchLosses(losses=(BATCH,)))
    assert sum(isinstance(request, RunTrial) for request in running.sent) == 2


def test_a_refused_row_leaves_the_transaction_that_it_was_in_usable(running: Running) -> None:
    running.store.add_comparison(comparison())
    with running.store.transaction():
        running.store.add_epoch("c-0", metrics(1))
        with pytest.raises(StoreError, match="FOREIGN KEY"):
            running.store.add_epoch("nobody", metrics(1))
        running.store.add_epoch("c-0", metrics(2))
    assert [row.epoch for _, row in running.store.epochs("c")[0]] == [1, 2]


def test_trials_are_spread_evenly_over_the_accelerators_and_digits_go_to_the_processor(
    store: Store,
) -> None:
    running = Running(store, cores=16, devices=("0", "1"))
    running.launch_prepared(large(seeds=4), trial_mb=400.0)
    assert running.prepared_on("c") == ["0"]
    # the first beside the preparation, which has not ended quite yet
    assert [request.accelerator for request in running.ran()] == ["1", "0", "1", "0"]
    assert {request.threads for request in running.ran()} == {2}
    running.report("c-1", FINISHED)
    assert [request.accelerator for request in running.ran()][4:] == ["0"]
    assert running.sent[0].accelerators == ("0", "1")
    stored = store.preparation("c")
    assert (stored.at_once, stored.accelerators) == (4, 2)
    assert (stored.trial_mb, stored.free_mb, stored.fit_in_memory) == (400.0, 1000.0, 2)
    running.launch(comparison("digits"))
    # two, on the eight cores that are left, though three of the others still wait
    assert [(request.accelerator, request.threads) for request in running.ran("digits")] == [
        ("", 4)
    ] * 2
    assert len(running.ran()) == 5


def test_previews_are_made_on_the_accelerator_that_is_least_busy(store: Store) -> None:
    running = Running(store, cores=8, devices=("0", "1"))
    settings = large().settings
    running.launch_prepared(large(seeds=1), trial_mb=800.0, free_mb=500.0)
    assert [request.accelerator for request in running.ran()] == ["1", "0"]
    running.report("c-1", FINISHED)
    running.dispatcher.previews.request("digits", settings)
    running.dispatcher.previews.request("digits", comparison().settings)
    running.dispatcher.start_jobs(running.sent.append)
    previews = [request for request in running.sent if isinstance(request, PreviewBatch)]
    assert [request.accelerator for request in previews] == ["0", ""]


@pytest.mark.parametrize("devices", [(), ("0",)])
def test_an_out_of_memory_halves_what_runs_side_by_side_and_the_others_go_on(
    store: Store, devices: tuple[str, ...]
) -> None:
    running = Running(store, cores=4, devices=devices)
    running.launch_prepared(large(seeds=5), trial_mb=200.0)
    assert len(running.ran()) == 4
    running.report("c-0", OUT_OF_MEMORY)
    assert (store.preparation("c").at_once, store.preparation("c").fit_in_memory) == (2, 2)
    running.report("c-1", OUT_OF_MEMORY)  # it began with four
    assert store.preparation("c").at_once == 2
    assert len(running.ran()) == 4
    running.report("c-2", FINISHED)
    assert len(running.ran()) == 5
    running.report("c-3", OUT_OF_MEMORY)  # that was beside one
    assert store.preparation("c").at_once == 1
    assert len(running.ran()) == 5
    for position in range(4, 10):
        running.report(f"c-{position}", OUT_OF_MEMORY if position == 4 else FINISHED)
    failed = [trial.position for trial in store.trials("c") if trial.state is TrialState.FAILED]
    assert failed == [0, 1, 3, 4]
    assert len(running.ran()) == 10  # none was repeated, and each had its chance
    assert [trial.attempt for trial in store.trials("c")] == [1] * 10
    assert [note for note in store.preparation("c").notes if "out-of-memory" in note] == [
        "An out-of-memory ended a trial; since then at most 2 trials run side by side.",
        "An out-of-memory ended a trial; since then one trial runs at a time.",
    ]
    assert running.dispatcher.idle


def test_what_is_run_again_keeps_to_what_an_out_of_memory_left(store: Store) -> None:
    running = Running(store, cores=4, devices=("0",))
    planned = running.launch_prepared(large(), trial_mb=200.0)
    running.report("c-0", OUT_OF_MEMORY)
    again = Running(store, cores=4, devices=("0",))
    again.dispatcher.add(
        [QueuedTrial(trial=trial, comparison=planned) for trial in planned.trials()],
        preparation=store.preparation("c"),
    )
    assert store.preparation("c").fit_in_memory == 2
    store.close_open_trials(now=2.0)
    attempts = [trial.next_attempt() for trial in store.trials("c")]
    store.add_trials(attempts)
    again = Running(store, cores=4, devices=("0",))
    again.dispatcher.add(
        [QueuedTrial(trial=trial, comparison=planned) for trial in attempts],
        preparation=store.preparation("c"),
    )
    again.dispatcher.start_jobs(again.sent.append)
    assert len(again.ran()) == 2


def test_what_is_measured_beside_our_own_trials_counts_theirs_as_free(store: Store) -> None:
    running = Running(store, cores=16, devices=("0",))
    running.launch_prepared(large("a", seeds=1), trial_mb=100.0)
    running.launch_prepared(large("b"), trial_mb=200.0, free_mb=800.0)
    assert len(running.ran("a")) == 2
    assert store.preparation("b").free_mb == 1000.0
    assert store.preparation("b").fit_in_memory == 4
    assert len(running.ran("b")) == 3  # two eighths of the memory are taken


def test_a_preparation_that_runs_out_of_memory_beside_trials_is_repeated_without_them(
    store: Store,
) -> None:
    running = Running(store, cores=8, devices=("0", "1"))
    running.launch_prepared(large("a", seeds=1), trial_mb=100.0)
    running.launch(large("b"))
    running.report("b", OUT_OF_MEMORY, JobKind.PREPARATION)
    assert running.prepared_on("b") == ["0"]
    assert {trial.state for trial in store.trials("b")} == {TrialState.QUEUED}
    assert [request.accelerator for request in running.ran("a")] == ["1", "0"]
    running.report("a-0", FINISHED)
    assert running.prepared_on("b") == ["0", "1"]
    running.report("b", OUT_OF_MEMORY, JobKind.PREPARATION)
    assert {(trial.state, trial.reason) for trial in store.trials("b")} == {
        (TrialState.FAILED, OUT_OF_MEMORY.reason)
    }


def test_what_a_process_takes_of_an_accelerator_is_measured_once(store: Store) -> None:
    running = Running(store, cores=8, devices=("0",))
    running.launch(large("a"))
    measured = Preparation(done=True, trial_mb=1_940.0, context_mb=700.0, free_mb=79_000.0)
    running.report("a", Prepared(preparation=measured), JobKind.PREPARATION)
    running.report("a", FINISHED, JobKind.PREPARATION)
    running.launch(large("b"))
    assert [request.context_mb for request in running.sent if isinstance(request, Prepare)] == [
        None,
        700.0,
    ]


NODE_DIED = JobEnded(
    state=TrialState.LOST, reason="its process has gone with its node", node_died=True
)


def test_a_trial_whose_node_has_died_is_queued_again_before_all_others(running: Running) -> None:
    running.launch(comparison(seeds=3))
    running.report("c-0", NODE_DIED)
    assert [request.trial_id for request in running.ran()] == ["c-0", "c-1", "c-0-2"]
    for key in ("c-1", "c-0-2", "c-2", "c-3", "c-4", "c-5"):
        running.report(key, FINISHED)
    assert running.states() == [TrialState.FINISHED] * 6
    assert [trial.attempt for trial in running.store.trials("c")] == [2, 1, 1, 1, 1, 1]
    assert running.dispatcher.idle


def test_a_trial_that_has_lost_three_nodes_is_lost(running: Running) -> None:
    running.launch(comparison(seeds=1))
    for key in ("c-0", "c-0-2", "c-0-3"):
        running.report(key, NODE_DIED)
    running.report("c-1", FINISHED)
    assert running.states() == [TrialState.LOST, TrialState.FINISHED]
    assert len(running.ran()) == 4
    assert running.dispatcher.idle


def test_a_crash_is_not_repeated(running: Running) -> None:
    running.launch(comparison(seeds=1))
    running.report("c-0", JobEnded(state=TrialState.FAILED, reason="its process has crashed"))
    running.report("c-1", FINISHED)
    assert running.states() == [TrialState.FAILED, TrialState.FINISHED]
    assert running.dispatcher.idle


def test_a_preparation_whose_node_has_died_begins_anew(running: Running) -> None:
    searched = comparison("a", seeds=1)
    running.launch(replace(searched, settings=replace(searched.settings, learning_rate=None)))
    running.report("a", NODE_DIED, JobKind.PREPARATION)
    assert len(running.prepared_on("a")) == 2
    measured = Preparation(done=True, learning_rate=0.1, trial_mb=1.0, free_mb=9.0)
    running.report("a", Prepared(preparation=measured), JobKind.PREPARATION)
    assert running.states("a") == [TrialState.RUNNING] * 2


def test_trials_spread_over_the_cores_of_all_nodes_and_none_takes_more_than_a_node_has(
    store: Store,
) -> None:
    running = Running(store, cores=1)
    running.dispatcher.set_capacity(Capacity(cores=8, node_cores=2, nodes=4))
    running.launch(comparison(seeds=1))
    assert [request.threads for request in running.ran()] == [2, 2]


def test_where_a_node_has_gone_fewer_run_side_by_side(store: Store) -> None:
    running = Running(store, cores=1)
    running.dispatcher.set_capacity(Capacity(cores=4, node_cores=2, nodes=2))
    running.launch(comparison(seeds=4))
    assert len(running.ran()) == 4
    running.dispatcher.set_capacity(Capacity(cores=2, node_cores=2))
    running.report("c-0", NODE_DIED)
    running.report("c-1", NODE_DIED)
    assert len(running.ran()) == 4
    running.report("c-2", FINISHED)
    assert [request.trial_id for request in running.ran()][4:] == ["c-1-2"]


def test_a_trial_is_given_the_share_of_a_node_s_accelerator_that_it_was_measured_to_need(
    store: Store,
) -> None:
    running = Running(store, cores=1)
    running.dispatcher.set_capacity(Capacity(cores=16, node_cores=8, accelerators=2, nodes=2))
    running.launch_prepared(large(), trial_mb=300.0)
    assert [request.accelerator_share for request in running.ran()] == [0.5] * 4
    running.launch(comparison("digits"))
    assert {request.accelerator_share for request in running.ran("digits")} == {1.0}
