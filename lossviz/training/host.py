"""The warm host: a process that has imported fastai once and starts each trial in milliseconds.

Started as ``python -m lossviz.training.host HANDLE METHOD APP_PID``, HANDLE being its end of a
connection to the engine. It speaks with the engine over one connection. Engine to host: ``("start",
job, kind, plan)``, ``("stop", job)``; the kinds of jobs and their plans are in
``lossviz.training.jobs``. Host to engine: ``("ready",)``, whatever a job tells, with its name put
behind the first word, and at its end ``("ended", job, state, reason)``.

Nothing outlives the app: the host ends when its standard input does, which also happens when the
app is killed; a job's process ends when its host does.
"""

import ctypes
import multiprocessing
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from typing import Any

from lossviz.errors import LossvizError
from lossviz.experiments.records import TrialState
from lossviz.training.jobs import do_job, warm_up

_PATIENCE_S = 2.0  # between asking a trial to stop, SIGTERM and SIGKILL
_STOPPED = "stopped by request"
_LESS_MEMORY = "run it again with a smaller batch or image size, or with fewer programs beside it"
# what torch says for want of memory: accelerator, processor, and oneDNN, which says no more
_MEMORY_LACKS = (
    "out of memory",
    "can't allocate memory",
    "cannot allocate memory",
    "std::bad_alloc",
    "could not create a primitive",
    "could not create a memory",
)
_PR_SET_PDEATHSIG = 1  # linux/prctl.h


@dataclass(slots=True)
class _Running:
    """A job's process and the connection to it; once it was asked to stop, the ruder steps that are
    left and when the next is due.
    """

    process: BaseProcess
    connection: Connection
    steps: list[Callable[[], None]] = field(default_factory=list)
    next_step_at: float | None = None
    ended: bool = False


class _Host:
    def __init__(self, engine: Connection, context: BaseContext) -> None:
        self._engine, self._context = engine, context
        self._running: dict[str, _Running] = {}

    def serve(self) -> None:
        """Obey the engine and relay what trials report, for ever; an engine that has gone ends it
        with EOFError.
        """
        while True:
            due = [
                trial.next_step_at
                for trial in self._running.values()
                if trial.next_step_at is not None
            ]
            sources = [self._engine, *(trial.connection for trial in self._running.values())]
            ready = wait(sources, timeout=max(0.0, min(due) - time.monotonic()) if due else None)
            if self._engine in ready:
                command, name, *details = self._engine.recv()
                obey: dict[str, Callable[..., None]] = {"start": self._start, "stop": self._stop}
                obey[command](name, *details)
            for name, trial in list(self._running.items()):
                if trial.connection in ready:
                    self._relay(name, trial)
                if trial.ended:
                    trial.process.join(_PATIENCE_S)
                    del self._running[name]
                elif (
                    trial.next_step_at is not None
                    and time.monotonic() >= trial.next_step_at
                    and trial.steps
                ):
                    trial.steps.pop(0)()
                    trial.next_step_at += _PATIENCE_S

    def _start(self, name: str, kind: str, plan: dict[str, Any]) -> None:
        ours, theirs = self._context.Pipe()
        if self._context.get_start_method() == "fork":
            warm_up(kind, plan)  # once, here, instead of in each process
        process = self._context.Process(target=_work, args=(theirs, kind, plan))  # type: ignore[attr-defined]
        process.start()
        # ours alone is left: it reads its end as soon as the trial's process is gone, however it
        # went
        theirs.close()
        self._running[name] = _Running(process, ours)

    def _stop(self, name: str) -> None:
        trial = self._running.get(name)
        if trial is None or trial.next_step_at is not None:
            return
        trial.steps = [trial.process.terminate, trial.process.kill]
        trial.next_step_at = time.monotonic() + _PATIENCE_S
        with suppress(OSError):  # where it has just gone its connection tells
            trial.connection.send("stop")

    def _relay(self, name: str, trial: _Running) -> None:
        try:
            kind, *details = trial.connection.recv()
        except (EOFError, OSError):
            kind, details = "ended", self._silent_end(trial)
        trial.ended = kind == "ended"
        self._engine.send((kind, name, *details))

    @staticmethod
    def _silent_end(trial: _Running) -> list[str]:
        """The state and reason of a trial whose process went without a word."""
        trial.process.join(_PATIENCE_S)
        if trial.next_step_at is not None:
            return [TrialState.CANCELLED, _STOPPED]
        code = trial.process.exitcode
        how = (
            f"was killed by signal {-code}"
            if code is not None and code < 0
            else f"ended with code {code}"
        )
        return [
            TrialState.FAILED,
            f"the trial's process {how}, perhaps for want of memory; {_LESS_MEMORY}",
        ]


