"""The process in which trials are forked, seen from the engine."""

import multiprocessing
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).parents[3]
_GRACE_S = 5.0  # a host that imports torch hears of its end after 2 s


class HostProcess:
    """A training host and the line to it.

    Args:
        method: How it makes a trial's process, "fork" or "spawn".

    Attributes:
        connection: What the host says comes from here; it ends when the host does.

    Raises:
        OSError: No process can be started.

    Side effects: starts the process; it ends by itself when this one does.
    """

    def __init__(self, method: str) -> None:
        self.connection, theirs = multiprocessing.Pipe()
        with theirs:
            handle = theirs.fileno()
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

    def send(self, *message: object) -> None:
        """Send to the host; where it has just gone, the connection's end tells, and is read next."""
        with suppress(OSError):
            self.connection.send(message)

    def end(self) -> None:
        """End it, and with it its trials; returns when it has ended. One that hangs is killed."""
        self.connection.close()
        try:
            self._process.communicate(timeout=_GRACE_S)  # closing its standard input ends it
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()
