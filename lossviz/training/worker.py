"""A worker: it does one job, or one after another, reports their events, and how each ended."""

import os
import signal
import sys
import traceback
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection

from lossviz.errors import LossvizError
from lossviz.experiments.engine.channel import WorkerChannel
from lossviz.experiments.engine.messages import (
    STOPPED,
    EmitJobEvent,
    Job,
    JobEnded,
    JobEvent,
    JobReceived,
    JobReport,
    Stop,
)
from lossviz.experiments.engine.process_end import LESS_MEMORY, reports_out_of_memory
from lossviz.experiments.engine.resources import visibility
from lossviz.experiments.records import TrialState
from lossviz.training.interruption import StopRequested, TrialDiverged, TrialStopped
from lossviz.training.jobs import do_job
from lossviz.training.kernel_choice import WORKER, prefer_to_end
from lossviz.training.parent_death import die_with_host, watch_parent
from lossviz.training.reuse import ReuseCheck, may_stay_after

# the words of oneDNN, cuBLAS and cuDNN where an allocation failed, but not only there
_PERHAPS_OUT_OF_MEMORY = (
    "could not create a primitive",
    "could not create a memory",
    "CUBLAS_STATUS_NOT_INITIALIZED",
    "CUDNN_STATUS_NOT_INITIALIZED",
    "CUDNN_STATUS_INTERNAL_ERROR",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerOptions:
    """How a worker works.

    Attributes:
        connection: To its host.
        accelerator: The one that it sees; empty where it sees none.
        stays: Whether it does a further job after one.
        stderr: What is to become its standard error; None where it is that already.
    """

    connection: Connection
    accelerator: str
    stays: bool
    stderr: Connection | None


def set_up(options: WorkerOptions) -> None:
    """Make this process a worker.

    Side effects: sets environment, standard error and signals; ends this process where its host
        ends, or where memory runs out.
    """
    die_with_host()
    prefer_to_end(WORKER)
    os.environ.update(visibility(options.accelerator))
    if options.stderr:
        with options.stderr as stderr:
            os.dup2(stderr.fileno(), 2)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    watch_parent()


def run_jobs(options: WorkerOptions) -> None:
    """Do the first job that comes; then end this process or, where it stays, do the next.

    It ends by itself after a job that may have left something behind. What was sent to it
    meanwhile is not lost: the host starts it elsewhere, as this has not said ``JobReceived``.

    Side effects: as ``set_up``; ends this process.
    """
    set_up(options)
    channel, check = WorkerChannel(options.connection), ReuseCheck()
    may_go_on = True
    while may_go_on and (job := _next_job(channel)):
        with check.job():
            end = _do(job, channel)
        may_go_on = options.stays and may_stay_after(end) and check.passes()
        sys.stderr.flush()  # so that the host finds it with this job
        channel.send(JobReport(job=job.job, event=end))
    # an interpreter with fastai in it takes 1.5 s and a core to take itself down, while the next
    # trial starts
    os._exit(0)


def _next_job(channel: WorkerChannel) -> Job | None:
    """Wait for a job; None where the host has gone. A stop that came when its job had just ended
    stops no other.
    """
    with suppress(EOFError, OSError):
        while isinstance(request := channel.receive(), Stop):
            pass
        channel.send(JobReceived(job=request.job))
        return request
    return None


def _do(job: Job, channel: WorkerChannel) -> JobEnded:
    """Do a job, and return how it ended."""
    stopped = False

    def emit(event: JobEvent) -> None:
        channel.send(JobReport(job=job.job, event=event))

    def stop_requested() -> bool:
        nonlocal stopped
        while not stopped and channel.connection.poll():
            stopped = _stops(job, channel)
        return stopped

    return outcome_of(job, emit=emit, stop_requested=stop_requested)


def outcome_of(job: Job, *, emit: EmitJobEvent, stop_requested: StopRequested) -> JobEnded:
    """Do a job, and return how it ended, whatever goes wrong.

    Args:
        job: What to do.
        emit: Called with each event but the end.
        stop_requested: Called often; the job is cancelled once it returns True.

    Side effects: those of the job; prints the trace of what is no user's mistake.
    """
    try:
        do_job(job, emit=emit, stop_requested=stop_requested)
    except TrialStopped:
        return JobEnded(state=TrialState.CANCELLED, reason=STOPPED)
    except TrialDiverged as error:
        return JobEnded(state=TrialState.DIVERGED, reason=str(error))
    # the job fails, with its trace on its standard error; the others go on
    except Exception as error:
        if not isinstance(error, LossvizError):
            with suppress(MemoryError):
                traceback.print_exc()
        return failure_of(error)
    return JobEnded(state=TrialState.FINISHED, reason="")


def _stops(job: Job, channel: WorkerChannel) -> bool:
    """Whether the next request stops this job, or the host has gone."""
    try:
        request = channel.receive()
    except (EOFError, OSError):
        return True
    return isinstance(request, Stop) and request.job == job.job


def failure_of(error: Exception) -> JobEnded:
    """The end of a job that an error ended: what it was and, where it is known, what to do.

    >>> failure_of(MemoryError()).reason[:35]
    'out of memory (MemoryError); run it'
    >>> failure_of(MemoryError()).out_of_memory
    True
    """
    return JobEnded(
        state=TrialState.FAILED,
        reason=_reason_of(error),
        out_of_memory=any(map(_may_be_out_of_memory, _with_causes(error))),
    )


def _reason_of(error: Exception) -> str:
    if isinstance(error, LossvizError):
        return str(error)
    message = _message_of(error)
    for cause in _with_causes(error):
        if reports_out_of_memory(_message_of(cause)):
            return f"out of memory ({_first_line(cause)}); {LESS_MEMORY}"
    if _may_be_out_of_memory(error):
        return f"{_first_line(error)}; out of memory is one cause of that: if it was, {LESS_MEMORY}"
    return message


def _may_be_out_of_memory(error: BaseException) -> bool:
    message = _message_of(error)  # without an accelerator, torch raises a RuntimeError
    return reports_out_of_memory(message) or any(sign in message for sign in _PERHAPS_OUT_OF_MEMORY)


def _with_causes(error: BaseException) -> Iterator[BaseException]:
    """An error, the one that it was raised for, and so on."""
    seen: set[int] = set()
    cause: BaseException | None = error
    while cause is not None and id(cause) not in seen:
        yield cause
        seen.add(id(cause))
        cause = cause.__cause__ or (None if cause.__suppress_context__ else cause.__context__)


def _message_of(error: BaseException) -> str:
    return f"{type(error).__name__}: {error}".rstrip(": ")


def _first_line(error: BaseException) -> str:
    return _message_of(error).partition("\n")[0]
