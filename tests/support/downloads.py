"""What tests of downloads share: a server on this machine with a file, retries without pause or
proxy, processes that end with the test.
"""

import hashlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lossviz.training.data import resumable_download
from tests.support.file_server import Served, served_files

ROOT = Path(__file__).parents[2]
# 1,280,000 bytes
CONTENT = b"".join(hashlib.sha256(number.to_bytes(4, "big")).digest() for number in range(40_000))
STARTING_S = 60  # for a process that imports fastai, on a busy machine


class Stopped(Exception):
    """What the caller's ``check`` raises."""


@pytest.fixture
def direct(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reach 127.0.0.1 directly where a proxy is set, and try again at once."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(resumable_download, "PAUSES_S", (0.0, 0.0))


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    (tmp_path / "server").mkdir()
    (tmp_path / "server" / "file.bin").write_bytes(CONTENT)
    with served_files(tmp_path / "server") as served:
        yield served


@pytest.fixture
def started() -> Iterator[list[subprocess.Popen]]:
    """Processes that end with the test."""
    processes: list[subprocess.Popen] = []
    yield processes
    for process in processes:
        process.kill()
        process.communicate()


def start(started: list[subprocess.Popen], code: str) -> subprocess.Popen:
    """A Python process of its own, whose lines can be read and that can be sent some."""
    started.append(
        subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
    )
    return started[-1]
