"""The process that has an engine's jobs done, seen from the engine."""

import multiprocessing
import os
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from lossviz.experiments.engine.channel import ControllerChannel
from lossviz.experiments.engine.messages import HostEvent, Request
from lossviz.experiments.engine.process_end import OutOfMemoryKills, describe_end
from lossviz.experiments.engine.resources import visibility
from lossviz.experiments.engine.stderr_tail import StderrTail

_ROOT = Path(__file__).parents[3]
_SIGKILL = 9
_GRACE_S = 5.0  # a host that imports torch notices after 2 s that its standard input has ended


class HostProcess:
    """A training host, and the connection to it.

    Args:
        module: What it runs: ``python -m MODULE HANDLE OPTIONS APP_PID``, HANDLE being its end of
            the connection.
        options: Further arguments for it.

    Attributes:
        ready: Whether it has sent ``HostReady``; kept by the one who receives.
        connection: To wait on: readable when the host has sent something, or has gone.
        stderr: What the host and its jobs write to their standard error.

    Raises:
        OSError: No process can be started.

    Side effects: starts the process; it ends by itself when this one does.
    """

    def __init__(self, module: str, options: Sequence[str]) -> None:
        self.ready = False
        self._kills = OutOfMemoryKills()
        with ExitStack() as on_failure:
            self.stderr = StderrTail()
            on_failure.callback(self.stderr.close)
            self.connection, host_end = multiprocessing.Pipe()
            on_failure.callback(self.connection.close)
            with host_end:
                self._process = _start(module, host_end.fileno(), options, self.stderr.write_end)
            on_failure.pop_all()
        self.stderr.close_write_end()
        self._channel = ControllerChannel(self.connection)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def send(self, request: Request) -> None:
        """Send a request; one to a host that has just gone is dropped, as the next read shows."""
        with suppress(OSError):
            self._channel.send(request)

    def receive(self) -> HostEvent:
        """Wait for the next event and return it.

        Raises:
            EOFError, OSError: The host has gone.
            UndecodableMessage: It is of another version; the next one may not be.
        """
        return self._channel.receive()

    def describe_end(self) -> str:
        """How it ended, to follow "the training host"; to be called once, after ``close``."""
        exit_code = self._process.returncode
        return describe_end(
            exit_code,
            stderr=self.stderr.text,
            out_of_memory=exit_code == -_SIGKILL and self._kills.happened(),
        )

    def close(self) -> None:
        """End it, and with it its jobs; returns when it has ended. One that hangs is killed."""
        self.connection.close()
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.close()  # which ends it
        try:
            self._process.wait(_GRACE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self.stderr.close()


def _start(
    module: str, handle: int, options: Sequence[str], stderr: int
) -> subprocess.Popen[bytes]:
    inherit: dict[str, Any] = {"pass_fds": [handle]}
    if sys.platform == "win32":
        os.set_handle_inheritable(handle, True)
        inherit = {"close_fds": False}
    command = [
        sys.executable,
        "-W",
        "ignore::FutureWarning",
        "-m",
        module,
        str(handle),
        *options,
        str(os.getpid()),
    ]
    return subprocess.Popen(
        command,
        cwd=_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        env={**os.environ, **visibility("")},  # CUDA does not survive a fork
        stderr=stderr if stderr >= 0 else None,
        **inherit,
    )
