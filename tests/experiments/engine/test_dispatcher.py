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
    EpochEnded,
    JobEnded,
    JobEvent,
    JobId,
    JobKind,
    JobReport,
    PreparationProgress,
    Prepare,
    PreviewReady,
    Request,
    RunTrial,
    Stop,
    TrialOrigin,
)
from lossviz.experiments.engine.scheduling import QueuedTrial
from lossviz.experiments.records import BatchLoss, Comparison, TrialState
from lossviz.experiments.store.store import Store
from tests.support.records import comparison, metrics

NOT_UTF_8 = "images of caf\udce9"
BATCH = BatchLoss(at=0.5, loss=1.0, learning_rate=0.1)


class Running:
    """A dispatcher on a real store, and what it sends to a host."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.dispatcher = Dispatcher(store, cores=2, clock=lambda: 1.0)
        self.sent: list[Request] = []

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
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    # pytest would keep the error, and all that it holds open
    monkeypatch.setattr(logging.getLogger("lossviz"), "disabled", True)
    with closing(Store(f"sqlite:///{tmp_path / 'lossviz.sqlite'}")) as store:
        yield Running(store)


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
    assert "cannot be stored" in failed.reason or "an error of lossviz" in failed.reason
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
