"""What is downloaded arrives whole and right, or says why not; whatever breaks off goes on where it
was.
"""

import hashlib
import shutil
import socket
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from lossviz.errors import DownloadError, InvalidInput
from lossviz.training.data import resumable_download as transfer
from lossviz.training.data.remote_file import RemoteFile
from lossviz.training.data.resumable_download import fetch
from tests.support.downloads import CONTENT, STARTING_S, Stopped, start
from tests.support.file_server import Fault, Served
from tests.support.waiting import wait_until

pytestmark = pytest.mark.usefixtures("direct")


@dataclass(frozen=True)
class Wish:
    """A file that is wanted in a folder, and what was told meanwhile."""

    file: RemoteFile
    target: Path
    told: list[tuple[str, float]]

    @property
    def part(self) -> Path:
        return self.target.with_name(f"{self.target.name}.part")

    def fetch(self, check=lambda: None, room_for: int = 0) -> bytes:
        assert (
            fetch(
                self.file,
                self.target,
                on_progress=lambda *said: self.told.append(said),
                check_stop=check,
                room_for=room_for,
            )
            == self.target
        )
        assert not self.part.exists()
        return self.target.read_bytes()


def wish_for(url: str, folder: Path) -> Wish:
    digest = hashlib.sha256(CONTENT).hexdigest()
    file = RemoteFile(
        name="the pets",
        url=f"{url}file.bin",
        size=len(CONTENT),
        algorithm="sha256",
        digest=digest,
        home="FASTAI_HOME",
    )
    return Wish(file, folder / "archive" / "file.bin", [])


@pytest.fixture
def wish(served: Served, tmp_path: Path) -> Wish:
    return wish_for(served.url, tmp_path)


def code_of(wish: Wish) -> str:
    """A program that fetches, and prints what it is told."""
    return f"""
from pathlib import Path
from lossviz.training.data.remote_file import RemoteFile
from lossviz.training.data.resumable_download import fetch
file = {wish.file!r}
fetch(file, Path({str(wish.target)!r}), on_progress=lambda sentence, share: print(sentence, flush=True), check_stop=lambda: None)
"""


def has(path: Path, size: int) -> bool:
    return path.exists() and path.stat().st_size == size


def test_a_download_tells_how_far_it_is_and_what_is_there_is_not_loaded_again(
    served: Served, wish: Wish
) -> None:
    assert wish.fetch() == CONTENT
    assert wish.told[0] == ("downloading the pets: 0 of 1 MB", 0.0)
    assert wish.fetch() == CONTENT
    assert served.requests == [0]


def test_an_interrupted_download_continues_where_it_was(served: Served, wish: Wish) -> None:
    served.faults += [Fault(cut_after=300_000), Fault(cut_after=500_000)]
    assert wish.fetch() == CONTENT
    assert served.requests == [0, 300_000, 800_000]
    assert (
        "the connection broke (it closed too early), trying again: the pets: 1 of 1 MB",
        0.625,
    ) in wish.told


def test_a_silent_server_is_left_and_asked_again(
    served: Served, wish: Wish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "TIMEOUT_S", 0.3)
    served.faults += [Fault(pause_after=300_000)]
    assert wish.fetch() == CONTENT
    assert served.requests == [0, 300_000]


def test_a_server_that_only_breaks_off_is_given_up_and_a_later_call_continues(
    served: Served, wish: Wish
) -> None:
    served.faults += [Fault(cut_after=300_000), Fault(cut_after=0), Fault(status=503)]
    with pytest.raises(
        DownloadError,
        match=r"broke off 3 times in a row \(503 Service Unavailable\); try again later",
    ) as caught:
        wish.fetch()
    assert caught.value.url == wish.file.url
    assert wish.fetch() == CONTENT
    assert served.requests == [0, *[300_000] * 3]


def test_between_two_tries_it_waits_and_can_be_stopped(
    served: Served, wish: Wish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "PAUSES_S", (3600.0,))
    served.faults += [Fault(cut_after=300_000)]

    def check() -> None:
        if any("trying again" in sentence for sentence, _ in wish.told):
            raise Stopped

    with pytest.raises(Stopped):
        wish.fetch(check)
    assert has(wish.part, 300_000)


def test_a_killed_download_continues_where_it_was(
    served: Served, wish: Wish, started: list[subprocess.Popen]
) -> None:
    served.faults += [Fault(pause_after=300_000)]
    process = start(started, code_of(wish))
    wait_until(
        lambda: has(wish.part, 300_000), within_s=STARTING_S, what="300,000 bytes on the disk"
    )
    process.kill()
    process.wait()
    assert wish.fetch() == CONTENT
    assert served.requests == [0, 300_000]


def test_two_processes_at_once_download_once(
    served: Served, wish: Wish, started: list[subprocess.Popen]
) -> None:
    served.faults += [Fault(pause_after=300_000)]
    first = start(started, code_of(wish))
    wait_until(
        lambda: has(wish.part, 300_000), within_s=STARTING_S, what="300,000 bytes on the disk"
    )
    second = start(started, code_of(wish))
    assert second.stdout
    assert second.stdout.readline() == "another process is downloading the pets: 0 of 1 MB\n"
    served.go_on.set()
    assert [first.wait(STARTING_S), second.wait(STARTING_S)] == [0, 0]
    assert wish.target.read_bytes() == CONTENT
    assert served.requests == [0]


