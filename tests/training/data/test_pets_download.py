"""The pets arrive as fastai's own ``untar_data`` gives them, whole, whatever happens meanwhile."""

import fcntl
import hashlib
import io
import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import fastai.data
import fastdownload.core
import pytest
from fastai.data import external
from PIL import Image

from lossviz.errors import DownloadError
from lossviz.training.data import pets_download
from lossviz.training.data.pets_download import fetch_pets
from tests.support.downloads import CONTENT, Stopped, start
from tests.support.file_server import Fault, Served

pytestmark = pytest.mark.usefixtures("direct")

BREEDS = ("Abyssinian", "beagle", "Birman")


def test_fastai_has_the_address_size_and_hash_of_the_article_s_pets() -> None:
    checks = fastdownload.core.read_checks(fastdownload.core.checks_module(fastai.data))
    assert checks[external.URLs.PETS] == (811_706_944, "e4db5c768afd933bb91f5f594d7417a4")


def pets_archive(path: Path) -> bytes:
    """An archive of the pets' shape, over a megabyte because fastai hashes only the first. Each
    photo is noise, so that nothing shrinks.
    """
    with tarfile.open(path, "w:gz") as archive:
        for breed in BREEDS:
            for number in (1, 2):
                photo = io.BytesIO()
                Image.frombytes(
                    "RGB", (300, 300), CONTENT[number * 32 : number * 32 + 270_000]
                ).save(photo, "JPEG", quality=95, subsampling=0)
                member = tarfile.TarInfo(f"oxford-iiit-pet/images/{breed}_{number}.jpg")
                member.size = photo.tell()
                photo.seek(0)
                archive.addfile(member, photo)
    return path.read_bytes()


PRELUDE = """
import fastdownload.core
from pathlib import Path
from fastai.data.external import URLs
from lossviz.training.data import pets_download
URLs.PETS = {url!r}
fastdownload.core.checks_module = lambda module: Path({checks!r})
pets_download.PETS_IMAGES = 6
"""


@dataclass(frozen=True)
class Home:
    """A home of fastai in a folder, where the pets are six photos that come from this machine.

    Attributes:
        prelude: What makes it so in another process.
    """

    folder: Path
    archive: Path
    prelude: str
    reported: list[tuple[str, float]]

    def fetch(self, check=lambda: None) -> None:
        folder = fetch_pets(
            on_progress=lambda *report: self.reported.append(report), check_stop=check
        )
        assert folder == self.folder
        assert sorted(path.name for path in (self.folder / "images").iterdir()) == sorted(
            f"{breed}_{number}.jpg" for breed in BREEDS for number in (1, 2)
        )
        for path in (self.folder / "images").iterdir():
            with Image.open(path) as photo:
                photo.load()
        assert {
            path.name for path in self.folder.parent.iterdir() if not path.name.endswith(".lock")
        } - {f"{self.folder.name}-incomplete-1"} == {self.folder.name}


