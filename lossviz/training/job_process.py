"""The process of one job, as the host sees it: how it starts, how it is stopped, how it ended."""

import time
from collections.abc import Callable
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess

from lossviz.experiments.engine.channel import ControllerChannel
from lossviz.experiments.engine.messages import Job, JobEnded, JobId, Stop
from lossviz.experiments.engine.process_end import OutOfMemoryKills, describe_end
from lossviz.experiments.engine.stderr_tail import StderrTail
from lossviz.experiments.records import TrialState
from lossviz.training.worker import STOPPED, run_job

_GRACE_S = 2.0  # between asking a job to stop, SIGTERM and SIGKILL
_SIGKILL = 9


@dataclass(slots=True)
class JobProcess:
    """The process of a job.

    Attributes:
        process: The process.
        channel: The connection to it.
        stderr: What it writes to its standard error.
        next_steps: Once it was asked to stop, the harsher steps that are left.
        next_step_at: When the next of them is due, on the monotonic clock; None before it was asked
            to stop.
        ended: Whether its last event has been passed on.
    """

    process: BaseProcess
    channel: ControllerChannel
    stderr: StderrTail
    next_steps: list[Callable[[], None]] = field(default_factory=list)
    next_step_at: float | None = None
    ended: bool = False

    @property
    def was_stopped(self) -> bool:
        """Whether it was asked to stop."""
        return self.next_step_at is not None

    def stop(self, job: JobId) -> None:
        """Ask it to stop; it gets a grace period before each harsher step."""
        if self.was_stopped:
            return
        self.next_steps = [self.process.terminate, self.process.kill]
        self.next_step_at = time.monotonic() + _GRACE_S
        with suppress(OSError):  # it has just gone, as the next read shows
            self.channel.send(Stop(job=job))

    def step_if_due(self) -> None:
        """Take the next harsher step if its time has come."""
        if self.next_step_at is None or not self.next_steps:
            return
        if time.monotonic() >= self.next_step_at:
            self.next_steps.pop(0)()
            self.next_step_at += _GRACE_S

    def end_without_report(self, kills: OutOfMemoryKills) -> JobEnded:
        """What to report of it where its connection has ended without its last event.

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
        how = describe_end(
            exit_code,
            stderr=self.stderr.text,
            out_of_memory=exit_code == -_SIGKILL and kills.happened(),
        )
        return JobEnded(
            state=TrialState.FAILED, reason=f"its process {how}", stderr=self.stderr.text
        )

    def close(self) -> None:
        """Wait for its end, and close what leads to it."""
        self.process.join(_GRACE_S)
        self.stderr.close()
        self.channel.connection.close()


def start_job_process(context: BaseContext, job: Job) -> JobProcess:
    """Start the process of a job.

    Raises:
        OSError: The system starts no further process, or opens no further file, for now.

    Side effects: starts a process. Where that fails, nothing is left open.
    """
    with ExitStack() as on_failure:
        stderr = StderrTail()
        on_failure.callback(stderr.close)
        connection, job_end = context.Pipe()
        on_failure.callback(connection.close)
        process = context.Process(target=run_job, args=(job_end, job))  # type: ignore[attr-defined]
        # so that only the job's process holds these ends, and they end with it in any case
        with job_end, stderr.given_to_children():
            process.start()
        stderr.close_write_end()
        on_failure.pop_all()
    return JobProcess(process, ControllerChannel(connection), stderr)
