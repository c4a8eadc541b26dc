"""What else may go wrong while trials run: each fault is real, ends the trial that it hits in a
named state, and leaves the others alone.
"""

import signal
import sqlite3
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import psutil
import pytest

from lossviz.experiments.engine import local
from lossviz.experiments.records import Comparison, Trial, TrialState
from tests.support.engine_fixture import METHODS, STARTING_S, Bench, alive, bench_of
from tests.support.waiting import wait_until

LOSSES = ["cross_entropy", "dot_product", "inverse"]
LOCKED_S = 10.0
pytestmark = [pytest.mark.slow, pytest.mark.alone]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    with bench_of(METHODS[0], tmp_path_factory.mktemp("faults")) as bench:
        yield bench


def results_of(bench: Bench, comparison: Comparison) -> list[tuple]:
    """What each trial's last attempt came to, by position: error rates, losses and fingerprints."""
    rows, told = bench.store.epochs(comparison.id)[0], bench.store.fingerprints(comparison.id)
    return [
        (
            [
                (row.phase, row.error_rate, row.valid_loss, row.train_loss)
                for trial_id, row in rows
                if trial_id == trial.id
            ],
            told[trial.id],
        )
        for trial in bench.trials(comparison)
    ]


def test_a_database_that_is_locked_for_10_s_delays_what_is_told_and_loses_nothing(
    bench: Bench,
) -> None:
    comparison = bench.launch(LOSSES)
    bench.wait_for(comparison, 1, TrialState.RUNNING)
    with closing(sqlite3.connect(bench.store.path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        before = bench.store.epochs(comparison.id)
        threading.Event().wait(LOCKED_S)
        # reading goes on, and nobody has written
        assert bench.store.epochs(comparison.id) == before
        other.execute("ROLLBACK")
    bench.wait_for_end(comparison)
    assert bench.engine.trouble == ""
    assert [trial.state for trial in bench.trials(comparison)] == [TrialState.FINISHED] * 3
    assert [[phase for phase, *_ in rows] for rows, _ in results_of(bench, comparison)] == [
        ["frozen", "unfrozen"]
    ] * 3


def test_a_loss_that_is_no_number_ends_its_trial_as_diverged_and_says_where(bench: Bench) -> None:
    comparison = bench.launch(["p**-60", "inverse"])
    bench.wait_for_end(comparison)
    diverged, other = bench.trials(comparison)
    assert (diverged.state, other.state) == (TrialState.DIVERGED, TrialState.FINISHED)
    assert "batch 1 of epoch 1" in diverged.reason
    assert "take a smaller learning rate" in diverged.reason


def test_a_loss_that_this_version_refuses_fails_its_trial_with_the_reason_and_the_others_finish(
    bench: Bench,
) -> None:
    planned = bench.launch(["inverse", "dot_product"])
    bench.engine.stop(trial.id for trial in planned.trials())
    stored = replace(planned, id="of-another-version", losses=("inverse", "no_such_loss", "q("))
    bench.store.add_comparison(stored)
    for trial in stored.trials():
        bench.store.move(trial.id, TrialState.CANCELLED, now=0.0)
    assert bench.engine.run_again(stored) == 3
    bench.wait_for_end(stored)
    finished, unknown, unreadable = bench.trials(stored)
    assert finished.state is TrialState.FINISHED
    assert unknown.state is unreadable.state is TrialState.FAILED
    assert "no_such_loss" in unknown.reason
    assert "not closed" in unreadable.reason


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits another process's memory")
def test_a_trial_without_memory_fails_says_so_with_advice_and_the_other_goes_on(
    bench: Bench,
) -> None:
    comparison = bench.launch(
        ["cross_entropy", "inverse"],
        network="resnet18",
        pretrained=False,
        image_size=16,
        frozen_epochs=2,
    )
    bench.wait_for(comparison, 2, TrialState.RUNNING)
    process = of_trial(bench, 0)
    limit = process.memory_info().vms
    # what all layers need to learn, 130 MB, is not there even if it comes late
    process.rlimit(psutil.RLIMIT_AS, (limit, limit))
    bench.wait_for_end(comparison)
    (failed,) = bench.trials(comparison, TrialState.FAILED)
    assert "memory" in failed.reason
    assert "smaller batch or image size" in failed.reason
    assert len(bench.trials(comparison, TrialState.FINISHED)) == 1


def of_trial(bench: Bench, position: int) -> psutil.Process:
    """The process of a trial that has just begun."""
    wait_until(
        lambda: len(bench.trial_processes()) > position,
        within_s=STARTING_S,
        what="the trial's process",
    )
    return bench.trial_processes()[position]


def stopped(bench: Bench, trial: Trial) -> float:
    """Stop a trial and return the seconds until it is cancelled."""
    bench.engine.stop([trial.id])

    def cancelled() -> bool:
        return any(
            other.id == trial.id and other.state is TrialState.CANCELLED
            for other in bench.store.trials(trial.comparison_id)
        )

    return wait_until(cancelled, within_s=30, what="the trial is cancelled")


@pytest.mark.parametrize("phase", ["frozen", "unfrozen"])
def test_a_trial_stops_in_each_phase_within_3_s(bench: Bench, phase: str) -> None:
    frozen = 20 if phase == "frozen" else 1
    comparison = bench.launch(["inverse"], frozen_epochs=frozen, unfrozen_epochs=20)
    wait_until(
        lambda: len(bench.store.epochs(comparison.id)[0]) >= 2,
        within_s=STARTING_S,
        what="two epochs",
    )
    assert stopped(bench, comparison.trials()[0]) < 3
    assert bench.store.epochs(comparison.id)[0][-1][1].phase == phase
    (trial,) = bench.trials(comparison)
    assert trial.reason == "stopped by request"
    assert trial.ended_at is not None


def test_a_comparison_stops_while_it_is_prepared_and_while_it_waits_within_3_s(
    bench: Bench,
) -> None:
    # 100 batches, which take seconds
    slow = {"network": "resnet18", "pretrained": False, "image_size": 32, "learning_rate": None}
    prepared, waiting = bench.launch(["inverse"], **slow), bench.launch(["inverse"], **slow)
    wait_until(
        lambda: "rate" in bench.store.preparation(prepared.id).stage,
        within_s=STARTING_S,
        what="a learning rate is looked for",
    )
    assert stopped(bench, waiting.trials()[0]) < 3
    assert stopped(bench, prepared.trials()[0]) < 3
    wait_until(lambda: not bench.trial_processes(), within_s=3, what="what prepared has ended")
    wait_until(
        lambda: not bench.store.preparation(prepared.id).stage,
        within_s=3,
        what="it is no longer said to be prepared",
    )
    after = bench.launch(["inverse"])
    bench.wait_for(after, 1, TrialState.FINISHED)


def test_a_trial_that_does_not_hear_is_killed_and_ends_as_cancelled(bench: Bench) -> None:
    comparison = bench.launch(["inverse"], unfrozen_epochs=20)
    wait_until(lambda: bench.store.epochs(comparison.id)[0], within_s=STARTING_S, what="an epoch")
    process = of_trial(bench, 0)
    process.send_signal(signal.SIGSTOP)
    assert stopped(bench, comparison.trials()[0]) < 7
    assert not alive([process])


def test_what_was_interrupted_gives_when_run_again_the_numbers_of_an_undisturbed_comparison(
    bench: Bench,
) -> None:
    undisturbed = bench.launch(LOSSES)
    bench.wait_for_end(undisturbed)
    interrupted = bench.launch(LOSSES)
    # so that one stays as it is, two run, or one runs and has told of an epoch
    bench.wait_for(interrupted, 1, TrialState.FINISHED)
    wait_until(
        lambda: len(bench.store.epochs(interrupted.id)[0]) >= 3,
        within_s=STARTING_S,
        what="an epoch of one that has not finished",
    )
    psutil.Process(bench.engine.host_pid).kill()
    bench.wait_for_end(interrupted)
    before = bench.store.epochs(interrupted.id)[0]
    lost = bench.trials(interrupted, TrialState.LOST)
    assert lost
    assert bench.engine.run_again(interrupted) == len(lost)
    bench.wait_for_end(interrupted)
    assert [trial.state for trial in bench.trials(interrupted)] == [TrialState.FINISHED] * 3
    assert sorted(trial.attempt for trial in bench.trials(interrupted)) == sorted(
        [1] * (3 - len(lost)) + [2] * len(lost)
    )
    assert results_of(bench, interrupted) == results_of(bench, undisturbed)
    assert bench.store.epochs(interrupted.id)[0][: len(before)] == before
    assert bench.engine.run_again(interrupted) == 0


def test_a_host_that_hangs_is_killed_when_the_engine_ends(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with bench_of(METHODS[0], tmp_path_factory.mktemp("hangs")) as bench:
        comparison = bench.launch(LOSSES)
        bench.wait_for(comparison, 2, TrialState.RUNNING)
        host = psutil.Process(bench.engine.host_pid)
        hanging = [host, *bench.trial_processes()]
        host.send_signal(signal.SIGSTOP)
        bench.engine.close()
        wait_until(lambda: not alive(hanging), within_s=3, what="no process is left")
        assert all(trial.state.ended for trial in bench.trials(comparison))


def test_a_host_without_work_leaves_after_10_minutes_and_comes_back_with_the_next_trial(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert local._IDLE_S == 600
    monkeypatch.setattr(local, "_IDLE_S", 0.5)
    first = bench.launch(["inverse"])
    wait_until(lambda: bench.engine.host_pid, within_s=STARTING_S, what="a host")
    host = psutil.Process(bench.engine.host_pid)
    bench.wait_for(first, 1, TrialState.FINISHED)
    wait_until(lambda: not alive([host]), within_s=5, what="the idle host has ended by itself")
    wait_until(lambda: bench.engine.host_pid is None, within_s=5, what="the engine knows")
    again = bench.launch(["inverse"])
    bench.wait_for(again, 1, TrialState.FINISHED)
