"""The host: a job's process that goes wrong, however it does, ends its own job and no other, with
what is known of the cause and nothing guessed. Each job is a real process.
"""

import errno
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import NoReturn

import pytest

from lossviz.experiments.engine.channel import encode
from lossviz.experiments.engine.messages import JobEnded, JobId, JobKind, Stop
from lossviz.experiments.records import TrialState
from lossviz.training import host, worker_process
from tests.support import jobs
from tests.support.engine_harness import METHODS
from tests.support.running_host import RunningHost, trial

pytestmark = [
    pytest.mark.usefixtures("forking_server"),
    pytest.mark.skipif(sys.platform == "win32", reason="signals"),
    # the host runs in a thread here; what is forked from it only says how it ends
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning"),
]


@pytest.fixture
def running(monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningHost]:
    monkeypatch.setattr(worker_process, "run_jobs", jobs.run_named)
    monkeypatch.setattr(worker_process, "_GRACE_S", 0.3)
    monkeypatch.setattr(host, "warm_up_for", lambda _: None)
    with closing(RunningHost(METHODS[0])) as running:
        yield running


# how a job's process goes wrong → what is said of it, and what is not
DEATHS = {
    "exit_with_3": r"^its process ended with code 3; the last .*stderr: \\xffthe last line$",
    "kill_itself": "^its process was ended by SIGKILL: out of memory is one cause",
    "abort_for_memory": r"SIGABRT: out of memory \(.*std::bad_alloc\)",
    "crash": "^its process was ended by SIGSEGV$",
    "close_connection_and_stay": "^its process closed its connection without a report$",
    "send_garbage": r"could not be understood \(UnpicklingError",
    "send_message_of_another_version": (
        r"could not be understood \(KeyError: 'Unheard'\); it may be of another version"
    ),
}


@pytest.mark.parametrize("death", DEATHS)
def test_a_process_that_goes_wrong_fails_its_own_job_with_what_is_known_of_the_cause(
    running: RunningHost, death: str
) -> None:
    other, failing = running.start("finish_when_asked_to_stop"), running.start(death)
    ended, end = running.next_end()
    assert (ended, end.state) == (failing, TrialState.FAILED)
    assert re.search(DEATHS[death], end.reason)
    assert end.reason.isprintable()
    assert ("memory" in end.reason) == (death in {"kill_itself", "abort_for_memory"})
    running.channel.send(Stop(job=other))
    ended, end = running.next_end()
    assert (ended, end.state, end.stderr) == (other, TrialState.FINISHED, "")


def test_a_process_that_dies_at_an_import_is_explained_by_the_module_that_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(worker_process, "run_jobs", jobs.NeedsMissingModule())
    with closing(RunningHost("spawn")) as running:
        end = running.end_of("anything")
    assert end.reason == (
        "its process ended with code 1; the last line of its stderr: ModuleNotFoundError: No module"
        " named 'no_such_module'"
    )
    assert "Traceback" in end.stderr
    assert end.stderr.endswith("No module named 'no_such_module'")


def test_the_last_lines_that_a_process_wrote_come_with_its_end(
    running: RunningHost, capfd: pytest.CaptureFixture[str]
) -> None:
    assert running.end_of("finish_after_warning").stderr == "a warning"
    assert "a warning" in capfd.readouterr().err  # and are on the terminal too
    endless = running.end_of("write_without_end")
    assert endless.stderr.splitlines() == [f"line {number}" for number in range(19_980, 20_000)]


def refuse(times: int) -> Callable[..., worker_process.WorkerProcess]:
    """Starts a process, but only after so many refusals."""
    refusals = iter(range(times))
    start = worker_process.start_worker

    def start_or_refuse(*arguments: object) -> worker_process.WorkerProcess:
        for _ in refusals:
            raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        return start(*arguments)  # type: ignore[arg-type]

    return start_or_refuse


@pytest.mark.parametrize(("refusals", "state"), [(4, TrialState.FINISHED), (5, TrialState.FAILED)])
def test_a_process_that_the_system_refuses_to_start_is_tried_five_times(
    running: RunningHost, monkeypatch: pytest.MonkeyPatch, refusals: int, state: TrialState
) -> None:
    monkeypatch.setattr(host, "START_RETRIES_S", (0.01, 0.01, 0.01, 0.01))
    monkeypatch.setattr(host, "start_worker", refuse(refusals))
    end = running.end_of("finish")
    assert end.state is state
    assert bool(end.reason) == (state is TrialState.FAILED)
    if end.reason:
        assert "could not be started ([Errno 11] Resource temporarily unavailable)" in end.reason
        assert "in 5 attempts" in end.reason
    monkeypatch.setattr(host, "start_worker", worker_process.start_worker)
    assert running.end_of("finish").state is TrialState.FINISHED  # the host goes on


def test_a_job_that_waits_for_its_process_can_be_stopped(
    running: RunningHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(host, "START_RETRIES_S", (600.0,))
    monkeypatch.setattr(host, "start_worker", refuse(1))
    job = running.start("finish")
    running.channel.send(Stop(job=job))
    assert running.next_end() == (
        job,
        JobEnded(state=TrialState.CANCELLED, reason="stopped by request"),
    )


def test_an_error_of_the_host_in_starting_a_job_fails_that_job(
    running: RunningHost, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def divide(*_: object) -> NoReturn:
        raise ZeroDivisionError("of one job")

    with monkeypatch.context() as patch:
        patch.setattr(host, "start_worker", divide)
        end = running.end_of("finish")
    assert end.reason == "ZeroDivisionError: of one job"
    assert "Traceback" in capsys.readouterr().err
    assert running.end_of("finish").state is TrialState.FINISHED


def test_a_request_of_another_version_fails_its_job(running: RunningHost) -> None:
    request = encode(trial("newer"))
    del request["threads"]
    running.connection.send(request)
    job, end = running.next_end()
    assert job == JobId(kind=JobKind.TRIAL, key="newer")
    assert "KeyError: 'threads'" in end.reason
    assert "restart the app" in end.reason
    assert running.end_of("finish").state is TrialState.FINISHED


def process_and_device(running: RunningHost, accelerator: str) -> tuple[int, str]:
    """The process that did a job, and the accelerators that it saw."""
    pid, device = running.end_of("write_pid_and_devices", accelerator).stderr.split()
    return int(pid), device


def test_a_job_sees_its_own_accelerator_or_none(running: RunningHost) -> None:
    assert process_and_device(running, "GPU-7")[1] == "GPU-7"
    assert process_and_device(running, "")[1] == "-1"
    assert process_and_device(running, "mps")[1] == "-1"  # of NVIDIA's


def test_a_worker_stays_on_its_accelerator_and_one_on_the_processor_does_one_job(
    running: RunningHost,
) -> None:
    first, other = process_and_device(running, "3")[0], process_and_device(running, "4")[0]
    assert first != other
    assert process_and_device(running, "3")[0] == first
    assert process_and_device(running, "4")[0] == other
    assert process_and_device(running, "")[0] != process_and_device(running, "")[0]
