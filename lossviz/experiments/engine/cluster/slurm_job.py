"""A job of Slurm, whose worker does one of our jobs after another."""

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from lossviz.errors import EngineError
from lossviz.experiments.engine.channel import UndecodableMessage
from lossviz.experiments.engine.cluster.contract import ClusterEvent, JobGone
from lossviz.experiments.engine.cluster.job_folder import (
    EVENTS,
    OUTPUT,
    REQUESTS,
    WAITS_S,
    LogReader,
    MessageLog,
)
from lossviz.experiments.engine.cluster.slurm_states import GONE, SLURM_ENDS, SlurmEnd, describe
from lossviz.experiments.engine.cluster.slurm_watch import QueueSnapshot
from lossviz.experiments.engine.messages import (
    Job,
    JobEnded,
    JobReceived,
    JobReport,
    RenderImages,
    RunTrial,
    Stop,
    WorkerEvent,
)
from lossviz.experiments.engine.stderr_tail import MAX_BYTES, last_lines
from lossviz.experiments.records import TrialState

_HANDING_S: Final = 1.0  # until a worker that waits sees a further job
_LISTING_S: Final = 10.0  # until a new job must be in Slurm's queue
_LAST_EVENTS_S: Final = 1.0  # may come so long after Slurm has said that a job has ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What a job takes of a node; a worker can do any job of its own shape.

    Attributes:
        cores: Cores.
        on_gpu: Whether it also takes a GPU.
    """

    cores: int
    on_gpu: bool


def shape_of(job: Job) -> Shape:
    """What a job takes of a node."""
    if isinstance(job, RenderImages):
        return Shape(cores=job.cores, on_gpu=False)
    cores = job.threads if isinstance(job, RunTrial) else job.cores
    return Shape(cores=cores, on_gpu=bool(job.accelerator))


class SlurmJob:
    """A job of Slurm, from when it is submitted.

    Args:
        job: What its worker is to do first.
        folder: For its files; it is made.

    Attributes:
        number: Its number in Slurm; empty before it has one.
        job: What its worker does; None while that waits, or is to end.
        has_begun: Whether the worker has read that.
        folder: With its files.

    Raises:
        EngineError: The folder cannot be written.

    Side effects: writes files.
    """

    def __init__(self, job: Job, folder: Path) -> None:
        self.number, self.folder = "", folder
        self.job: Job | None = job
        self.has_begun = False
        self._shape = shape_of(job)
        self._is_used, self._is_stopping = False, False
        self._waits_until = 0.0
        self._output_from = 0  # where what its job prints begins, in bytes
        self._submitted_at = 0.0
        self._end: SlurmEnd | None = None
        self._exit_code, self._ended_at = 0, 0.0
        try:
            folder.mkdir(mode=0o700)
            MessageLog(folder / EVENTS).close()
            self._requests = MessageLog(folder / REQUESTS)
            self._requests.append(job)
        except OSError as error:
            raise _unwritable(error) from None
        self._events = LogReader(folder / EVENTS, WorkerEvent)

    def submitted(self, number: str, now: float) -> None:
        """Note that Slurm has taken it."""
        self.number, self._submitted_at = number, now

    def can_take(self, job: Job, now: float) -> bool:
        """Whether its worker waits for a further job such as this."""
        return now < self._waits_until and self._shape == shape_of(job)

    def take(self, job: Job) -> None:
        """Hand its worker a further job.

        Raises:
            EngineError: Its folder cannot be written.
        """
        self._waits_until = 0.0
        with suppress(OSError):
            self._output_from = (self.folder / OUTPUT).stat().st_size
        try:
            self._requests.append(job)
        except OSError as error:
            raise _unwritable(error) from None
        self.job, self.has_begun = job, False

    def stop(self) -> None:
        """Let its worker find at its next look that its job is to stop."""
        self._is_stopping = True
        if self.job:
            with suppress(OSError):  # harsher steps follow
                self._requests.append(Stop(job=self.job.job))

    def reports(self, now: float) -> list[ClusterEvent]:
        """What its worker has reported since the last call.

        Raises:
            UndecodableMessage: The next report cannot be understood.
        """
        reports: list[ClusterEvent] = []
        for message in self._events.read():
            match message:
                case JobReceived():
                    self.has_begun = True
                case JobReport(job=job, event=JobEnded() as end):
                    reports.append(JobReport(job=job, event=replace(end, stderr=self._output())))
                    self.job, self._is_used = None, True
                    if end.state is TrialState.FINISHED and not self._is_stopping:
                        self._waits_until = now + WAITS_S - _HANDING_S
                case _:
                    reports.append(message)
        return reports

    def refuse_report(self, error: UndecodableMessage) -> list[ClusterEvent]:
        """What to report of a job that has reported what cannot be understood."""
        job, self.job = self.job, None
        if job is None:
            return []
        end = JobEnded(state=TrialState.FAILED, reason=str(error))
        return [JobReport(job=job.job, event=end)]

    def has_ended(self, queue: QueueSnapshot, now: float) -> bool:
        """Whether its worker has gone, and no report of it can come any more."""
        if self._end is None and queue.asked_at > self._submitted_at:
            self._note_end(queue, now)
        # of one that is stopped, a last report would say no more
        patience_s = 0.0 if self._is_stopping else _LAST_EVENTS_S
        return self._end is not None and now >= self._ended_at + patience_s

    def unbegun(self) -> Job | None:
        """Once it has ended: what its worker was to do after another job, and did not begin, so
        that another one may.
        """
        never_began = self._is_used and not self.has_begun and not self._is_stopping
        return self.job if never_began else None

    def gone(self) -> list[ClusterEvent]:
        """Once it has ended: what to report of a job whose last report did not come."""
        if self.job is None or self._end is None:
            return []
        output = self._output()
        return [
            JobGone(
                job=self.job.job,
                how=describe(self._end, exit_code=self._exit_code, stderr=output),
                stderr=output,
                node_died=self._end.node_died,
                out_of_memory=self._end.out_of_memory,
            )
        ]

    def close(self) -> None:
        """Remove its files."""
        self._requests.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _note_end(self, queue: QueueSnapshot, now: float) -> None:
        shown = queue.jobs.get(self.number)
        if shown:
            self._end, self._exit_code = SLURM_ENDS.get(shown.state), shown.exit_code
        elif queue.asked_at > self._submitted_at + _LISTING_S:
            self._end = GONE
        if self._end:
            self._waits_until, self._ended_at = 0.0, now

    def _output(self) -> str:
        """The last lines that its job has printed."""
        try:
            with (self.folder / OUTPUT).open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(max(self._output_from, size - MAX_BYTES))
                return last_lines(file.read())
        except OSError:
            return ""


def _unwritable(error: OSError) -> EngineError:
    return EngineError(
        f"the folder for Slurm jobs cannot be written ({error}); make room there, or set"
        " LOSSVIZ_SLURM_FOLDER to another one, then run it again"
    )
