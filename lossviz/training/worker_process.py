"""A worker as its host sees it: how it starts, gets jobs, is stopped, and how it ended."""

import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, nullcontext, suppress
from dataclasses import dataclass, field
from multiprocessing import forkserver, resource_tracker
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess

from lossviz.experiments.engine.channel import HostChannel
from lossviz.experiments.engine.messages import STOPPED, Job, JobEnded, JobReport, Stop
from lossviz.experiments.engine.process_end import (
    OutOfMemoryKills,
    describe_end,
    last_line,
    reports_out_of_memory,
)
from lossviz.experiments.engine.stderr_tail import StderrTail
from lossviz.experiments.records import TrialState
from lossviz.training.reuse import may_stay_after
from lossviz.training.worker import WorkerOptions, run_jobs

_GRACE_S = 2.0  # between asking a job to stop, SIGTERM and SIGKILL
_SIGKILL = 9
_SERVER_DIED = 255  # multiprocessing's word for it, where the server of "forkserver" has ended


@dataclass(slots=True, kw_only=True)
class WorkerProcess:
    """A process that does one job, or, where it stays, one after another.

    Attributes:
        process: The process.
        channel: The connection to it.
        stderr: What it writes to its standard error, from when the job was assigned.
        accelerator: The one that it sees; empty where it sees none.
        stays: Whether it waits for a further job after one.
        job: What it does; None while it waits.
        result: What its job came to, until it has ended.
        has_begun: Whether it has read what it is to do.
        is_used: Whether it has done a job.
        idle_since: When it began to wait, on the monotonic clock.
        next_steps: Once its job was asked to stop, the harsher steps that are left.
        next_step_at: When the next of them is due, on the monotonic clock; None before the job was
            asked to stop.
        gone: Whether it can do no more, and is to be closed.
    """

    process: BaseProcess
    channel: HostChannel
    stderr: StderrTail
    accelerator: str
    stays: bool
    job: Job | None = None
    result: JobReport | None = None
    has_begun: bool = False
    is_used: bool = False
    idle_since: float = 0.0
    next_steps: list[Callable[[], None]] = field(default_factory=list)
    next_step_at: float | None = None
    gone: bool = False

    @property
    def was_stopped(self) -> bool:
        """Whether its job was asked to stop."""
        return self.next_step_at is not None

    @property
    def due_at(self) -> float | None:
        """When the next harsher step is due, on the monotonic clock; None where none is left: then
        only its end is waited for, which a driver may hold up.
        """
        return self.next_step_at if self.next_steps else None

    @property
    def never_began(self) -> bool:
        """Whether it has ended, after other jobs, before it read what it was to do.

        One that has not done any job yet may have ended because of this one, or will not do better.
        """
        return self.is_used and not self.has_begun

    def assign(self, job: Job) -> None:
        """Hand it a job. Where it has just gone, the next read shows that.

        Side effects: passes on, and forgets, what it has written so far.
        """
        self.stderr.relay()
        self.stderr.forget()
        self.job, self.has_begun = job, False
        with suppress(OSError):
            self.channel.send(job)

    def stop(self) -> None:
        """Ask its job to stop; it gets a grace period before each harsher step."""
        if self.was_stopped or self.job is None:
            return
        self.next_steps = [self.process.terminate, self.process.kill]
        self.next_step_at = time.monotonic() + _GRACE_S
        with suppress(OSError):  # it has just gone, as the next read shows
            self.channel.send(Stop(job=self.job.job))

    def step_if_due(self) -> None:
        """Take the next harsher step if its time has come."""
        if self.due_at is not None and time.monotonic() >= self.due_at:
            self.next_step_at = self.due_at + _GRACE_S
            self.next_steps.pop(0)()

    def finish(self, end: JobEnded) -> None:
        """Note that its job has ended: it waits for the next one, or is gone."""
        self.job, self.result = None, None
        self.is_used, self.idle_since = True, time.monotonic()
        # a step to stop it may be under way
        self.gone = not self.stays or self.was_stopped or not may_stay_after(end)

    def end_without_report(self, kills: OutOfMemoryKills) -> JobEnded:
        """What to report of its job where its connection has ended without the job's last event.

        Side effects: waits for its end; kills it where it does not end.
        """
        self.process.join(_GRACE_S)
        exit_code = self.process.exitcode
        if exit_code is None:
            self.process.kill()
            self.process.join(_GRACE_S)
        self.stderr.relay()
        if self.was_stopped:
            return JobEnded(state=TrialState.CANCELLED, reason=STOPPED, stderr=self.stderr.text)
        stderr = self.stderr.text
        killed_for_memory = exit_code == -_SIGKILL and kills.happened()
        how = describe_end(exit_code, stderr=stderr, out_of_memory=killed_for_memory)
        if exit_code == _SERVER_DIED:
            how = "ended with the process that it was forked from"
        return JobEnded(
            state=TrialState.FAILED,
            reason=f"its process {how}",
            stderr=stderr,
            out_of_memory=killed_for_memory or reports_out_of_memory(last_line(stderr)),
        )

    def close(self) -> None:
        """End it where it waits for a job, wait for its end, and close what leads to it."""
        # the others end by themselves after their job; one that has ended may have lost its number
        if self.stays and self.process.is_alive():
            self.process.terminate()
        self.process.join(_GRACE_S)
        if self.process.is_alive():
            self.process.kill()
        self.stderr.close()
        self.channel.connection.close()


def start_worker(context: BaseContext, accelerator: str) -> WorkerProcess:
    """Start a worker.

    Args:
        context: How. One that is forked from this process does one job, as it starts in 0.05 s;
            any other stays: it takes seconds to import what jobs need, or to initialise CUDA.
        accelerator: The one that it is to see; empty for none.

    Raises:
        OSError: The system starts no further process, or opens no further file, for now.

    Side effects: starts a process. Where that fails, nothing is left open.
    """
    method = context.get_start_method()
    if method != "fork":
        _start_servers(method)
    with ExitStack() as on_failure:
        stderr = StderrTail()
        on_failure.callback(stderr.close)
        connection, worker_end = context.Pipe()
        on_failure.callback(connection.close)
        options = WorkerOptions(
            connection=worker_end,
            accelerator=accelerator,
            stays=method != "fork",
            # a server that forks has a standard error of its own
            stderr=stderr.as_connection() if method == "forkserver" else None,
        )
        process = context.Process(target=run_jobs, args=(options,))  # type: ignore[attr-defined]
        # so that only the worker holds these ends, and they end with it in any case
        with worker_end, stderr.given_to_children(), options.stderr or nullcontext():
            process.start()
        stderr.close_write_end()
        on_failure.pop_all()
    return WorkerProcess(
        process=process,
        channel=HostChannel(connection),
        stderr=stderr,
        accelerator=accelerator,
        stays=options.stays,
    )


def _start_servers(method: str) -> None:
    """Start what multiprocessing would start with the first worker: it would keep that one's
    standard error.
    """
    if method == "forkserver":
        forkserver.ensure_running()
    if sys.platform != "win32":
        resource_tracker.ensure_running()
