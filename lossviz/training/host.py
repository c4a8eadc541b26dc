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
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from typing import assert_never

from lossviz.experiments.engine.channel import ControllerChannel, WorkerChannel
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
from lossviz.experiments.records import TrialState
from lossviz.training.parent_death import die_with_parent, watch_standard_input
from lossviz.training.warm_up import warm_up, warm_up_for
from lossviz.training.worker import STOPPED, reason_of_death, run_job

_GRACE_S = 2.0  # between asking a job to stop, SIGTERM and SIGKILL


@dataclass(slots=True)
class _Worker:
    """The process of a job.

    Attributes:
        process: The process.
        channel: The connection to it.
        next_steps: Once it was asked to stop, the harsher steps that are left.
        next_step_at: When the next of them is due, on the monotonic clock; None before it was asked
            to stop.
        ended: Whether its last event has been passed on.
    """

    process: BaseProcess
    channel: ControllerChannel
    next_steps: list[Callable[[], None]] = field(default_factory=list)
    next_step_at: float | None = None
    ended: bool = False

    @property
    def was_stopped(self) -> bool:
        return self.next_step_at is not None

    def stop(self) -> None:
        """Ask it to stop; it gets a grace period before each harsher step."""
        if self.was_stopped:
            return
        self.next_steps = [self.process.terminate, self.process.kill]
        self.next_step_at = time.monotonic() + _GRACE_S

    def step_if_due(self) -> None:
        """Take the next harsher step if its time has come."""
        if self.next_step_at is None or not self.next_steps:
            return
        if time.monotonic() >= self.next_step_at:
            self.next_steps.pop(0)()
            self.next_step_at += _GRACE_S


class _Host:
    def __init__(self, engine: WorkerChannel, context: BaseContext) -> None:
        self._engine, self._context = engine, context
        self._workers: dict[JobId, _Worker] = {}

    def serve(self) -> None:
        """Handle the engine's requests and pass on what jobs report, for ever.

        Raises:
            EOFError, OSError: The engine has gone.
        """
        while True:
            connections = [worker.channel.connection for worker in self._workers.values()]
            ready = wait([self._engine.connection, *connections], timeout=self._timeout_s())
            if self._engine.connection in ready:
                self._handle_request()
            for job, worker in list(self._workers.items()):
                if worker.channel.connection in ready:
                    self._pass_on(job, worker)
                if worker.ended:
                    worker.process.join(_GRACE_S)
                    del self._workers[job]
                else:
                    worker.step_if_due()

    def _timeout_s(self) -> float | None:
        """Seconds until a step against a job that does not stop is due; None where none is."""
        due = [
            worker.next_step_at
            for worker in self._workers.values()
            if worker.next_step_at is not None
        ]
        return max(0.0, min(due) - time.monotonic()) if due else None

    def _handle_request(self) -> None:
        request = self._engine.receive()
        match request:
            case RunTrial() | Prepare() | PreviewBatch():
                self._start(request)
            case Stop(job=job):
                self._stop(job)
            case _:
                assert_never(request)

    def _start(self, job: Job) -> None:
        if self._context.get_start_method() == "fork":
            warm_up_for(job)  # once, here, instead of in each process
        connection, job_end = self._context.Pipe()
        process = self._context.Process(target=run_job, args=(job_end, job))  # type: ignore[attr-defined]
        process.start()
        # so that only the job's process holds that end, and the connection ends with it in any case
        job_end.close()
        self._workers[job.job] = _Worker(process, ControllerChannel(connection))

    def _stop(self, job: JobId) -> None:
        worker = self._workers.get(job)
        if worker is None or worker.was_stopped:
            return
        worker.stop()
        with suppress(OSError):  # it has just gone, as the next read shows
            worker.channel.send(Stop(job=job))

    def _pass_on(self, job: JobId, worker: _Worker) -> None:
        try:
            report = worker.channel.receive()
        except (EOFError, OSError):
            report = JobReport(job=job, event=self._end_of(worker))
        if isinstance(report, JobReport) and isinstance(report.event, JobEnded):
            worker.ended = True
        self._engine.send(report)

    @staticmethod
    def _end_of(worker: _Worker) -> JobEnded:
        """What to report of a job whose process has died."""
        worker.process.join(_GRACE_S)
        if worker.was_stopped:
            return JobEnded(state=TrialState.CANCELLED, reason=STOPPED)
        reason = reason_of_death(worker.process.exitcode)
        return JobEnded(state=TrialState.FAILED, reason=reason)


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
    engine.send(HostReady())
    with suppress(EOFError, OSError):  # the engine has gone
        _Host(engine, multiprocessing.get_context(method)).serve()
    os._exit(0)  # without waiting for jobs: they end with this process


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
