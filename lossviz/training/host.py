"""The host: the process that has workers do the engine's jobs.

On Linux it has imported fastai once and forks a worker for each job on the processor, in
milliseconds. It sees no accelerator, as CUDA does not survive a fork: a job on an accelerator gets
a worker that sees that one alone, and stays for further jobs. It is forked from yet another process
(multiprocessing's "forkserver"), which has imported the same but has not trained: a backward pass
counts the accelerators that it sees, once for all.

Started as ``python -m lossviz.training.host HANDLE METHOD FIRST APP_PID``, HANDLE being its
end of a connection to the engine, which carries the messages of
``lossviz.experiments.engine.messages``; FIRST is "accelerator" or "processor",
where its first job runs.

Nothing outlives the app: the host ends when its standard input does, which also happens when the
app is killed; a worker ends when its host does.
"""

import multiprocessing
import os
import signal
import sys
import time
import traceback
from contextlib import suppress
from dataclasses import dataclass, replace
from multiprocessing import forkserver
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext
from operator import attrgetter
from typing import Any, assert_never

from lossviz.experiments.engine.channel import UndecodableMessage, WorkerChannel
from lossviz.experiments.engine.engine_link import EngineGoneError, EngineLink
from lossviz.experiments.engine.messages import (
    STOPPED,
    HostReady,
    Job,
    JobEnded,
    JobId,
    JobReceived,
    JobReport,
    Prepare,
    Prepared,
    PreviewBatch,
    PreviewReady,
    RenderImages,
    RunTrial,
    Stop,
)
from lossviz.experiments.engine.process_end import OutOfMemoryKills
from lossviz.experiments.engine.resources import START_RETRIES_S
from lossviz.experiments.records import TrialState
from lossviz.training.kernel_choice import HOST, prefer_to_end
from lossviz.training.parent_death import die_with_parent, watch_standard_input
from lossviz.training.warm_up import warm_up, warm_up_for
from lossviz.training.worker import failure_of
from lossviz.training.worker_process import WorkerProcess, start_worker

_IMPORTS = "lossviz.training.server_imports"
NICENESS = 10  # beside the pages a trial then gets a tenth of a core's time that both want
IDLE_S = 300.0  # how long a worker without a job keeps its memory, of the accelerator too


@dataclass(slots=True)
class _Postponed:
    """A job that the system refused to start a worker for.

    Attributes:
        job: The job.
        attempts: How many attempts there were.
        next_at: When the next one is due, on the monotonic clock.
    """

    job: Job
    attempts: int
    next_at: float


def accelerator_context() -> BaseContext:
    """How the workers of jobs on an accelerator are started: on Linux forked from a process that
    has imported what they need, and nothing else has happened in.
    """
    return multiprocessing.get_context("forkserver" if sys.platform == "linux" else "spawn")


