"""The process in which jobs are forked, seen from the engine."""

import multiprocessing
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from lossviz.experiments.engine.channel import ControllerChannel
from lossviz.experiments.engine.messages import HostEvent, Request

_ROOT = Path(__file__).parents[3]
_GRACE_S = 5.0  # a host that imports torch notices after 2 s that its standard input has ended


class HostProcess:
    """A training host, and the connection to it.

    Args:
        method: How it starts a job's process, "fork" or "spawn".

    Attributes:
        ready: Whether it has sent ``HostReady``; kept by the one who receives.
        connection: To wait on: readable when the host has sent something, or has gone.

    Raises:
        OSError: No process can be started.

    Side effects: starts the process; it ends by itself when this one does.
    """

    def __init__(self, method: str) -> None:
        self.ready = False
        self.connection, host_end = multiprocessing.Pipe()
        self._channel = ControllerChannel(self.connection)
        with host_end:
            handle = host_end.fileno()
            inherit: dict[str, Any] = {"pass_fds": [handle]}
            if sys.platform == "win32":
                os.set_handle_inheritable(handle, True)
                inherit = {"close_fds": False}
            command = [
                sys.executable,
                "-W",
                "ignore::FutureWarning",
                "-m",
                "lossviz.training.host",
                str(handle),
                method,
                str(os.getpid()),
            ]
            self._process = subprocess.Popen(
                command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, **inherit
            )

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
        """
        return self._channel.receive()

    def close(self) -> None:
        """End it, and with it its jobs; returns when it has ended. One that hangs is killed."""
        self.connection.close()
        try:
            self._process.communicate(timeout=_GRACE_S)  # closing its standard input ends it
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
