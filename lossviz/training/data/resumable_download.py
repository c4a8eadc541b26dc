"""One file from the network to the disk: one download for all processes, taken up where it broke
off, and verified before it gets its name.
"""

import http.client
import os
import re
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import BinaryIO, Final
from urllib.parse import urlsplit

from lossviz.training.data.remote_file import (
    MB,
    CheckStop,
    OnProgress,
    RemoteFile,
    disk_errors,
    locked,
    require_free_space,
    throttled,
)

TIMEOUT_S = 20.0  # for a connection to open, and for its next bytes
# before each further try; a try that brought bytes makes the count start anew
PAUSES_S: Final = (0.0, 1.0, 3.0, 9.0)
_CHUNK = 2**18


class _Interrupted(Exception):
    """The connection broke, or the server cannot answer now; ``reached`` says whether there was a
    server.
    """

    def __init__(self, reason: object, *, reached: bool) -> None:
        self.reached = reached
        super().__init__(str(reason) or type(reason).__name__)


def fetch(
    file: RemoteFile,
    target: Path,
    *,
    on_progress: OnProgress,
    check_stop: CheckStop,
    room_for: int = 0,
) -> Path:
    """Have ``file`` at ``target``, and return ``target``.

    What is there and right is left alone. Else one process downloads to ``target`` + ``.part`` and
    the others wait. The part stays after whatever happens, a kill too, and the next call asks the
    server for the rest only.

    Args:
        file: What is wanted.
        target: Where it is wanted.
        on_progress: Called with a sentence and the share done, 0 to 1, about ten times a second.
        check_stop: Called after each piece, and twice a second while another process downloads. May
            raise whatever ends the caller's work. Not called while the server is silent, which
            lasts ``TIMEOUT_S`` at most.
        room_for: Bytes that must be free on the disk beside what is still to be downloaded of a
            known size.

    Raises:
        DownloadError: Too little room, no network, a server that refuses, a file that is not the
            right one, a folder that cannot be written.

    Side effects: writes ``target``, its ``.part`` and its ``.lock``.
    """
    if file.matches(target):
        return target
    part = target.with_name(f"{target.name}.part")

    def waiting() -> None:
        on_progress(
            f"another process is downloading {_progress(file, part, file.size)}",
            _share(part, file.size),
        )

    with locked(
        file, target.with_name(f"{target.name}.lock"), waiting=waiting, check_stop=check_stop
    ):
        if file.matches(target):
            return target
        if not file.matches(part):
            require_free_space(file, part.parent, (file.size or 0) - _size(part) + room_for)
            _load(file, part, on_progress=on_progress, check_stop=check_stop)
        if not file.matches(part):
            part.unlink()
            raise file.error(
                f"what came from {file.url} has another hash than {file.digest} and was thrown"
                " away; try again, and if it comes again, something on the way changes it: use"
                " another network"
            )
        with disk_errors(file, target.parent):
            part.replace(target)
    return target


def _load(file: RemoteFile, part: Path, *, on_progress: OnProgress, check_stop: CheckStop) -> None:
    """Connect until the part is whole; give up where several tries in a row brought nothing."""
    at_first = _size(part)
    tries = iter(PAUSES_S)
    while True:
        before = _size(part)
        try:
            _load_rest(file, part, on_progress=on_progress, check_stop=check_stop)
            return
        except _Interrupted as error:
            if _size(part) > before:
                tries = iter(PAUSES_S)
            pause = next(tries, None)
            host = urlsplit(file.url).hostname
            if not error.reached and (pause is None or _size(part) == at_first):
                raise file.error(
                    f"no connection to {host} ({error}); connect this machine to the internet and"
                    f" try again, what has come so far is kept. Or put the file from {file.url} at"
                    f" {part.with_suffix('')} yourself"
                ) from error
            if pause is None:
                raise file.error(
                    f"{host} broke off {len(PAUSES_S) + 1} times in a row ({error}); try again"
                    " later, what has come so far is kept"
                ) from error
            on_progress(
                f"the connection broke ({error}), trying again: {_progress(file, part, file.size)}",
                _share(part, file.size),
            )
        until = time.monotonic() + pause
        while time.monotonic() < until:
            check_stop()
            time.sleep(0.1)


