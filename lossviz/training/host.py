"""The warm host: a process that has imported fastai once and starts each trial in milliseconds.

Started as ``python -m lossviz.training.host HANDLE METHOD APP_PID``, HANDLE being its end of a connection to the engine.
It speaks with the engine over one connection. Engine to host: ``("start", trial, {"recipe", "loss", "seed"})``, ``("stop", trial)``.
Host to engine: ``("ready",)``, ``("progress", trial, share)``, ``("epoch", trial, fields)``, ``("fingerprint", trial, part, hash)``,
``("ended", trial, state, reason)``.

Nothing outlives the app: the host ends when its standard input does, which also happens when the app is killed; a trial ends when its host does.
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
from lossviz.runs.records import TrialState

_PATIENCE_S = 2.0  # between asking a trial to stop, SIGTERM and SIGKILL
_STOPPED = "stopped by request"
_PR_SET_PDEATHSIG = 1  # linux/prctl.h


@dataclass(slots=True)
class _Running:
    """A trial's process and the connection to it; once it was asked to stop, the ruder steps that are left and when the next is due."""

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
        """Obey the engine and relay what trials report, for ever; an engine that has gone ends it with EOFError."""
        while True:
            due = [trial.next_step_at for trial in self._running.values() if trial.next_step_at is not None]
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
                elif trial.next_step_at is not None and time.monotonic() >= trial.next_step_at and trial.steps:
                    trial.steps.pop(0)()
                    trial.next_step_at += _PATIENCE_S

    def _start(self, name: str, plan: dict[str, Any]) -> None:
        ours, theirs = self._context.Pipe()
        process = self._context.Process(target=_train, args=(theirs, plan), daemon=True)  # type: ignore[attr-defined]
        process.start()
        theirs.close()  # ours alone is left: it reads its end as soon as the trial's process is gone, however it went
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
        how = f"was killed by signal {-code}" if code is not None and code < 0 else f"ended with code {code}"
        return [TrialState.FAILED, f"the trial's process {how}, perhaps for want of memory; launch it again, with fewer at once"]


def _train(engine: Connection, plan: dict[str, Any]) -> None:
    """A trial's process, from its first to its last word."""
    if host := multiprocessing.parent_process():
        _end_with_parent(host.pid or 0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_host, daemon=True).start()
    import torch

    from lossviz.training.trial import TrialStopped, run_trial

    torch.set_num_threads(1)  # one core a trial, and the same sums whatever else runs
    try:
        run_trial(**plan, emit=lambda *event: engine.send(event), stop_requested=engine.poll)
        end = (TrialState.FINISHED, "")
    except TrialStopped:
        end = (TrialState.CANCELLED, _STOPPED)
    except LossvizError as error:
        end = (TrialState.FAILED, str(error))
    except Exception as error:  # the trial fails, with its trace on the server's terminal; the others go on
        traceback.print_exc()
        end = (TrialState.FAILED, f"{type(error).__name__}: {error}")
    engine.send(("ended", *end))
    sys.stderr.flush()
    os._exit(0)  # an interpreter with fastai in it takes 1.5 s and a core to take itself down, while the next trial starts


def _end_with_parent(parent_pid: int) -> None:
    """Have the kernel end this process when its parent goes, where it can: the threads below wait while an import holds the interpreter."""
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
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal reaches us too; the engine decides
    threading.Thread(target=_end_with_standard_input, daemon=True).start()
    engine = _open(handle)
    if method == "fork":
        import lossviz.training.trial  # noqa: F401 - a fork shares what is imported here: 0.05 s a trial instead of 4 s
    engine.send(("ready",))
    with suppress(EOFError, OSError):  # the engine has gone
        _Host(engine, multiprocessing.get_context(method)).serve()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
