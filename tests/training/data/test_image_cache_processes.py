"""Several processes that need the same images decode them once, and one that is killed spoils
nothing for the others.
"""

import subprocess
from pathlib import Path

import pytest

from tests.support.downloads import STARTING_S, start
from tests.support.pictures import Album, save_pictures

pytestmark = pytest.mark.slow


@pytest.fixture
def album(tmp_path: Path) -> Album:
    return Album(save_pictures(tmp_path / "album"), tmp_path / "cache")


def program(album: Album, *, waits: bool, size: int = 24) -> str:
    """Decodes and prints what is reported; one that waits stops, once it decodes, until it is sent
    a line.
    """
    return f"""
import sys
from pathlib import Path
from lossviz.training.data.image_cache import open_image_cache
stages = []
def on_progress(stage, share):
    if stage.split(":")[0] not in stages:
        stages.append(stage.split(":")[0])
        print(stages[-1], flush=True)
        if {waits} and stages[-1] == "decoding images":
            sys.stdin.readline()
files = [Path(file) for file in {[str(file) for file in album.files]}]
open_image_cache(
    files,
    size={size},
    crops=3,
    folder=Path({str(album.cache)!r}),
    threads=2,
    on_progress=on_progress,
)
"""


@pytest.mark.heavy
def test_two_processes_at_once_decode_once(album: Album, started: list[subprocess.Popen]) -> None:
    first = start(started, program(album, waits=True))
    assert first.stdout.readline() == "decoding images\n"
    second = start(started, program(album, waits=False))
    assert second.stdout.readline() == "another process is decoding images\n"
    first.communicate("go on\n", timeout=STARTING_S)
    assert second.communicate(timeout=STARTING_S)[0] == ""  # it has not decoded
    assert (first.returncode, second.returncode) == (0, 0)
    assert album.open().images.any((1, 2, 3, 4)).all()


@pytest.mark.heavy
def test_another_process_that_needs_other_images_removes_nothing_that_is_being_decoded(
    album: Album, started: list[subprocess.Popen]
) -> None:
    first = start(started, program(album, waits=True))
    assert first.stdout.readline() == "decoding images\n"
    second = start(started, program(album, waits=False, size=16))
    assert second.stdout.readline() == "another process is decoding images\n"
    first.communicate("go on\n", timeout=STARTING_S)
    assert second.communicate(timeout=STARTING_S)[0] == "decoding images\n"
    assert (first.returncode, second.returncode) == (0, 0)
    assert album.kept == [".json", ".json", ".npy", ".npy"]


def test_a_decoding_that_was_killed_is_not_taken_for_whole(
    album: Album, started: list[subprocess.Popen]
) -> None:
    process = start(started, program(album, waits=True))
    assert process.stdout.readline() == "decoding images\n"
    assert album.kept == [".part"]
    process.kill()
    process.wait()
    assert album.open().images.any((1, 2, 3, 4)).all()
    assert album.kept == [".json", ".npy"]