def _load_rest(
    file: RemoteFile, part: Path, *, on_progress: OnProgress, check_stop: CheckStop
) -> None:
    """One connection: ask for what the part lacks, and append it."""
    with _answer(file, part) as answer:
        total, often = _total(file, part, answer), throttled(on_progress)
        with disk_errors(file, part.parent):
            out: BinaryIO = part.open("ab" if answer.status == 206 else "wb")
        with out:
            while True:
                often(f"downloading {_progress(file, part, total)}", _share(part, total))
                check_stop()
                try:
                    chunk = answer.read1(_CHUNK)
                except (OSError, http.client.HTTPException) as error:
                    raise _Interrupted(error, reached=True) from error
                if not chunk:
                    break
                with disk_errors(file, part.parent):
                    out.write(chunk)
                    out.flush()
            with disk_errors(file, part.parent):
                # before it gets its name: after a power cut a whole length could hold zeros
                os.fsync(out.fileno())
    if total is not None and _size(part) < total:
        raise _Interrupted("it closed too early", reached=True)


def _answer(file: RemoteFile, part: Path) -> http.client.HTTPResponse:
    """The server's answer to a request for what the part lacks."""
    headers = {"User-Agent": "lossviz"}
    if have := _size(part):
        headers["Range"] = f"bytes={have}-"
    try:
        answer: http.client.HTTPResponse = urllib.request.urlopen(
            urllib.request.Request(file.url, headers=headers), timeout=TIMEOUT_S
        )
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == 416:  # the part is longer than the file, so it is a part of something else
            part.unlink()
        if error.code in (416, 429) or error.code >= 500:
            raise _Interrupted(f"{error.code} {error.reason}", reached=True) from error
        raise file.error(
            f"{urlsplit(file.url).hostname} answered {error.code} {error.reason} for {file.url}; a"
            f" newer lossviz may know another address. Or put the file at {part.with_suffix('')}"
            " yourself"
        ) from error
    except urllib.error.URLError as error:
        raise _Interrupted(
            getattr(error.reason, "strerror", None) or error.reason, reached=False
        ) from error
    # broken between the request and the answer: urllib passes these on as they are
    except (OSError, http.client.HTTPException) as error:
        raise _Interrupted(error, reached=True) from error
    return answer


def _total(file: RemoteFile, part: Path, answer: http.client.HTTPResponse) -> int | None:
    """The bytes of the whole file as the server has it, or None where it does not say.

    A login page of a hotel's network comes as a good answer too, and must not overwrite the part.
    """
    if answer.status == 206:
        piece = re.match(r"bytes (\d+)-\d+/(\d+|\*)$", answer.headers.get("Content-Range", ""))
        if piece is None or int(piece[1]) != _size(part):
            raise _Interrupted("it offers another piece than was asked for", reached=True)
        said = piece[2]
    else:
        said = answer.headers.get("Content-Length", "*")
    total = None if said == "*" else int(said)
    if total is not None and file.size not in (None, total):
        raise file.error(
            f"{file.url} offers {total:,} bytes instead of {file.size:,}; try another network, for"
            " this one may answer with a page of its own"
        )
    return total or file.size


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _progress(file: RemoteFile, part: Path, total: int | None) -> str:
    """``"the pets: 120 of 812 MB"``."""
    return f"{file.name}: {_size(part) / MB:,.0f}" + (
        f" of {total / MB:,.0f} MB" if total else " MB"
    )


def _share(part: Path, total: int | None) -> float:
    return min(1.0, _size(part) / total) if total else 0.0