def _work(engine: Connection, kind: str, plan: dict[str, Any]) -> None:
    """A job's process, from its first to its last word."""
    if host := multiprocessing.parent_process():
        _end_with_parent(host.pid or 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # there the kernel ends it; without memory a thread's start may wait for ever (seen in 1 of 15
    # trials)
    if sys.platform != "linux":
        threading.Thread(target=_end_with_host, daemon=True).start()
    from lossviz.training.progress_callback import TrialDiverged, TrialStopped

    try:
        do_job(kind, plan, emit=lambda *event: engine.send(event), stop_requested=engine.poll)
        end = (TrialState.FINISHED, "")
    except TrialStopped:
        end = (TrialState.CANCELLED, _STOPPED)
    except TrialDiverged as error:
        end = (TrialState.DIVERGED, str(error))
    except LossvizError as error:
        end = (TrialState.FAILED, str(error))
    # the trial fails, with its trace on the server's terminal; the others go on
    except Exception as error:
        end = (TrialState.FAILED, _reason_of(error))
        with suppress(MemoryError):
            traceback.print_exc()
    engine.send(("ended", *end))
    sys.stderr.flush()
    # an interpreter with fastai in it takes 1.5 s and a core to take itself down, while the next
    # trial starts
    os._exit(0)


def _reason_of(error: Exception) -> str:
    """An error's name and words; for want of memory, which torch tells by a RuntimeError where
    there is no accelerator, also what to do.
    """
    words = f"{type(error).__name__}: {error}".rstrip(": ")
    if isinstance(error, MemoryError) or any(lack in words.lower() for lack in _MEMORY_LACKS):
        return f"the machine's memory did not suffice ({words.splitlines()[0]}); {_LESS_MEMORY}"
    return words


def _end_with_parent(parent_pid: int) -> None:
    """Have the kernel end this process when its parent goes, where it can: the threads below wait
    while an import holds the interpreter.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent_pid:  # it went before that
            os._exit(1)


def _end_with_host() -> None:
    host = multiprocessing.parent_process()
    if host is not None:
        wait([host.sentinel])
        os._exit(1)


def _end_with_standard_input() -> None:
    while os.read(0, 1):
        pass
    os._exit(0)


def _open(handle: int) -> Connection:
    if sys.platform == "win32":
        from multiprocessing.connection import PipeConnection

        return PipeConnection(handle)  # type: ignore[return-value]
    return Connection(handle)


def main(handle: int, method: str, app_pid: int) -> None:
    """Import, say so, serve.

    Side effects: starts and ends processes; ends this one when standard input ends.
    """
    _end_with_parent(app_pid)
    # Ctrl-C in a terminal reaches us too; the engine decides
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_standard_input, daemon=True).start()
    engine = _open(handle)
    if method == "fork":
        warm_up("trial", {})
    engine.send(("ready",))
    with suppress(EOFError, OSError):  # the engine has gone
        _Host(engine, multiprocessing.get_context(method)).serve()
    os._exit(0)  # without waiting for jobs: they end with this process


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
