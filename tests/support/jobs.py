"""What workers do instead of jobs: each goes wrong in its own way.

A trial's loss names it.
"""

import faulthandler
import importlib
import multiprocessing
import os
import signal
import time
import warnings
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any

from lossviz.errors import InvalidInput
from lossviz.experiments.engine.channel import WorkerChannel
from lossviz.experiments.engine.messages import (
    EmitJobEvent,
    Job,
    JobEnded,
    JobReceived,
    JobReport,
    RunTrial,
    TrialOrigin,
)
from lossviz.experiments.records import TrialState
from lossviz.training import worker
from lossviz.training.interruption import TrialDiverged, TrialStopped
from lossviz.training.parent_death import die_with_parent
from lossviz.training.worker import WorkerOptions, set_up


def finish(connection: Connection, job: Job) -> None:
    end = JobEnded(state=TrialState.FINISHED, reason="")
    WorkerChannel(connection).send(JobReport(job=job.job, event=end))


def write_pid_and_devices(connection: Connection, job: Job) -> None:
    os.write(2, f"{os.getpid()} {os.environ['CUDA_VISIBLE_DEVICES']}\n".encode())
    finish(connection, job)


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


def run_named(options: WorkerOptions) -> None:
    """Run the function of this module that the trial's loss names; then the next one's."""
    set_up(options)
    faulthandler.disable()  # pytest's, which would show a crash as its own
    channel = WorkerChannel(options.connection)
    while isinstance(job := channel.receive(), RunTrial):
        channel.send(JobReceived(job=job.job))
        globals()[job.loss](options.connection, job)
        if not options.stays:
            return


def run_on_real_loop(options: WorkerOptions) -> None:
    """Run jobs as a worker does, but what a job does is the function below that its loss names."""
    faulthandler.disable()
    worker.do_job = do_named  # type: ignore[assignment]
    worker.run_jobs(options)


def do_named(job: RunTrial, *, emit: EmitJobEvent, stop_requested: Callable[[], bool]) -> None:
    emit(TrialOrigin(description=str(os.getpid())))
    DEEDS[job.loss](stop_requested)


def wait_for_stop(stop_requested: Callable[[], bool]) -> None:
    while not stop_requested():
        time.sleep(0.01)
    raise TrialStopped


def fail(_: object) -> None:
    raise InvalidInput("no such loss")


def diverge(_: object) -> None:
    raise TrialDiverged("not finite")


def run_out_of_memory(_: object) -> None:
    raise MemoryError


def run_out_of_memory_when_stopped(stop_requested: Callable[[], bool]) -> None:
    with suppress(TrialStopped):
        wait_for_stop(stop_requested)
    raise MemoryError


def hold_memory(_: object) -> None:
    held.append(b"1" * (600 * 2**20))


def hold_little(_: object) -> None:
    held.append(b"1" * 2**20)


def leave_process(_: object) -> None:
    # forked, as loaders' workers are, and ends with the worker: the test shall leave nothing
    multiprocessing.get_context("fork").Process(target=sleep_with_parent, daemon=True).start()


def sleep_with_parent() -> None:
    die_with_parent()
    time.sleep(60)


def leave_autocast(_: object) -> None:
    import torch

    torch.set_autocast_enabled("cuda", True)


def warn(_: object) -> None:
    warnings.warn("the same each time", stacklevel=1)


held: list[bytes] = []
DEEDS: dict[str, Callable[[Callable[[], bool]], None]] = {
    "finish": lambda _: None,
    "wait_for_stop": wait_for_stop,
    "fail": fail,
    "diverge": diverge,
    "run_out_of_memory": run_out_of_memory,
    "run_out_of_memory_when_stopped": run_out_of_memory_when_stopped,
    "hold_memory": hold_memory,
    "hold_little": hold_little,
    "leave_process": leave_process,
    "leave_autocast": leave_autocast,
    "warn": warn,
}


class NeedsMissingModule:
    """Something that cannot be unpickled, as a module that it needs is not installed."""

    def __reduce__(self) -> Any:
        return importlib.import_module, ("no_such_module",)

    def __call__(self, options: WorkerOptions) -> None:
        raise AssertionError