@pytest.fixture
def home(served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    content = pets_archive(tmp_path / "server" / "oxford-iiit-pet.tgz")
    url, checks = f"{served.url}oxford-iiit-pet.tgz", tmp_path / "download_checks.py"
    checks.write_text(repr({url: (len(content), hashlib.md5(content[: 2**20]).hexdigest())}))
    # with what fastcore would write there, which leaves the file open: a ResourceWarning
    (tmp_path / "fastai").mkdir()
    (tmp_path / "fastai" / "config.ini").write_text(
        "[DEFAULT]\ndata = data\narchive = archive\nstorage = tmp\nmodel = models\n"
    )
    monkeypatch.setenv("FASTAI_HOME", str(tmp_path / "fastai"))
    monkeypatch.setattr(external.URLs, "PETS", url)
    monkeypatch.setattr(fastdownload.core, "checks_module", lambda module: checks)
    monkeypatch.setattr(pets_download, "PETS_IMAGES", 6)
    external.fastai_cfg.cache_clear()
    yield Home(
        folder=tmp_path / "fastai" / "data" / "oxford-iiit-pet",
        archive=tmp_path / "fastai" / "archive" / "oxford-iiit-pet.tgz",
        prelude=PRELUDE.format(url=url, checks=str(checks)),
        reported=[],
    )
    external.fastai_cfg.cache_clear()


def test_the_pets_arrive_without_a_line_printed(
    served: Served, home: Home, capfd: pytest.CaptureFixture[str]
) -> None:
    served.faults += [Fault(cut_after=300_000)]
    home.fetch()
    assert served.requests == [0, 300_000]
    assert {sentence.split(":")[0] for sentence, _ in home.reported} >= {
        "downloading the pets",
        "unpacking the pets",
    }
    assert all(0 <= share <= 1 for _, share in home.reported)
    assert capfd.readouterr() == ("", "")


def tree(folder: Path) -> dict[str, tuple[object, ...]]:
    """Mode, time and content of all files in a folder, and the mode of all folders, by name."""
    found: dict[str, tuple[object, ...]] = {}
    for path in [folder, *folder.rglob("*")]:
        about = path.stat()
        found[str(path.relative_to(folder))] = (
            (about.st_mode, about.st_mtime, path.read_bytes())
            if path.is_file()
            else (about.st_mode,)
        )
    return found


def test_a_notebook_s_untar_data_finds_what_it_would_have_unpacked(
    served: Served, home: Home
) -> None:
    home.fetch()
    ours = tree(home.folder)
    assert external.untar_data(external.URLs.PETS) == home.folder
    assert tree(home.folder) == ours
    shutil.rmtree(home.folder)
    assert external.untar_data(external.URLs.PETS) == home.folder
    assert tree(home.folder) == ours
    assert served.requests == [0]


def test_a_notebook_s_own_untar_data_and_ours_take_turns(home: Home) -> None:
    def check() -> None:
        if home.reported:
            raise Stopped

    with (
        fastdownload.core._locked(home.archive.with_name(f"{home.archive.name}.lock")),
        pytest.raises(Stopped),
    ):
        home.fetch(check)
    assert home.reported == [("another process is downloading the pets: 0 of 1 MB", 0.0)]


def test_while_another_process_unpacks_it_is_said(home: Home) -> None:
    home.fetch()
    shutil.rmtree(home.folder)
    home.reported.clear()

    def check() -> None:
        if home.reported:
            raise Stopped

    with (
        fastdownload.core._locked(home.archive.with_name(f"{home.archive.name}.lock")),
        pytest.raises(Stopped),
    ):
        home.fetch(check)
    assert home.reported == [("another process is unpacking the pets", 0.0)]


def test_a_notebook_s_untar_data_waits_until_all_is_unpacked(home: Home) -> None:
    locked: list[bool] = []

    def check() -> None:
        if home.reported and home.reported[-1][0] == "unpacking the pets":
            with home.archive.with_name(f"{home.archive.name}.lock").open("r") as lock:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    locked.append(True)
                else:
                    locked.append(False)

    home.fetch(check)
    assert locked
    assert all(locked)


def test_pets_that_are_there_need_no_network_and_no_archive(served: Served, home: Home) -> None:
    home.fetch()
    home.archive.unlink()
    home.fetch()
    assert served.requests == [0]


def test_no_room_to_unpack_is_refused_before_any_request(
    served: Served, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1_500_000))
        with pytest.raises(DownloadError, match=r"has 2 MB free and [23] MB are needed"):
            home.fetch()
    assert served.requests == []


def test_unpacking_that_was_killed_half_way_is_done_again(
    home: Home, started: list[subprocess.Popen]
) -> None:
    process = start(
        started,
        f"""{home.prelude}
import threading
seen = []
def check():
    seen.extend(Path({str(home.folder.parent)!r}).glob("**/*_*.jpg"))
    if seen:
        print(seen[0].name, flush=True)
        threading.Event().wait()
pets_download.fetch_pets(on_progress=lambda *_: None, check_stop=check)
""",
    )
    assert process.stdout
    assert process.stdout.readline() == "Abyssinian_1.jpg\n"
    process.kill()
    process.wait()
    assert not home.folder.exists()
    home.fetch()


def test_unpacking_can_be_stopped(home: Home) -> None:
    def check() -> None:
        if home.reported and home.reported[-1][0] == "unpacking the pets":
            raise Stopped

    with pytest.raises(Stopped):
        home.fetch(check)
    assert not home.folder.exists()
    home.fetch()


def test_a_folder_that_somebody_left_half_is_set_aside_and_done_again(home: Home) -> None:
    (home.folder / "images").mkdir(parents=True)
    (home.folder / "images" / "mine.jpg").write_bytes(b"")
    home.fetch()
    assert os.listdir(home.folder.with_name("oxford-iiit-pet-incomplete-1") / "images") == [
        "mine.jpg"
    ]
    assert (
        f"{home.folder} had fewer than 6 images and is now called oxford-iiit-pet-incomplete-1",
        0.0,
    ) in home.reported


@pytest.mark.parametrize("broken", [b"\0" * 100, b""], ids=["zeros", "missing members"])
def test_an_archive_that_is_broken_where_fastai_does_not_look_is_thrown_away(
    home: Home, tmp_path: Path, broken: bytes, monkeypatch
) -> None:
    served_archive = tmp_path / "server" / "oxford-iiit-pet.tgz"
    good = served_archive.read_bytes()
    assert len(good) > 2**20 + 1000
    if broken:
        served_archive.write_bytes(good[: 2**20] + broken + good[2**20 + len(broken) :])
    else:
        monkeypatch.setattr(pets_download, "PETS_IMAGES", 7)
    with pytest.raises(DownloadError, match="is damaged and was deleted; try again"):
        home.fetch()
    assert not home.archive.exists()
    assert not home.folder.exists()
    served_archive.write_bytes(good)
    monkeypatch.setattr(pets_download, "PETS_IMAGES", 6)
    home.fetch()
