"""A download arrives whole and right, or an error says why not; what breaks off is resumed."""

import hashlib
import shutil
import socket
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from lossviz.errors import DownloadError, InvalidInput
from lossviz.training.data import resumable_download
from lossviz.training.data.remote_file import RemoteFile
from lossviz.training.data.resumable_download import Download, fetch
from tests.support.downloads import CONTENT, STARTING_S, Stopped, start
from tests.support.file_server import Fault, Served
from tests.support.waiting import wait_until

pytestmark = pytest.mark.usefixtures("direct")


@dataclass(frozen=True)
class Request:
    """A file that is wanted in a folder, and what was reported meanwhile."""

    file: RemoteFile
    target: Path
    reported: list[tuple[str, float]]

    @property
    def part(self) -> Path:
        return self.target.with_name(f"{self.target.name}.part")

    def fetch(self, check=lambda: None, room_for: int = 0) -> bytes:
        download = Download(
            file=self.file,
            target=self.target,
            on_progress=lambda *report: self.reported.append(report),
            check_stop=check,
            room_for=room_for,
        )
        assert fetch(download) == self.target
        assert not self.part.exists()
        return self.target.read_bytes()


def request_for(url: str, folder: Path) -> Request:
    digest = hashlib.sha256(CONTENT).hexdigest()
    file = RemoteFile(
        name="the pets",
        url=f"{url}file.bin",
        size=len(CONTENT),
        algorithm="sha256",
        digest=digest,
        home="FASTAI_HOME",
    )
    return Request(file, folder / "archive" / "file.bin", [])


@pytest.fixture
def wanted(served: Served, tmp_path: Path) -> Request:
    return request_for(served.url, tmp_path)


def code_of(wanted: Request) -> str:
    """A program that fetches, and prints what is reported."""
    return f"""
from pathlib import Path
from lossviz.training.data.remote_file import RemoteFile
from lossviz.training.data.resumable_download import Download, fetch
fetch(Download(
    file={wanted.file!r},
    target=Path({str(wanted.target)!r}),
    on_progress=lambda sentence, share: print(sentence, flush=True),
    check_stop=lambda: None,
))
"""


def has(path: Path, size: int) -> bool:
    return path.exists() and path.stat().st_size == size


def test_a_download_reports_its_progress_and_what_is_there_is_not_loaded_again(
    served: Served, wanted: Request
) -> None:
    assert wanted.fetch() == CONTENT
    assert wanted.reported[0] == ("downloading the pets: 0 of 1 MB", 0.0)
    assert wanted.fetch() == CONTENT
    assert served.requests == [0]


def test_an_interrupted_download_continues_where_it_was(served: Served, wanted: Request) -> None:
    served.faults += [Fault(cut_after=300_000), Fault(cut_after=500_000)]
    assert wanted.fetch() == CONTENT
    assert served.requests == [0, 300_000, 800_000]
    assert (
        "the connection broke (it closed too early), trying again: the pets: 1 of 1 MB",
        0.625,
    ) in wanted.reported


def test_a_silent_server_is_disconnected_and_asked_again(
    served: Served, wanted: Request, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resumable_download, "TIMEOUT_S", 0.3)
    served.faults += [Fault(pause_after=300_000)]
    assert wanted.fetch() == CONTENT
    assert served.requests == [0, 300_000]


def test_a_server_that_only_breaks_off_is_given_up_and_a_later_call_continues(
    served: Served, wanted: Request
) -> None:
    served.faults += [Fault(cut_after=300_000), Fault(cut_after=0), Fault(status=503)]
    with pytest.raises(
        DownloadError,
        match=r"broke off 3 times in a row \(503 Service Unavailable\); try again later",
    ) as caught:
        wanted.fetch()
    assert caught.value.url == wanted.file.url
    assert wanted.fetch() == CONTENT
    assert served.requests == [0, *[300_000] * 3]


def test_between_two_tries_there_is_a_pause_in_which_it_can_be_stopped(
    served: Served, wanted: Request, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resumable_download, "PAUSES_S", (3600.0,))
    served.faults += [Fault(cut_after=300_000)]

    def check() -> None:
        if any("trying again" in sentence for sentence, _ in wanted.reported):
            raise Stopped

    with pytest.raises(Stopped):
        wanted.fetch(check)
    assert has(wanted.part, 300_000)


def test_a_killed_download_continues_where_it_was(
    served: Served, wanted: Request, started: list[subprocess.Popen]
) -> None:
    served.faults += [Fault(pause_after=300_000)]
    process = start(started, code_of(wanted))
    wait_until(
        lambda: has(wanted.part, 300_000), within_s=STARTING_S, what="300,000 bytes on the disk"
    )
    process.kill()
    process.wait()
    assert wanted.fetch() == CONTENT
    assert served.requests == [0, 300_000]


def test_two_processes_at_once_download_once(
    served: Served, wanted: Request, started: list[subprocess.Popen]
) -> None:
    served.faults += [Fault(pause_after=300_000)]
    first = start(started, code_of(wanted))
    wait_until(
        lambda: has(wanted.part, 300_000), within_s=STARTING_S, what="300,000 bytes on the disk"
    )
    second = start(started, code_of(wanted))
    assert second.stdout
    assert second.stdout.readline() == "another process is downloading the pets: 0 of 1 MB\n"
    served.go_on.set()
    assert [first.wait(STARTING_S), second.wait(STARTING_S)] == [0, 0]
    assert wanted.target.read_bytes() == CONTENT
    assert served.requests == [0]


