"""A worker that stays does the next job as a fresh one would, or is replaced; no job is lost.

Each is a real process; what its jobs do stands in ``tests.support.jobs``.
"""

import signal
import sys
from collections.abc import Iterator
from contextlib import closing
from multiprocessing import forkserver, get_context

import psutil
import pytest

from lossviz.experiments.engine.messages import JobEnded, JobReceived, JobReport, Stop
from lossviz.experiments.records import TrialState
from lossviz.training import host, worker_process
from tests.support import jobs
from tests.support.lengths import light_first
from tests.support.running_host import PATIENCE_S, RunningHost, trial
from tests.support.waiting import wait_until

METHOD = host.accelerator_context().get_start_method()
pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="signals"),
    pytest.mark.usefixtures("forking_server"),
]


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningHost]:
    monkeypatch.setattr(worker_process, "run_jobs", jobs.run_on_real_loop)
    monkeypatch.setattr(worker_process, "_GRACE_S", 0.3)
    with closing(RunningHost(METHOD)) as running:
        yield running


def does(running: RunningHost, what: str) -> tuple[int, JobEnded]:
    """The process that did this, and how that ended."""
    job = running.start(what)
    pid = running.begun_by()
    ended, end = running.next_end()
    assert ended == job
    return pid, end


def finishes(running: RunningHost) -> int:
    """The process that did a job which ends well."""
    pid, end = does(running, "finish")
    assert end == JobEnded(state=TrialState.FINISHED, reason="")
    return pid


# what a job does → whether its worker does the next one
DEEDS = {
    "fail": False,
    "finish": True,
    "diverge": True,
    "hold_little": True,
    "warn": True,
    "run_out_of_memory": False,
    "leave_process": False,
    "leave_autocast": False,
}


@pytest.mark.parametrize("deed", light_first(*DEEDS))
def test_a_worker_stays_only_where_its_job_left_it_as_it_was(
    running: RunningHost, deed: str
) -> None:
    first = finishes(running)
    assert does(running, deed)[0] == first
    assert (finishes(running) == first) == DEEDS[deed]


def test_a_worker_whose_memory_grew_is_replaced_and_the_next_jobs_are_done(
    running: RunningHost,
) -> None:
    first = finishes(running)
    assert does(running, "hold_memory")[0] == first
    second = finishes(running)
    assert second != first
    assert finishes(running) == second


def test_a_stop_replaces_the_worker(running: RunningHost) -> None:
    first = finishes(running)
    job = running.start("wait_for_stop")
    assert running.begun_by() == first
    running.channel.send(Stop(job=job))
    ended, end = running.next_end()
    assert (ended, end.state) == (job, TrialState.CANCELLED)
    assert finishes(running) != first


def test_a_kill_fails_the_job_alone_and_replaces_the_worker(running: RunningHost) -> None:
    first = finishes(running)
    job = running.start("wait_for_stop")
    psutil.Process(running.begun_by()).kill()
    ended, end = running.next_end()
    assert (ended, end.state) == (job, TrialState.FAILED)
    assert end.reason.startswith("its process was ended by SIGKILL")
    assert finishes(running) != first


@pytest.mark.skipif(METHOD != "forkserver", reason="workers are not forked")
def test_a_kill_of_what_workers_are_forked_from_fails_their_jobs_and_the_next_one_is_done(
    running: RunningHost,
) -> None:
    job = running.start("wait_for_stop")
    psutil.Process(psutil.Process(running.begun_by()).ppid()).kill()
    ended, end = running.next_end()
    assert (ended, end.state) == (job, TrialState.FAILED)
    assert end.reason == "its process ended with the process that it was forked from"
    forkserver.ensure_running()  # in this thread
    finishes(running)


def test_a_job_that_its_worker_had_not_read_when_it_died_is_done_by_another(
    running: RunningHost,
) -> None:
    first = psutil.Process(finishes(running))
    first.send_signal(signal.SIGSTOP)  # so that it does not read
    job = running.start("finish")
    wait_until(
        lambda: any(worker.job for worker in running.host._workers),
        within_s=PATIENCE_S,
        what="the job is the stopped worker's",
    )
    first.kill()
    assert running.begun_by() != first.pid
    ended, end = running.next_end()
    assert (ended, end.state) == (job, TrialState.FINISHED)


def test_where_memory_has_run_out_workers_without_jobs_end(running: RunningHost) -> None:
    job = running.start("run_out_of_memory_when_stopped")
    running.begun_by()
    waiting = finishes(running)
    assert finishes(running) == waiting
    running.channel.send(Stop(job=job))
    ended, end = running.next_end()
    assert (ended, end.out_of_memory) == (job, True)
    wait_until(lambda: not psutil.pid_exists(waiting), within_s=PATIENCE_S, what="it has ended")
    assert finishes(running) != waiting


def test_a_worker_ends_when_it_had_no_job_for_five_minutes(
    running: RunningHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert host.IDLE_S == 300
    monkeypatch.setattr(host, "IDLE_S", 0.1)
    waiting = finishes(running)
    wait_until(lambda: not psutil.pid_exists(waiting), within_s=PATIENCE_S, what="it has ended")
    assert finishes(running) != waiting


def test_each_job_comes_with_the_lines_of_its_own_and_a_warning_is_given_in_each(
    running: RunningHost,
) -> None:
    (first, end), (second, again) = does(running, "warn"), does(running, "warn")
    assert first == second
    assert end.stderr == again.stderr
    assert end.stderr.count("UserWarning") == 1
    finishes(running)  # without a line


def test_a_stop_that_comes_when_its_job_has_ended_does_not_stop_the_next_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worker_process, "run_jobs", jobs.run_on_real_loop)
    worker = worker_process.start_worker(get_context(METHOD), "")

    def next_report() -> object:
        assert worker.channel.connection.poll(PATIENCE_S)
        return worker.channel.receive()

    first, second = trial("finish"), trial("wait_for_stop")
    worker.assign(first)
    assert next_report() == JobReceived(job=first.job)
    next_report()
    finished = JobEnded(state=TrialState.FINISHED, reason="")
    assert next_report() == JobReport(job=first.job, event=finished)
    worker.channel.send(Stop(job=first.job))
    worker.assign(second)
    assert next_report() == JobReceived(job=second.job)
    next_report()
    worker.channel.send(Stop(job=first.job))
    assert not worker.channel.connection.poll(0.2)  # it waits on
    worker.channel.send(Stop(job=second.job))
    report = next_report()
    assert isinstance(report, JobReport)
    assert report.job == second.job
    worker.close()