class Host:
    """Has workers do jobs for an engine, each one at a time.

    A job that trains on an accelerator gets a worker that stays: importing what it needs and
    initialising CUDA takes longer than many a trial.

    Args:
        engine: The connection to it.
        context: How the workers of jobs on the processor are started.
    """

    def __init__(self, engine: WorkerChannel, context: BaseContext) -> None:
        self._engine = EngineLink(engine)
        self._on_processor = context
        self._on_accelerator = accelerator_context()
        self._workers: list[WorkerProcess] = []
        self._postponed: dict[JobId, _Postponed] = {}
        self._kills = OutOfMemoryKills()

    def serve(self) -> None:
        """Handle the engine's requests and pass on what jobs report, until the engine has gone."""
        with suppress(EngineGoneError):
            while True:
                ready = wait(self._sources(), timeout=self._timeout_s())
                if self._engine.connection in ready:
                    self._handle_request()
                for worker in list(self._workers):
                    self._attend(worker, ready)
                self._start_postponed()

    def _sources(self) -> list[Any]:
        return [
            self._engine.connection,
            *(worker.channel.connection for worker in self._workers),
            *(worker.stderr for worker in self._workers if worker.stderr.is_open),
        ]

    def _timeout_s(self) -> float | None:
        """Seconds until something is due though no event comes; None where nothing is."""
        due = [worker.due_at for worker in self._workers]
        due += [worker.idle_since + IDLE_S for worker in self._workers if worker.job is None]
        due += [postponed.next_at for postponed in self._postponed.values()]
        due += [0.0 for worker in self._workers if worker.gone]
        moments = [moment for moment in due if moment is not None]
        return max(0.0, min(moments) - time.monotonic()) if moments else None

    def _handle_request(self) -> None:
        match request := self._engine.next_request():
            case RunTrial() | Prepare() | PreviewBatch() | RenderImages():
                self._start(request, attempts=0)
            case Stop(job=job):
                self._stop(job)
            case None:
                pass
            case _:
                assert_never(request)

    def _start(self, job: Job, *, attempts: int) -> None:
        """Start a job; where no worker can be started, try again later, and then let the job fail.
        Whatever goes wrong, it is this job's failure and no other's.
        """
        try:
            self._start_or_postpone(job, attempts)
        except EngineGoneError:
            raise
        except Exception as error:
            traceback.print_exc()
            self._engine.report_end(job.job, failure_of(error))

    def _start_or_postpone(self, job: Job, attempts: int) -> None:
        try:
            self._worker_for(job).assign(job)
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
            self._engine.report_end(job.job, JobEnded(state=TrialState.FAILED, reason=reason))

    def _worker_for(self, job: Job) -> WorkerProcess:
        """A worker that waits, the one that did so last, or else a new one.

        Raises:
            OSError: The system does not start a new one.
        """
        accelerator = "" if isinstance(job, RenderImages) else job.accelerator
        if waiting := self._waiting_workers(accelerator):
            return max(waiting, key=attrgetter("idle_since"))
        context = self._on_accelerator if accelerator else self._on_processor
        if context.get_start_method() == "fork":
            warm_up_for(job)  # once, here, instead of in each process
        worker = start_worker(context, accelerator)
        self._workers.append(worker)
        return worker

    def _waiting_workers(self, accelerator: str) -> list[WorkerProcess]:
        return [
            worker
            for worker in self._workers
            if worker.job is None and worker.accelerator == accelerator and not worker.gone
        ]

    def _start_postponed(self) -> None:
        now = time.monotonic()
        for postponed in [entry for entry in self._postponed.values() if entry.next_at <= now]:
            del self._postponed[postponed.job.job]
            self._start(postponed.job, attempts=postponed.attempts)

    def _stop(self, job: JobId) -> None:
        if job in self._postponed:
            del self._postponed[job]
            self._engine.report_end(job, JobEnded(state=TrialState.CANCELLED, reason=STOPPED))
        for worker in self._workers:
            if worker.job and worker.job.job == job:
                worker.stop()

    def _attend(self, worker: WorkerProcess, ready: list[Any]) -> None:
        """Do for a worker what is due: pass on what it says, take a step to stop its job, or end
        it where it has waited for long.
        """
        if worker.stderr in ready:
            worker.stderr.relay()
        if worker.channel.connection in ready:
            self._pass_on(worker)
        worker.step_if_due()
        if worker.job is None and time.monotonic() >= worker.idle_since + IDLE_S:
            worker.gone = True
        if worker.gone:
            self._workers.remove(worker)
            worker.close()

    def _pass_on(self, worker: WorkerProcess) -> None:
        try:
            event = worker.channel.receive()
        except (EOFError, OSError):
            self._lose(worker)
            return
        except UndecodableMessage as error:
            worker.process.kill()
            self._end_job(worker, JobEnded(state=TrialState.FAILED, reason=str(error)))
            return
        match event:
            case JobReceived():
                worker.has_begun = True
            case JobReport(event=JobEnded() as end):
                worker.stderr.relay()
                self._end_job(worker, replace(end, stderr=worker.stderr.text))
            case JobReport(event=Prepared() | PreviewReady()):
                worker.result = event
            case JobReport():
                self._engine.send(event)
            case _:
                assert_never(event)

    def _lose(self, worker: WorkerProcess) -> None:
        """Drop a worker whose connection has ended. What it was to do, and has not begun, is
        started again.
        """
        worker.gone = True
        job = worker.job
        if job and worker.never_began and not worker.was_stopped:
            worker.job = None
            self._start(job, attempts=0)
        elif job:
            self._end_job(worker, worker.end_without_report(self._kills))

    def _end_job(self, worker: WorkerProcess, end: JobEnded) -> None:
        """Report the end of a worker's job, and now what it came to: whoever waits for that, as
        trials wait for a preparation, then finds the worker free.
        """
        job, result = worker.job, worker.result
        worker.finish(end)
        if end.out_of_memory:  # those that wait there hold some of it
            for waiting in self._waiting_workers(worker.accelerator):
                waiting.gone = True
        if result and end.state is TrialState.FINISHED:
            self._engine.send(result)
        if job:
            self._engine.report_end(job.job, end)


def _yield_to_pages() -> None:
    """Let the app's process, and whatever else needs this machine, go before the trials; they have
    all of it while nobody else wants it.

    Side effects: lowers the priority of this process, and of all that it starts.
    """
    if sys.platform != "win32":
        os.nice(NICENESS)


def _open(handle: int) -> Connection:
    if sys.platform == "win32":
        from multiprocessing.connection import PipeConnection

        return PipeConnection(handle)  # type: ignore[return-value]
    return Connection(handle)


def _wait_for_server() -> None:
    """Wait until it has imported all: it starts nothing before."""
    probe = multiprocessing.get_context("forkserver").Process(target=os.getpid)
    probe.start()
    probe.join()


def main(handle: int, method: str, for_accelerator: bool, app_pid: int) -> None:
    """Import what jobs need, report that the host is ready, and serve.

    Args:
        handle: Of the connection to the engine.
        method: How the workers of jobs on the processor are started.
        for_accelerator: Whether the first job is on an accelerator. What such workers are forked
            from is started with the first of these jobs otherwise, which holds up all others then.
        app_pid: The process that has started this one.

    Side effects: starts and ends processes; ends this one when standard input ends.
    """
    die_with_parent(app_pid)
    prefer_to_end(HOST)
    _yield_to_pages()
    # Ctrl-C in a terminal reaches this process too; the engine decides
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    watch_standard_input()
    engine = WorkerChannel(_open(handle))
    if sys.platform == "linux":
        multiprocessing.set_forkserver_preload([_IMPORTS])
    context = accelerator_context() if for_accelerator else multiprocessing.get_context(method)
    has_server = context.get_start_method() == "forkserver"
    if has_server:
        forkserver.ensure_running()  # it imports while this process does
    if method == "fork":
        warm_up()
    if has_server:
        _wait_for_server()
    with suppress(OSError):  # the engine has gone, as the host finds at once
        engine.send(HostReady())
    Host(engine, multiprocessing.get_context(method)).serve()
    os._exit(0)  # without waiting for jobs: they end with this process


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3] == "accelerator", int(sys.argv[4]))
