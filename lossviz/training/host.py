"""The warm host: a process that has imported fastai once and starts each job in milliseconds.

Started as ``python -m lossviz.training.host HANDLE METHOD APP_PID``, HANDLE being its end of a
connection to the engine, which carries the messages of ``lossviz.experiments.engine.messages``.

Nothing outlives the app: the host ends when its standard input does, which also happens when the
app is killed; a job's process ends when its host does.
"""

import multiprocessing
import os
import signal
import sys
import time
import traceback
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext
from typing import Any, assert_never

from lossviz.experiments.engine.channel import UndecodableMessage, WorkerChannel
from lossviz.experiments.engine.messages import (
    HostReady,
    Job,
    JobEnded,
    JobId,
    JobReport,
    Prepare,
    PreviewBatch,
    RunTrial,
    Stop,
)
from lossviz.experiments.engine.process_end import OutOfMemoryKills
from lossviz.experiments.engine.resources import START_RETRIES_S
from lossviz.experiments.records import TrialState
from lossviz.training.job_process import JobProcess, start_job_process
from lossviz.training.parent_death import die_with_parent, watch_standard_input
from lossviz.training.warm_up import warm_up, warm_up_for
from lossviz.training.worker import STOPPED, failure_of


@dataclass(slots=True)
class _Postponed:
    """A job whose process the system refused to start.

    Attributes:
        job: The job.
        attempts: How many attempts there were.
        next_at: When the next one is due, on the monotonic clock.
    """

    job: Job
    attempts: int
    next_at: float


class _EngineGoneError(Exception):
    """The connection to the engine has ended."""


class Host:
    """Runs jobs for an engine, each in a process of its own.

    Args:
        engine: The connection to it.
        context: How processes are started.
    """

    def __init__(self, engine: WorkerChannel, context: BaseContext) -> None:
        self._engine, self._context = engine, context
        self._processes: dict[JobId, JobProcess] = {}
        self._postponed: dict[JobId, _Postponed] = {}
        self._kills = OutOfMemoryKills()

    def serve(self) -> None:
        """Handle the engine's requests and pass on what jobs report, until the engine has gone."""
        with suppress(_EngineGoneError):
            while True:
                ready = wait(self._sources(), timeout=self._timeout_s())
                if self._engine.connection in ready:
                    self._handle_request()
                for job, process in list(self._processes.items()):
                    self._attend(job, process, ready)
                self._start_postponed()

    def _sources(self) -> list[Any]:
        processes = self._processes.values()
        return [
            self._engine.connection,
            *(process.channel.connection for process in processes),
            *(process.stderr for process in processes if process.stderr.is_open),
        ]

    def _timeout_s(self) -> float | None:
        """Seconds until something is due though no event comes; None where nothing is."""
        due = [process.next_step_at for process in self._processes.values()]
        due += [postponed.next_at for postponed in self._postponed.values()]
        moments = [moment for moment in due if moment is not None]
        return max(0.0, min(moments) - time.monotonic()) if moments else None

    def _handle_request(self) -> None:
        try:
            request = self._engine.receive()
        except UndecodableMessage as error:
            if error.job is None:
                raise
            self._report_end(error.job, JobEnded(state=TrialState.FAILED, reason=str(error)))
            return
        except (EOFError, OSError):
            raise _EngineGoneError from None
        match request:
            case RunTrial() | Prepare() | PreviewBatch():
                self._start(request, attempts=0)
            case Stop(job=job):
                self._stop(job)
            case _:
                assert_never(request)

    def _start(self, job: Job, *, attempts: int) -> None:
        """Start a job; where its process cannot be started, try again later, and then let the job
        fail. Whatever goes wrong, it is this job's failure and no other's.
        """
        try:
            if self._context.get_start_method() == "fork":
                warm_up_for(job)  # once, here, instead of in each process
            self._start_or_postpone(job, attempts)
        except _EngineGoneError:
            raise
        except Exception as error:
            traceback.print_exc()
            self._report_end(job.job, failure_of(error))

    def _start_or_postpone(self, job: Job, attempts: int) -> None:
        try:
            self._processes[job.job] = start_job_process(self._context, job)
        except OSError as error:
            if attempts < len(START_RETRIES_S):
                next_at = time.monotonic() + START_RETRIES_S[attempts]
                self._postponed[job.job] = _Postponed(job, attempts + 1, next_at)
                return
            reason = (
                f"its process could not be started ({error}), in {attempts + 1} attempts over"
                f" {sum(START_RETRIES_S):g} s; end other programs, or allow this one more"
                " processes, files or memory, then run it again"
            )
            self._report_end(job.job, JobEnded(state=TrialState.FAILED, reason=reason))

    def _start_postponed(self) -> None:
        now = time.monotonic()
        for postponed in [entry for entry in self._postponed.values() if entry.next_at <= now]:
            del self._postponed[postponed.job.job]
            self._start(postponed.job, attempts=postponed.attempts)

    def _stop(self, job: JobId) -> None:
        if job in self._postponed:
            del self._postponed[job]
            self._report_end(job, JobEnded(state=TrialState.CANCELLED, reason=STOPPED))
        elif job in self._processes:
            self._processes[job].stop(job)

    def _attend(self, job: JobId, process: JobProcess, ready: list[Any]) -> None:
        """Do for a job's process what is due: pass on what it says, or take a step to stop it."""
        if process.stderr in ready:
            process.stderr.relay()
        if process.channel.connection in ready:
            self._pass_on(job, process)
        if process.ended:
            process.close()
            del self._processes[job]
        else:
            process.step_if_due()

    def _pass_on(self, job: JobId, process: JobProcess) -> None:
        try:
            report = process.channel.receive()
        except (EOFError, OSError):
            self._report_end(job, process.end_without_report(self._kills))
            process.ended = True
            return
        except UndecodableMessage as error:
            process.process.kill()
            self._report_end(job, JobEnded(state=TrialState.FAILED, reason=str(error)))
            process.ended = True
            return
        if isinstance(report, JobReport) and isinstance(report.event, JobEnded):
            process.ended = True
            process.stderr.relay()
            self._report_end(job, replace(report.event, stderr=process.stderr.text))
        else:
            self._send(report)

    def _report_end(self, job: JobId, end: JobEnded) -> None:
        self._send(JobReport(job=job, event=end))

    def _send(self, report: JobReport | HostReady) -> None:
        try:
            self._engine.send(report)
        except OSError:
            raise _EngineGoneError from None


def _open(handle: int) -> Connection:
    if sys.platform == "win32":
        from multiprocessing.connection import PipeConnection

        return PipeConnection(handle)  # type: ignore[return-value]
    return Connection(handle)


def main(handle: int, method: str, app_pid: int) -> None:
    """Import what jobs need, report that the host is ready, and serve.

    Side effects: starts and ends processes; ends this one when standard input ends.
    """
    die_with_parent(app_pid)
    # Ctrl-C in a terminal reaches this process too; the engine decides
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    watch_standard_input()
    engine = WorkerChannel(_open(handle))
    if method == "fork":
        warm_up()
    else:
        # else the first job would start it, and it would keep that job's standard error
        resource_tracker.ensure_running()
    with suppress(OSError):  # the engine has gone, as the host finds at once
        engine.send(HostReady())
    Host(engine, multiprocessing.get_context(method)).serve()
    os._exit(0)  # without waiting for jobs: they end with this process


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
