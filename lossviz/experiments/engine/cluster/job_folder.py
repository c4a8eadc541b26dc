"""Messages between an app's machine and a node, as files in a folder that both see.

Such a folder is often on NFS, where a process may see an old state of a file for a minute, or not
see a new file at all. What it does promise is that a file that is opened shows what was flushed
before ("close to open"). So every file is there before the other side begins to look, is written by
one side only, flushed soon after each message, and opened anew for each look.

The folder is its user's own, as whoever can write to it decides what is run.
"""

import os
import pickle
import struct
import threading
import time
import zlib
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from lossviz.experiments.engine.channel import encode, message_in
from lossviz.experiments.engine.messages import Request, WorkerEvent

REQUESTS: Final = "requests"  # from the host to the worker
EVENTS: Final = "events"  # from the worker to the host
OUTPUT: Final = "output"  # what the worker prints, with its standard error
HEARTBEAT: Final = "heartbeat"
WAITS_S: Final = 5.0  # how long a worker that has done a job waits for the next one
_HEADER: Final = struct.Struct(">QI")  # bytes of the message, and their checksum


class MessageLog:
    """The end of a file that messages are appended to.

    Args:
        path: The file; it is made where there is none.
        flush_every_s: How long a message may wait until the file's server has it; 0 for not at all.
        clock: Seconds that go on.

    Raises:
        OSError: From every method, where the file cannot be written.

    Side effects: opens the file.
    """

    def __init__(
        self,
        path: Path,
        *,
        flush_every_s: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._flush_every_s, self._clock = flush_every_s, clock
        self._flushed_at, self._has_unflushed = -flush_every_s, False

    def append(self, message: Request | WorkerEvent) -> None:
        """Append a message, and flush it where it is time to."""
        content = pickle.dumps(encode(message))
        left = memoryview(_HEADER.pack(len(content), zlib.crc32(content)) + content)
        while left:
            left = left[os.write(self._file, left) :]
        self._has_unflushed = True
        self.flush_if_due()

    def flush_if_due(self) -> None:
        """Flush what waits for long enough."""
        if self._has_unflushed and self._clock() >= self._flushed_at + self._flush_every_s:
            self.flush()

    def flush(self) -> None:
        """Return when the file's server has every message."""
        os.fsync(self._file)
        self._flushed_at, self._has_unflushed = self._clock(), False

    def close(self) -> None:
        """Close the file."""
        os.close(self._file)


class LogReader:
    """Reads the messages of a file that another process appends to.

    Args:
        path: The file.
        expected: What its messages may be.
    """

    def __init__(self, path: Path, expected: Any) -> None:
        self._path, self._expected, self._offset = path, expected, 0

    def read(self) -> list[Any]:
        """The messages that have come since the last call, without one that is not there as a
        whole yet.

        Raises:
            UndecodableMessage: The next one is none of this version; the call after this one goes
                on behind it.
        """
        try:
            with self._path.open("rb") as file:
                file.seek(self._offset)
                new = file.read()
        except OSError:  # a server that does not answer now, or a folder that has been removed
            return []
        messages: list[Any] = []
        while content := _first_content(new):
            length = _HEADER.size + len(content)
            try:
                messages.append(message_in(content, self._expected))
            except Exception:
                if messages:  # first what came before it
                    break
                self._offset += length
                raise
            self._offset += length
            new = new[length:]
        return messages


def _first_content(log: bytes) -> bytes:
    """The first message in a part of a log; empty where it is not there as a whole: a server may
    show a file's length before its content.
    """
    if len(log) < _HEADER.size:
        return b""
    length, checksum = _HEADER.unpack_from(log)
    content = log[_HEADER.size : _HEADER.size + length]
    return content if len(content) == length and zlib.crc32(content) == checksum else b""


class Heartbeat:
    """Shows in a file that this process runs, until it is closed or the process ends.

    Args:
        path: The file.
        every_s: Seconds between two beats.

    Side effects: writes the file, starts a thread that does so again and again.
    """

    def __init__(self, path: Path, *, every_s: float) -> None:
        self._path, self._every_s = path, every_s
        self._closed = threading.Event()
        self._beat(0)
        self._thread = threading.Thread(target=self._go_on, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Beat no more."""
        self._closed.set()
        self._thread.join()

    def _go_on(self) -> None:
        count = 0
        while not self._closed.wait(self._every_s):
            count += 1
            with suppress(OSError):  # a full disk, or a server that is away: at the next beat
                self._beat(count)

    def _beat(self, count: int) -> None:
        self._path.write_text(f"{count}\n")


class HeartbeatWatch:
    """Tells whether the process that writes a ``Heartbeat`` still runs.

    No two clocks are compared: what counts is for how long its beats were all the same.

    Args:
        path: The file.
        patience_s: For how long it may show nothing new.
        clock: Seconds that go on.
    """

    def __init__(
        self, path: Path, *, patience_s: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._path, self._patience_s, self._clock = path, patience_s, clock
        self._last, self._since = "", clock()

    def stopped(self) -> bool:
        """Whether it has ended: there was no beat for long, or its folder is gone."""
        try:
            beat = self._path.read_text()
        except FileNotFoundError:
            return True
        except OSError:
            beat = self._last
        if beat != self._last:
            self._last, self._since = beat, self._clock()
        return self._clock() - self._since > self._patience_s
