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
from lossviz.experiments.engine.process_end import LESS_MEMORY, reports_out_of_memory
from lossviz.experiments.records import TrialState
from lossviz.training.interruption import TrialDiverged, TrialStopped
from lossviz.training.jobs import do_job
from lossviz.training.parent_death import die_with_parent, watch_parent

STOPPED = "stopped by request"
# oneDNN's words where an allocation failed, but not only there
_PERHAPS_OUT_OF_MEMORY = ("could not create a primitive", "could not create a memory")


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
    # the job fails, with its trace on its standard error; the others go on
    except Exception as error:
        end = failure_of(error)
        if not isinstance(error, LossvizError):
            with suppress(MemoryError):
                traceback.print_exc()
    emit(end)
    sys.stderr.flush()
    # an interpreter with fastai in it takes 1.5 s and a core to take itself down, while the next
    # trial starts
    os._exit(0)


def failure_of(error: Exception) -> JobEnded:
    """The end of a job that an error ended: what it was and, where it is known, what to do.

    >>> failure_of(MemoryError()).reason[:35]
    'out of memory (MemoryError); run it'
    """
    return JobEnded(state=TrialState.FAILED, reason=_reason_of(error))


def _reason_of(error: Exception) -> str:
    if isinstance(error, LossvizError):
        return str(error)
    message = f"{type(error).__name__}: {error}".rstrip(": ")
    first_line = message.partition("\n")[0]
    if reports_out_of_memory(message):  # without an accelerator, torch raises a RuntimeError
        return f"out of memory ({first_line}); {LESS_MEMORY}"
    if any(sign in message for sign in _PERHAPS_OUT_OF_MEMORY):
        return f"{first_line}; out of memory is one cause of that: if it was, {LESS_MEMORY}"
    return message
