"""One file from the network to the disk: resumed where it broke off, verified before it is named.

By hand, because no library does all of what is needed: resume, progress, stop, verification, one
download for all processes. Pooch 1.9.0 verifies and retries, but each try begins anew, nothing but
a progress bar that raises can stop it, and it knows no lock. fastdownload 0.0.8 locks, but resumes
nothing and hashes the first megabyte only. ``torch.hub`` verifies, but resumes and locks nothing.
"""

import http.client
import os
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final
from urllib.parse import urlsplit

from lossviz.training.data.disk import acquire_lock
from lossviz.training.data.progress import CheckStop, OnProgress, throttled
from lossviz.training.data.remote_file import MB, RemoteFile

TIMEOUT_S = 20.0  # for a connection to open, and for its next bytes
# before each further try; a try that brought bytes makes the count start anew
PAUSES_S: Final = (0.0, 1.0, 3.0, 9.0)
_CHUNK = 2**18
_CHECK_EVERY_S = 0.1


class _Interrupted(Exception):
    """The connection broke, or the server cannot answer now.

    Attributes:
        reached: Whether there was a server.
    """

    def __init__(self, reason: object, *, reached: bool) -> None:
        self.reached = reached
        super().__init__(str(reason) or type(reason).__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """A file that is wanted on the disk.

    The bytes go to ``target`` + ``.part``, which stays after whatever happens, a kill too; the next
    call asks the server for the rest only.

    Attributes:
        file: What is wanted.
        target: Where it is wanted.
        on_progress: Called with a sentence and the share done, 0 to 1, about ten times a second.
        check_stop: Called after each piece, and twice a second while another process downloads. May
            raise whatever ends the caller's work. Not called while the server is silent, which
            lasts ``TIMEOUT_S`` at most.
        room_for: Bytes that must be free on the disk beside what is still to be downloaded of a
            known size.
    """

    file: RemoteFile
    target: Path
    on_progress: OnProgress
    check_stop: CheckStop
    room_for: int = 0

    @property
    def part(self) -> Path:
        """The file that grows while it is downloaded."""
        return self.target.with_name(f"{self.target.name}.part")

    def lock(self, on_wait: Callable[[], None] | None = None) -> AbstractContextManager[object]:
        """Wait until no other process downloads this file, and keep others from it.

        On Linux and macOS this is the lock that fastdownload takes, under the name that it gives
        it, so a notebook's own ``untar_data`` takes turns too.

        Args:
            on_wait: Called twice a second while another process holds it; by default it reports
                how far the other is.

        Returns:
            A context manager that releases the lock at its end.

        Raises:
            DownloadError: The folder cannot be written.
        """
        with self.file.disk_errors(self.target.parent):
            return acquire_lock(
                self.target.with_name(f"{self.target.name}.lock"),
                on_wait=on_wait or self.report_waiting,
                check_stop=self.check_stop,
            )

    def run(self) -> None:
        """Have the file at ``target``. What is there and right is left alone.

        Call it while ``lock`` is held.

        Raises:
            DownloadError: Too little room, no network, a server that refuses, a file that is not
                the right one, a folder that cannot be written.

        Side effects: writes ``target`` and its ``.part``.
        """
        if self.file.matches(self.target):
            return
        if not self.file.matches(self.part):
            needed = (self.file.size or 0) - _size(self.part) + self.room_for
            self.file.require_free_space(self.part.parent, needed)
            self._receive_with_retries()
        if not self.file.matches(self.part):
            self.part.unlink()
            raise self.file.error(
                f"what came from {self.file.url} has another hash than {self.file.digest} and was"
                f" deleted; try again, and if it happens again, something between here and there"
                f" changes it: use another network"
            )
        with self.file.disk_errors(self.target.parent):
            self.part.replace(self.target)

    def _receive_with_retries(self) -> None:
        """Connect until the part is whole; give up where several tries in a row brought nothing."""
        at_first = _size(self.part)
        pauses = iter(PAUSES_S)
        while True:
            before = _size(self.part)
            try:
                self._receive()
                return
            except _Interrupted as error:
                if _size(self.part) > before:
                    pauses = iter(PAUSES_S)
                pause = next(pauses, None)
                host = urlsplit(self.file.url).hostname
                if not error.reached and (pause is None or _size(self.part) == at_first):
                    raise self.file.error(
                        f"no connection to {host} ({error}); connect this machine to the internet"
                        " and try again, the part that is here already is kept. Or put the file"
                        " from"
                        f" {self.file.url} at {self.target} yourself"
                    ) from error
                if pause is None:
                    raise self.file.error(
                        f"{host} broke off {len(PAUSES_S) + 1} times in a row ({error}); try again"
                        " later, the part that is here already is kept"
                    ) from error
                self.on_progress(
                    f"the connection broke ({error}), trying again: {self._amount(self.file.size)}",
                    self._share(self.file.size),
                )
            self._sleep(pause)

    def _receive(self) -> None:
        """One connection: ask for what the part lacks, and append it."""
        with self._connect() as response:
            total = self._total_size(response)
            report = throttled(self.on_progress)
            with self._writing():
                out: BinaryIO = self.part.open("ab" if response.status == 206 else "wb")
            with out:
                while True:
                    report(f"downloading {self._amount(total)}", self._share(total))
                    self.check_stop()
                    chunk = _read(response)
                    if not chunk:
                        break
                    with self._writing():
                        out.write(chunk)
                        out.flush()
                with self._writing():
                    # before it gets its name: after a power cut a whole length could hold zeros
                    os.fsync(out.fileno())
        if total is not None and _size(self.part) < total:
            raise _Interrupted("it closed too early", reached=True)

    def _connect(self) -> http.client.HTTPResponse:
        """The server's response to a request for what the part lacks."""
        headers = {"User-Agent": "lossviz"}
        if have := _size(self.part):
            headers["Range"] = f"bytes={have}-"
        request = urllib.request.Request(self.file.url, headers=headers)
        try:
            response: http.client.HTTPResponse = urllib.request.urlopen(request, timeout=TIMEOUT_S)
        except urllib.error.HTTPError as error:
            error.close()
            if error.code == 416:  # the part is longer than the file: a part of something else
                self.part.unlink()
            if error.code in (416, 429) or error.code >= 500:
                raise _Interrupted(f"{error.code} {error.reason}", reached=True) from error
            raise self.file.error(
                f"{urlsplit(self.file.url).hostname} answered {error.code} {error.reason} for"
                f" {self.file.url}; a newer lossviz may know another address. Or put the file at"
                f" {self.target} yourself"
            ) from error
        except urllib.error.URLError as error:
            reason = getattr(error.reason, "strerror", None) or error.reason
            raise _Interrupted(reason, reached=False) from error
        # broken between the request and the response: urllib passes these on as they are
        except (OSError, http.client.HTTPException) as error:
            raise _Interrupted(error, reached=True) from error
        return response

    def _total_size(self, response: http.client.HTTPResponse) -> int | None:
        """The bytes of the whole file as the server has it, or None where it does not say.

        A login page of a hotel's network comes as a good response too, and must not overwrite the
        part.
        """
        if response.status == 206:
            content_range = response.headers.get("Content-Range", "")
            piece = re.match(r"bytes (\d+)-\d+/(\d+|\*)$", content_range)
            if piece is None or int(piece[1]) != _size(self.part):
                raise _Interrupted("it offers another piece than was asked for", reached=True)
            stated = piece[2]
        else:
            stated = response.headers.get("Content-Length", "*")
        total = None if stated == "*" else int(stated)
        if total is not None and self.file.size not in (None, total):
            raise self.file.error(
                f"{self.file.url} offers {total:,} bytes instead of {self.file.size:,}; try another"
                " network, for this one may answer with a page of its own"
            )
        return total or self.file.size

    def _sleep(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.check_stop()
            time.sleep(_CHECK_EVERY_S)

    def report_waiting(self) -> None:
        """Report how far another process is with this file."""
        self.on_progress(
            f"another process is downloading {self._amount(self.file.size)}",
            self._share(self.file.size),
        )

    def _writing(self) -> AbstractContextManager[None]:
        return self.file.disk_errors(self.part.parent)

    def _amount(self, total: int | None) -> str:
        """``"the pets: 120 of 812 MB"``."""
        of_total = f" of {total / MB:,.0f}" if total else ""
        return f"{self.file.name}: {_size(self.part) / MB:,.0f}{of_total} MB"

    def _share(self, total: int | None) -> float:
        return min(1.0, _size(self.part) / total) if total else 0.0


def fetch(download: Download) -> Path:
    """Have the file at its target, and return where; one process downloads and the others wait.

    Raises:
        DownloadError: See ``Download.run``.

    Side effects: writes the target, its ``.part`` and its ``.lock``.
    """
    if not download.file.matches(download.target):
        with download.lock():
            download.run()
    return download.target


def _read(response: http.client.HTTPResponse) -> bytes:
    try:
        return response.read1(_CHUNK)
    except (OSError, http.client.HTTPException) as error:
        raise _Interrupted(error, reached=True) from error


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0
