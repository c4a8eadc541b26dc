"""A job's process: it runs one job, reports its events, and says how it ended."""

import os
import signal
import sys
import traceback
from contextlib import suppress
from multiprocessing import parent_process
from multiprocessing.connection import Connection

from lossviz.errors import LossvizError
from lossviz.experiments.engine.channel import WorkerChannel
from lossviz.experiments.engine.messages import Job, JobEnded, JobEvent, JobReport
from lossviz.experiments.records import TrialState
from lossviz.training.interruption import TrialDiverged, TrialStopped
from lossviz.training.jobs import do_job
from lossviz.training.parent_death import die_with_parent, watch_parent

STOPPED = "stopped by request"
_LESS_MEMORY = "run it again with a smaller batch or image size, or with fewer programs beside it"
# how torch reports that it is out of memory: on an accelerator, on the processor, and in oneDNN
_OUT_OF_MEMORY = (
    "out of memory",
    "can't allocate memory",
    "cannot allocate memory",
    "std::bad_alloc",
    "could not create a primitive",
    "could not create a memory",
)


def run_job(connection: Connection, job: Job) -> None:
    """Run a job from beginning to end, then end this process.

    Side effects: ends this process; ends it sooner where its parent ends.
    """
    if parent := parent_process():
        die_with_parent(parent.pid or 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    watch_parent()
    channel = WorkerChannel(connection)

    def emit(event: JobEvent) -> None:
        channel.send(JobReport(job=job.job, event=event))

    try:
        do_job(job, emit=emit, stop_requested=connection.poll)
        end = JobEnded(state=TrialState.FINISHED, reason="")
    except TrialStopped:
        end = JobEnded(state=TrialState.CANCELLED, reason=STOPPED)
    except TrialDiverged as error:
        end = JobEnded(state=TrialState.DIVERGED, reason=str(error))
    except LossvizError as error:
        end = JobEnded(state=TrialState.FAILED, reason=str(error))
    # the job fails, with its trace on the server's terminal; the others go on
    except Exception as error:
        end = JobEnded(state=TrialState.FAILED, reason=_reason_of(error))
        with suppress(MemoryError):
            traceback.print_exc()
    emit(end)
    sys.stderr.flush()
    # an interpreter with fastai in it takes 1.5 s and a core to take itself down, while the next
    # trial starts
    os._exit(0)


def reason_of_death(exit_code: int | None) -> str:
    """Why a job failed whose process ended without a report.

    >>> reason_of_death(-9)[:42]
    "the trial's process was killed by signal 9"
    """
    if exit_code is not None and exit_code < 0:
        how = f"was killed by signal {-exit_code}"
    else:
        how = f"ended with code {exit_code}"
    return f"the trial's process {how}, perhaps for want of memory; {_LESS_MEMORY}"


def _reason_of(error: Exception) -> str:
    """An error's name and message; where it is out of memory, also what to do.

    Without an accelerator torch reports that by a RuntimeError.
    """
    message = f"{type(error).__name__}: {error}".rstrip(": ")
    is_memory = any(sign in message.lower() for sign in _OUT_OF_MEMORY)
    if isinstance(error, MemoryError) or is_memory:
        return f"the machine's memory did not suffice ({message.splitlines()[0]}); {_LESS_MEMORY}"
    return message