def test_one_can_stop_while_another_process_downloads(
    served: Served, wish: Wish, started: list[subprocess.Popen]
) -> None:
    served.faults += [Fault(pause_after=300_000)]
    start(started, code_of(wish))
    wait_until(
        lambda: has(wish.part, 300_000), within_s=STARTING_S, what="300,000 bytes on the disk"
    )

    def check() -> None:
        if wish.told:
            raise Stopped

    with pytest.raises(Stopped):
        wish.fetch(check)
    assert wish.told == [
        ("another process is downloading the pets: 0 of 1 MB", 300_000 / len(CONTENT))
    ]


def test_a_stopped_download_keeps_its_part(served: Served, wish: Wish) -> None:
    served.faults += [Fault(pause_after=300_000)]

    def check() -> None:
        if has(wish.part, 300_000):
            raise Stopped

    with pytest.raises(Stopped):
        wish.fetch(check)
    assert not wish.target.exists()
    assert wish.fetch() == CONTENT
    assert served.requests == [0, 300_000]


def test_where_the_server_knows_no_ranges_it_starts_anew(served: Served, wish: Wish) -> None:
    served.faults += [Fault(cut_after=300_000), Fault(ignores_range=True)]
    assert wish.fetch() == CONTENT


def test_a_part_that_is_too_long_is_dropped(served: Served, wish: Wish) -> None:
    wish.part.parent.mkdir()
    wish.part.write_bytes(CONTENT + b"!")
    assert wish.fetch() == CONTENT
    assert served.requests == [len(CONTENT) + 1, 0]


def test_a_part_that_was_whole_when_it_was_killed_only_gets_its_name(
    served: Served, wish: Wish
) -> None:
    wish.part.parent.mkdir()
    wish.part.write_bytes(CONTENT)
    assert wish.fetch() == CONTENT
    assert served.requests == []


def test_a_file_that_is_there_and_wrong_is_replaced(wish: Wish) -> None:
    wish.target.parent.mkdir()
    wish.target.write_bytes(CONTENT[:-1] + b"!")
    assert wish.fetch() == CONTENT


def test_a_wrong_hash_is_refused_and_thrown_away(
    served: Served, wish: Wish, tmp_path: Path
) -> None:
    (tmp_path / "server" / "file.bin").write_bytes(CONTENT[:-1] + b"!")
    with pytest.raises(
        DownloadError,
        match=(
            r"^the pets cannot be downloaded: .* another hash than [0-9a-f]{64} and was thrown"
            r" away; try again"
        ),
    ):
        wish.fetch()
    assert not wish.part.exists()
    assert not wish.target.exists()


def test_a_page_instead_of_the_file_does_not_cost_the_part(
    served: Served, wish: Wish, tmp_path: Path
) -> None:
    wish.part.parent.mkdir()
    wish.part.write_bytes(CONTENT[:300_000])
    (tmp_path / "server" / "file.bin").write_bytes(b"<html>Welcome to our hotel</html>")
    served.faults += [Fault(ignores_range=True)]
    with pytest.raises(
        DownloadError, match=r"offers 33 bytes instead of 1,280,000; try another network"
    ):
        wish.fetch()
    assert has(wish.part, 300_000)


def test_a_missing_file_is_an_error_at_once(served: Served, wish: Wish) -> None:
    served.faults += [Fault(status=404)]
    with pytest.raises(
        DownloadError,
        match=(
            r"127\.0\.0\.1 answered 404 Not Found for .*file\.bin; .* put the file at"
            r" .*archive/file\.bin yourself"
        ),
    ):
        wish.fetch()
    assert served.requests == [0]


def test_no_network_is_an_error_at_once_with_advice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transfer, "PAUSES_S", (3600.0,))
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with pytest.raises(
        DownloadError,
        match=(
            r"no connection to 127\.0\.0\.1 \(Connection refused\); connect this machine .*"
            r" yourself"
        ),
    ):
        wish_for(f"http://127.0.0.1:{port}/", tmp_path).fetch()


def test_too_little_disk_is_refused_before_anything_is_asked_for(
    served: Served, wish: Wish, monkeypatch: pytest.MonkeyPatch
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
        wish.fetch(room_for=2_000_000)
    assert served.requests == []
    free.free += 1
    assert wish.fetch(room_for=2_000_000) == CONTENT


def test_a_folder_that_cannot_be_written_is_an_error_with_advice(
    wish: Wish, tmp_path: Path
) -> None:
    (tmp_path / "archive").write_text("a file, where a folder belongs")
    with pytest.raises(
        DownloadError,
        match=(
            r"archive cannot be written \(File exists\); make it writable, or let .* FASTAI_HOME"
            r" name another"
        ),
    ):
        wish.fetch()


def test_a_file_without_a_hash_cannot_be_wished_for(wish: Wish) -> None:
    with pytest.raises(InvalidInput, match="8 or more hex digits"):
        replace(wish.file, digest="new")
