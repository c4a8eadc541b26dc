"""Faults while trials run: each is real, ends the trial that it hits, and spares the others.

So where each trial has a process of its own, and where workers stay for the next one.
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

from lossviz.errors import InvalidInput
from lossviz.experiments.memory_needs import IDLE_S
from lossviz.experiments.records import Comparison, RateSearch, Trial, TrialState
from tests.support.engine_harness import (
    MODES,
    STARTING_S,
    EngineHarness,
    alive,
    engine_harness,
    local_engine,
)
from tests.support.lengths import light_first
from tests.support.waiting import wait_until

LOSSES = ["cross_entropy", "dot_product", "inverse"]
LOCKED_S = 6.0  # SQLite's driver alone would give up after 5
pytestmark = pytest.mark.slow


only_forked = pytest.mark.parametrize("harness", MODES[:1], indirect=True)


@pytest.fixture(scope="module", params=light_first(*MODES))
def harness(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[EngineHarness]:
    folder = tmp_path_factory.mktemp("faults")
    with engine_harness(folder, local_engine(request.param)) as harness:
        yield harness


def results_of(harness: EngineHarness, comparison: Comparison) -> list[tuple]:
    """What each trial's last attempt came to, by position: error rates, losses and fingerprints."""
    rows = harness.store.epochs(comparison.id)[0]
    fingerprints = harness.store.fingerprints(comparison.id)
    return [
        (
            [
                (row.phase, row.error_rate, row.valid_loss, row.train_loss)
                for trial_id, row in rows
                if trial_id == trial.id
            ],
            fingerprints[trial.id],
        )
        for trial in harness.trials(comparison)
    ]


