"""What runs in a job's process instead of a job: each goes wrong in its own way.

A trial's loss names it.
"""

import faulthandler
import importlib
import os
import signal
import time
from multiprocessing.connection import Connection
from typing import Any

from lossviz.experiments.engine.channel import WorkerChannel
from lossviz.experiments.engine.messages import Job, JobEnded, JobReport, RunTrial
from lossviz.experiments.records import TrialState


def finish(connection: Connection, job: Job) -> None:
    end = JobEnded(state=TrialState.FINISHED, reason="")
    WorkerChannel(connection).send(JobReport(job=job.job, event=end))


def finish_after_warning(connection: Connection, job: Job) -> None:
    os.write(2, b"a warning\n")  # pytest has replaced sys.stderr where this is forked
    finish(connection, job)


def finish_when_asked_to_stop(connection: Connection, job: Job) -> None:
    connection.poll(None)
    finish(connection, job)


def send_garbage(connection: Connection, job: Job) -> None:
    connection.send_bytes(b"\x80\x05 this is no message")
    time.sleep(60)


def send_message_of_another_version(connection: Connection, job: Job) -> None:
    connection.send({"type": "JobReport", "job": 3, "event": {"type": "Unheard"}})
    time.sleep(60)


def close_connection_and_stay(connection: Connection, job: Job) -> None:
    connection.close()
    time.sleep(60)


def exit_with_3(connection: Connection, job: Job) -> None:
    os.write(2, b"the first line\n\xff\x00\x1b[31mthe last line\x1b[0m\n")
    os._exit(3)


def write_without_end(connection: Connection, job: Job) -> None:
    for number in range(20_000):
        os.write(2, f"line {number}\n".encode())
    os._exit(1)


def kill_itself(connection: Connection, job: Job) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def abort_for_memory(connection: Connection, job: Job) -> None:
    os.write(2, b"terminate called after throwing an instance\n  what():  std::bad_alloc\n")
    os.kill(os.getpid(), signal.SIGABRT)


def crash(connection: Connection, job: Job) -> None:
    os.kill(os.getpid(), signal.SIGSEGV)


def run_named(connection: Connection, job: RunTrial) -> None:
    """Run the function of this module that the trial's loss names."""
    faulthandler.disable()  # pytest's, which would show a crash as its own
    globals()[job.loss](connection, job)


class NeedsMissingModule:
    """Something that cannot be unpickled, as a module that it needs is not installed."""

    def __reduce__(self) -> Any:
        return importlib.import_module, ("no_such_module",)

    def __call__(self, connection: Connection, job: Job) -> None:
        raise AssertionError