def test_one_can_stop_while_another_process_downloads(
    served: Served, wanted: Request, started: list[subprocess.Popen]
) -> None:
    served.faults += [Fault(pause_after=300_000)]
    start(started, code_of(wanted))
    wait_until(
        lambda: has(wanted.part, 300_000), within_s=STARTING_S, what="300,000 bytes on the disk"
    )

    def check() -> None:
        if wanted.reported:
            raise Stopped

    with pytest.raises(Stopped):
        wanted.fetch(check)
    assert wanted.reported == [
        ("another process is downloading the pets: 0 of 1 MB", 300_000 / len(CONTENT))
    ]


def test_a_stopped_download_keeps_its_part(served: Served, wanted: Request) -> None:
    served.faults += [Fault(pause_after=300_000)]

    def check() -> None:
        if has(wanted.part, 300_000):
            raise Stopped

    with pytest.raises(Stopped):
        wanted.fetch(check)
    assert not wanted.target.exists()
    assert wanted.fetch() == CONTENT
    assert served.requests == [0, 300_000]


def test_where_the_server_knows_no_ranges_it_starts_anew(served: Served, wanted: Request) -> None:
    served.faults += [Fault(cut_after=300_000), Fault(ignores_range=True)]
    assert wanted.fetch() == CONTENT


def test_a_part_that_is_too_long_is_dropped(served: Served, wanted: Request) -> None:
    wanted.part.parent.mkdir()
    wanted.part.write_bytes(CONTENT + b"!")
    assert wanted.fetch() == CONTENT
    assert served.requests == [len(CONTENT) + 1, 0]


def test_a_part_that_was_whole_when_it_was_killed_only_gets_its_name(
    served: Served, wanted: Request
) -> None:
    wanted.part.parent.mkdir()
    wanted.part.write_bytes(CONTENT)
    assert wanted.fetch() == CONTENT
    assert served.requests == []


def test_a_file_that_is_there_and_wrong_is_replaced(wanted: Request) -> None:
    wanted.target.parent.mkdir()
    wanted.target.write_bytes(CONTENT[:-1] + b"!")
    assert wanted.fetch() == CONTENT


def test_a_wrong_hash_is_refused_and_deleted(
    served: Served, wanted: Request, tmp_path: Path
) -> None:
    (tmp_path / "server" / "file.bin").write_bytes(CONTENT[:-1] + b"!")
    with pytest.raises(
        DownloadError,
        match=(
            r"^the pets cannot be downloaded: .* another hash than [0-9a-f]{64} and was deleted;"
            r" try again"
        ),
    ):
        wanted.fetch()
    assert not wanted.part.exists()
    assert not wanted.target.exists()


def test_a_page_instead_of_the_file_does_not_cost_the_part(
    served: Served, wanted: Request, tmp_path: Path
) -> None:
    wanted.part.parent.mkdir()
    wanted.part.write_bytes(CONTENT[:300_000])
    (tmp_path / "server" / "file.bin").write_bytes(b"<html>Welcome to our hotel</html>")
    served.faults += [Fault(ignores_range=True)]
    with pytest.raises(
        DownloadError, match=r"offers 33 bytes instead of 1,280,000; try another network"
    ):
        wanted.fetch()
    assert has(wanted.part, 300_000)


def test_a_missing_file_is_an_error_at_once(served: Served, wanted: Request) -> None:
    served.faults += [Fault(status=404)]
    with pytest.raises(
        DownloadError,
        match=(
            r"127\.0\.0\.1 answered 404 Not Found for .*file\.bin; .* put the file at"
            r" .*archive/file\.bin yourself"
        ),
    ):
        wanted.fetch()
    assert served.requests == [0]


def test_no_network_is_an_error_at_once_with_advice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resumable_download, "PAUSES_S", (3600.0,))
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(
        DownloadError,
        match=(
            r"no connection to 127\.0\.0\.1 \(Connection refused\); connect this machine .*"
            r" yourself"
        ),
    ):
        request_for(f"http://127.0.0.1:{port}/", tmp_path).fetch()


def test_too_little_disk_is_refused_before_any_request(
    served: Served, wanted: Request, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = SimpleNamespace(free=1_999_999 + len(CONTENT))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: free)
    with pytest.raises(
        DownloadError,
        match=(
            r"has 3 MB free and 3 MB are needed; free some, .* FASTAI_HOME name a folder on a"
            r" larger disk"
        ),
    ):
        wanted.fetch(room_for=2_000_000)
    assert served.requests == []
    free.free += 1
    assert wanted.fetch(room_for=2_000_000) == CONTENT


def test_a_folder_that_cannot_be_written_is_an_error_with_advice(
    wanted: Request, tmp_path: Path
) -> None:
    (tmp_path / "archive").write_text("a file, where a folder belongs")
    with pytest.raises(
        DownloadError,
        match=(
            r"archive cannot be written \(File exists\); make it writable, or let .* FASTAI_HOME"
            r" name another"
        ),
    ):
        wanted.fetch()


def test_a_file_without_a_hash_cannot_be_requested(wanted: Request) -> None:
    with pytest.raises(InvalidInput, match="8 or more hex digits"):
        replace(wanted.file, digest="new")