@pytest.mark.heavy
@only_forked  # it is the engine that waits
def test_a_database_that_is_locked_for_6_s_delays_what_is_reported_and_loses_nothing(
    harness: EngineHarness,
) -> None:
    comparison = harness.launch(LOSSES)
    harness.wait_for(comparison, 1, TrialState.RUNNING)
    with closing(sqlite3.connect(harness.store.path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        before = harness.store.epochs(comparison.id)
        threading.Event().wait(LOCKED_S)
        # reading goes on, and nothing was written
        assert harness.store.epochs(comparison.id) == before
        other.execute("ROLLBACK")
    harness.wait_for_end(comparison)
    assert harness.engine.failure == ""
    assert [trial.state for trial in harness.trials(comparison)] == [TrialState.FINISHED] * 3
    assert [[phase for phase, *_ in rows] for rows, _ in results_of(harness, comparison)] == [
        ["frozen", "unfrozen"]
    ] * 3


@only_forked  # test_contract and test_used_workers have one end so in a worker that stays
def test_a_loss_that_is_no_number_ends_its_trial_as_diverged_and_says_where(
    harness: EngineHarness,
) -> None:
    comparison = harness.launch(["p**-60", "inverse"])
    harness.wait_for_end(comparison)
    diverged, other = harness.trials(comparison)
    assert (diverged.state, other.state) == (TrialState.DIVERGED, TrialState.FINISHED)
    assert "batch 1 of epoch 1" in diverged.reason
    assert "use a lower learning rate" in diverged.reason
    assert harness.engine.run_again(comparison) == 0  # it would give the same numbers


@only_forked  # what a failure does to a worker that stays, test_staying_workers shows
def test_a_loss_that_this_version_refuses_fails_its_trial_with_the_reason_and_the_others_finish(
    harness: EngineHarness,
) -> None:
    planned = harness.launch(["inverse", "dot_product"])
    harness.engine.stop(trial.id for trial in planned.trials())
    stored = replace(planned, id="of-another-version", losses=("inverse", "no_such_loss", "q("))
    harness.store.add_comparison(stored)
    for trial in stored.trials():
        harness.store.move(trial.id, TrialState.CANCELLED, now=0.0)
    assert harness.engine.run_again(stored) == 3
    harness.wait_for_end(stored)
    finished, unknown, unreadable = harness.trials(stored)
    assert finished.state is TrialState.FINISHED
    assert unknown.state is unreadable.state is TrialState.FAILED
    assert "no_such_loss" in unknown.reason
    assert "never closed" in unreadable.reason


@pytest.mark.heavy
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits another process's memory")
def test_a_trial_without_memory_fails_with_advice_the_others_go_on_and_fewer_run_side_by_side(
    harness: EngineHarness,
) -> None:
    comparison = harness.launch(
        ["cross_entropy", "inverse", "dot_product"],
        network="resnet18",
        pretrained=False,
        image_size=16,
        frozen_epochs=2,
    )
    harness.wait_for(comparison, 2, TrialState.RUNNING)
    measured = harness.store.preparation(comparison.id)
    assert measured.at_once == 2
    assert 0 < measured.trial_mb < measured.free_mb
    process = of_trial(harness)
    limit = process.memory_info().vms
    # what all layers need to learn, 130 MB, is not there even if it comes late
    process.rlimit(psutil.RLIMIT_AS, (limit, limit))
    harness.wait_for_end(comparison)
    (failed,) = harness.trials(comparison, TrialState.FAILED)
    assert "memory" in failed.reason
    assert "smaller batch or image size" in failed.reason
    beside, after = harness.trials(comparison, TrialState.FINISHED)
    assert after.started_at >= beside.ended_at
    ready = harness.store.preparation(comparison.id)
    assert (ready.at_once, ready.fit_in_memory) == (1, 1)
    assert ready.notes == ("An out-of-memory ended a trial; since then one trial runs at a time.",)


@pytest.mark.heavy
@only_forked  # a worker that stays takes the third one
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits another process's files")
def test_a_trial_whose_process_cannot_be_started_fails_and_the_others_finish(
    harness: EngineHarness,
) -> None:
    comparison = harness.launch(LOSSES, unfrozen_epochs=5)  # neither ends by itself before
    harness.wait_for(comparison, 2, TrialState.RUNNING)
    wait_until(
        lambda: len(harness.trial_processes()) == 2, within_s=STARTING_S, what="their processes"
    )
    host = psutil.Process(harness.host_pid)
    most = host.rlimit(psutil.RLIMIT_NOFILE)
    # it can wait for the five connections that it has, and open no six new ones
    host.rlimit(psutil.RLIMIT_NOFILE, (6, most[1]))
    harness.wait_for_end(comparison)
    first, second, refused = harness.trials(comparison)
    assert first.state is second.state is TrialState.FINISHED
    assert refused.state is TrialState.FAILED
    assert "could not be started ([Errno 24] Too many open files), in 5 attempts" in refused.reason
    assert harness.host_pid == host.pid
    host.rlimit(psutil.RLIMIT_NOFILE, most)


def of_trial(harness: EngineHarness) -> psutil.Process:
    """The process of a trial that runs; others may wait for one."""
    busy: list[psutil.Process] = []

    def found() -> bool:
        before = {process: used_s(process) for process in harness.trial_processes()}
        threading.Event().wait(0.1)
        busy[:] = [process for process, seconds in before.items() if used_s(process) > seconds]
        return bool(busy)

    wait_until(found, within_s=STARTING_S, what="the trial's process")
    return busy[0]


def used_s(process: psutil.Process) -> float:
    """Seconds of a core that it has used; 0 where it has ended."""
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    return float(times.user + times.system)


def stopped(harness: EngineHarness, trial: Trial) -> float:
    """Stop a trial and return the seconds until it is cancelled."""
    harness.engine.stop([trial.id])

    def cancelled() -> bool:
        return any(
            other.id == trial.id and other.state is TrialState.CANCELLED
            for other in harness.store.trials(trial.comparison_id)
        )

    return wait_until(cancelled, within_s=30, what="the trial is cancelled")


@pytest.mark.alone
@only_forked  # test_contract stops one in a worker that stays
@pytest.mark.parametrize("phase", ["frozen", "unfrozen"])
def test_a_trial_stops_in_each_phase_within_3_s(harness: EngineHarness, phase: str) -> None:
    frozen = 20 if phase == "frozen" else 1
    comparison = harness.launch(["inverse"], frozen_epochs=frozen, unfrozen_epochs=20)
    wait_until(
        lambda: len(harness.store.epochs(comparison.id)[0]) >= 2,
        within_s=STARTING_S,
        what="two epochs",
    )
    assert stopped(harness, comparison.trials()[0]) < 3
    assert harness.store.epochs(comparison.id)[0][-1][1].phase == phase
    (trial,) = harness.trials(comparison)
    assert trial.reason == "stopped by request"
    assert trial.ended_at is not None


@pytest.mark.alone
def test_a_comparison_stops_while_it_is_prepared_and_while_it_waits_within_3_s(
    harness: EngineHarness,
) -> None:
    # 100 batches, which take seconds
    slow = {"network": "resnet18", "pretrained": False, "image_size": 32, "learning_rate": None}
    prepared, waiting = harness.launch(["inverse"], **slow), harness.launch(["inverse"], **slow)
    wait_until(
        lambda: "rate" in harness.store.preparation(prepared.id).stage,
        within_s=STARTING_S,
        what="the search for a learning rate",
    )
    process = of_trial(harness)
    assert stopped(harness, waiting.trials()[0]) < 3
    assert stopped(harness, prepared.trials()[0]) < 3
    wait_until(lambda: not alive([process]), within_s=3, what="what prepared has ended")
    wait_until(
        lambda: not harness.store.preparation(prepared.id).stage,
        within_s=3,
        what="it is no longer said to be prepared",
    )
    after = harness.launch(["inverse"])
    harness.wait_for(after, 1, TrialState.FINISHED)


@pytest.mark.alone
def test_a_trial_that_does_not_respond_is_killed_and_ends_as_cancelled(
    harness: EngineHarness,
) -> None:
    comparison = harness.launch(["inverse"], unfrozen_epochs=20)
    wait_until(lambda: harness.store.epochs(comparison.id)[0], within_s=STARTING_S, what="an epoch")
    process = of_trial(harness)
    process.send_signal(signal.SIGSTOP)
    assert stopped(harness, comparison.trials()[0]) < 7
    assert not alive([process])


@pytest.mark.heavy
def test_what_was_interrupted_gives_when_run_again_the_numbers_of_an_undisturbed_comparison(
    harness: EngineHarness,
) -> None:
    undisturbed = harness.launch(LOSSES, unfrozen_epochs=4)  # so that not all end before the kill
    harness.wait_for_end(undisturbed)
    interrupted = harness.launch(LOSSES, unfrozen_epochs=4)
    # so that one stays as it is, two run, or one runs and has reported an epoch
    harness.wait_for(interrupted, 1, TrialState.FINISHED)
    wait_until(
        lambda: len(harness.store.epochs(interrupted.id)[0]) >= 6,
        within_s=STARTING_S,
        what="an epoch of one that has not finished",
    )
    psutil.Process(harness.host_pid).kill()
    harness.wait_for_end(interrupted)
    before = harness.store.epochs(interrupted.id)[0]
    lost = harness.trials(interrupted, TrialState.LOST)
    assert lost
    assert harness.engine.run_again(interrupted) == len(lost)
    harness.wait_for_end(interrupted)
    assert [trial.state for trial in harness.trials(interrupted)] == [TrialState.FINISHED] * 3
    assert sorted(trial.attempt for trial in harness.trials(interrupted)) == sorted(
        [1] * (3 - len(lost)) + [2] * len(lost)
    )
    assert results_of(harness, interrupted) == results_of(harness, undisturbed)
    assert harness.store.epochs(interrupted.id)[0][: len(before)] == before
    assert harness.engine.run_again(interrupted) == 0


@only_forked  # the engine searches
def test_a_loss_is_judged_at_the_rate_that_its_search_chose_and_so_are_added_seeds(
    harness: EngineHarness,
) -> None:
    # so that the best rate lies inside: with 0.01 and 1 the error is twice as high and more
    search = RateSearch(factors=(0.1, 1.0, 10.0), seeds=(1000,))
    comparison = harness.launch(["cross_entropy"], rate_search=search, learning_rate=0.1)
    harness.wait_for_end(comparison)
    tried = harness.store.search_trials(comparison.id)
    assert [trial.learning_rate for trial in tried] == [0.01, 0.1, 1.0]
    assert {(trial.seed, trial.state) for trial in tried} == {(1000, TrialState.FINISHED)}
    grown = harness.engine.add_seeds(comparison, 1)
    with pytest.raises(InvalidInput, match="when all trials have ended"):
        harness.engine.add_seeds(comparison, 1)
    harness.wait_for_end(grown)
    judged = harness.trials(grown)
    assert [(trial.seed, trial.learning_rate) for trial in judged] == [(0, 0.1), (1, 0.1)]
    assert {trial.state for trial in judged} == {TrialState.FINISHED}
    assert harness.store.comparison(comparison.id) == grown
    assert grown.plan == comparison.plan
    for trial in judged:
        rates = [
            batch.learning_rate
            for trial_id, batch in harness.store.batches(comparison.id)[0]
            if trial_id == trial.id
        ]
        assert 0.05 < max(rates) <= 0.1  # fine_tune's cycle peaks at the base rate
    assert harness.engine.place(comparison.id) is None


@pytest.mark.heavy
@pytest.mark.alone
@pytest.mark.parametrize("mode", MODES)
def test_a_host_that_hangs_is_killed_when_the_engine_ends(
    tmp_path_factory: pytest.TempPathFactory, mode: str
) -> None:
    with engine_harness(tmp_path_factory.mktemp("hangs"), local_engine(mode)) as harness:
        comparison = harness.launch(LOSSES)
        harness.wait_for(comparison, 2, TrialState.RUNNING)
        host = psutil.Process(harness.host_pid)
        hanging = [host, *harness.trial_processes()]
        host.send_signal(signal.SIGSTOP)
        harness.engine.close()
        wait_until(lambda: not alive(hanging), within_s=3, what="no process is left")
        assert all(trial.state.ended for trial in harness.trials(comparison))


@pytest.mark.heavy
@only_forked  # its workers end with it
def test_a_host_without_jobs_ends_after_10_minutes_and_comes_back_with_the_next_trial(
    harness: EngineHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert IDLE_S == 600
    monkeypatch.setattr(harness.engine._supervisor, "_idle_s", 0.5)
    first = harness.launch(["inverse"])
    wait_until(lambda: harness.host_pid, within_s=STARTING_S, what="a host")
    host = psutil.Process(harness.host_pid)
    harness.wait_for(first, 1, TrialState.FINISHED)
    wait_until(lambda: not alive([host]), within_s=30, what="the idle host has ended by itself")
    wait_until(lambda: harness.host_pid is None, within_s=30, what="the engine knows")
    again = harness.launch(["inverse"])
    harness.wait_for(again, 1, TrialState.FINISHED)
