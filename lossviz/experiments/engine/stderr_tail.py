"""The standard error of another process: passed on to ours as it comes, its last lines kept."""

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from multiprocessing.connection import Connection

MAX_BYTES = 4096
MAX_LINES = 20
_CHUNK = 65_536
_CHUNKS = 16  # at most, in one go: a process that never stops writing must not hold up its reader
_ESCAPE_SEQUENCE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")  # how a terminal is given colours
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class StderrTail:
    """A pipe for the standard error of a process that is to be started.

    What comes through is written to this process's own standard error; the last lines are kept. On
    Windows, where a pipe cannot be waited on among others, the process has our standard error, and
    nothing is kept.

    Attributes:
        write_end: What the process gets as its standard error; to be closed here once it has it.
            Negative where it gets ours.
        is_open: Whether more may come.

    Raises:
        OSError: This process may open no more files.

    Side effects: opens a pipe.
    """

    def __init__(self) -> None:
        self._read_end = self.write_end = -1
        self._bytes = b""
        self.is_open = sys.platform != "win32"
        if self.is_open:
            self._read_end, self.write_end = os.pipe()
            os.set_blocking(self._read_end, False)

    def fileno(self) -> int:
        """To wait on: readable when something was written, or all that could write have ended."""
        return self._read_end

    @contextmanager
    def given_to_children(self) -> Iterator[None]:
        """A child that is started inside has the pipe as its standard error.

        So also what it says before it runs any of our code is read, or after it can run any more.

        Side effects: this process's own standard error is the pipe meanwhile.
        """
        if self.write_end < 0:
            yield
            return
        with suppress(OSError, ValueError):
            sys.stderr.flush()
        before = os.dup(2)
        try:
            os.dup2(self.write_end, 2)
            yield
        finally:
            os.dup2(before, 2)
            os.close(before)

    def as_connection(self) -> Connection:
        """The pipe's end for a child that is started by another process than this one."""
        return Connection(os.dup(self.write_end), readable=False)

    def close_write_end(self) -> None:
        """Leave the writing to the process that was started; may be called twice."""
        if self.write_end >= 0:
            os.close(self.write_end)
            self.write_end = -1

    def relay(self) -> None:
        """Pass on what has come; returns at once.

        Side effects: writes to this process's standard error.
        """
        for _ in range(_CHUNKS):
            if not self.is_open:
                return
            try:
                chunk = os.read(self._read_end, _CHUNK)
            except BlockingIOError:
                return
            self.is_open = bool(chunk)
            self._bytes = (self._bytes + chunk)[-MAX_BYTES:]
            with suppress(OSError):  # nobody reads ours
                os.write(2, chunk)

    def forget(self) -> None:
        """Keep only what comes from now on, for the process's next job."""
        self._bytes = b""

    def close(self) -> None:
        """Read what is left, and close the pipe; the last lines stay."""
        self.relay()
        self.close_write_end()
        self.is_open = False
        if self._read_end >= 0:
            os.close(self._read_end)
            self._read_end = -1

    @property
    def text(self) -> str:
        """The last lines, see ``last_lines``."""
        return last_lines(self._bytes)


def last_lines(written: bytes) -> str:
    r"""The last lines of what a process wrote, as text that can be stored and shown.

    At most ``MAX_LINES`` and ``MAX_BYTES``; without colours and control characters; of a line that
    was overwritten, as progress bars do, what was left standing; bytes that are no text as escapes.

    >>> last_lines(b"10 %\r20 %\n\x1b[31mred\x1b[0m \xff\n\n")
    '20 %\nred \\xff'
    """
    text = written[-MAX_BYTES:].decode(errors="backslashreplace").replace("\r\n", "\n")
    lines = [_plain(line.rpartition("\r")[2]) for line in text.split("\n")]
    return "\n".join([line for line in lines if line][-MAX_LINES:])


def _plain(line: str) -> str:
    return _CONTROL.sub("", _ESCAPE_SEQUENCE.sub("", line)).rstrip()
