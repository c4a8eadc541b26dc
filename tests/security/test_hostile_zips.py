"""No zip writes outside of its folder, fills the disk or the memory, or holds up the server."""

import io
import stat
import time
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from zipfile import ZIP_BZIP2, ZIP_LZMA, ZIP_STORED, ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as some

from lossviz.errors import InvalidInput
from lossviz.experiments.uploads.limits import LIMITS, MB
from lossviz.experiments.uploads.reference import IMAGES
from lossviz.experiments.uploads.uploads import Upload, Uploads
from tests.support.zips import (
    bytes_changed,
    entry_named,
    flowers,
    huge_png,
    many_files,
    overlapping_zip,
    picture,
    special_entry,
    tree,
    with_size,
    zip_of,
    zip_with,
)

WHOLE = [*sorted(f"{IMAGES}/{path}" for path in flowers()), "upload.json"]


def add(folder: Path, archive: io.BytesIO) -> Upload:
    return Uploads(folder / "uploads").add(archive, name="x.zip", owner="browser-1", now=0.0)


def refused(folder: Path, archive: io.BytesIO) -> str:
    """Why a zip is refused, of which nothing is left."""
    (folder / "beside.png").write_bytes(b"mine")
    with pytest.raises(InvalidInput) as error:
        add(folder, archive)
    assert tree(folder) in (["beside.png", "uploads/.lock"], ["beside.png"])
    assert str(folder) not in str(error.value)
    return str(error.value)


@pytest.mark.parametrize(
    "name",
    [
        "../beside.png",
        "rose/../../beside.png",
        "rose/../../../../../../tmp/beside.png",
        "/etc/beside.png",
        "//server/share/beside.png",
        "\\beside.png",
        "..\\beside.png",
        "rose\\..\\..\\beside.png",
        "C:\\beside.png",
        "c:beside.png",
        "..",
        "../",
        "rose/..",
    ],
)
def test_a_name_that_leads_out_refuses_the_whole_zip(name: str, tmp_path: Path) -> None:
    archive = zip_with(lambda opened: opened.writestr(entry_named(name), picture()))
    assert "names a place outside of itself" in refused(tmp_path, archive)


LISTED = b"PK\1\2\x14\3\x14\0\0\0"  # begins an entry of a zip's list; the last two are its flags
REFUSED: dict[str, tuple[Callable[[], io.BytesIO], str]] = {
    "nothing": (io.BytesIO, "no zip"),
    "no zip": (lambda: io.BytesIO(b"GIF89a" * 1000), "no zip"),
    "half a zip": (lambda: io.BytesIO(zip_of(flowers()).getvalue()[:700]), "no zip"),
    "only the second half of one": (
        lambda: io.BytesIO(zip_of(flowers()).getvalue()[700:]),
        "damaged",
    ),
    "an empty zip": (lambda: zip_of({}), "images of no class"),
    "one class": (lambda: zip_of({f"rose/{n}.png": picture(n) for n in range(20)}), "(rose)"),
    "few images": (lambda: zip_of(flowers(each=2)), "4 images that can be used"),
    "images in no folder": (
        lambda: zip_of({f"{n}.png": picture(n) for n in range(20)}),
        "20 left out (in no folder of a class)",
    ),
    "a password": (
        lambda: bytes_changed(zip_of(flowers()), LISTED, LISTED[:-2] + b"\1\0"),
        "encrypted",
    ),
    "a name twice": (
        lambda: bytes_changed(
            zip_of({**flowers(), "rose/z.png": picture()}), b"rose/z.png", b"rose/1.png"
        ),
        "rose/1.png is in the zip twice",
    ),
    "a class in capitals too": (
        lambda: zip_of({**flowers(), "Rose/1.png": picture()}),
        "differ by capitals or accents only",
    ),
    "a file in capitals too": (
        lambda: zip_of({**flowers(), "rose/1.PNG": picture()}),
        "differ by capitals or accents only",
    ),
    "an accent in two ways": (
        lambda: zip_of({**flowers(), "ros\u00e9/1.png": picture(), "rose\u0301/2.png": picture()}),
        "differ by capitals or accents only",
    ),
    "an image that is a folder too": (
        lambda: zip_of({**flowers(), "rose/1.png/2.png": picture()}),
        "is an image too",
    ),
    "bzip2": (
        lambda: zip_with(lambda opened: opened.writestr("rose/b.png", picture(), ZIP_BZIP2)),
        "other than deflate",
    ),
    "lzma": (
        lambda: zip_with(lambda opened: opened.writestr("rose/b.png", picture(), ZIP_LZMA)),
        "other than deflate",
    ),
    "a bomb in one layer": (
        lambda: zip_with(lambda opened: opened.writestr("rose/b.png", bytes(15 * MB))),
        "as in a zip bomb",
    ),
    "files that overlap": (lambda: overlapping_zip(50), "overlap"),
    "more than it says": (lambda: with_size(zip_of(flowers()), "rose/1.png", 20), "damaged"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_no_honest_zip_asks_for_is_refused_and_nothing_is_left_of_it(
    kind: str, tmp_path: Path
) -> None:
    make, words = REFUSED[kind]
    assert words in refused(tmp_path, make())


@pytest.mark.parametrize("size", [20_000, 0xFFFFFFFF])
def test_a_size_that_is_said_too_large_makes_no_file_larger(size: int, tmp_path: Path) -> None:
    upload = add(tmp_path, with_size(zip_of(flowers()), "rose/1.png", size))
    assert upload.bytes <= sum(map(len, flowers().values()))


def test_100_000_files_are_refused_at_once_before_anything_is_written(tmp_path: Path) -> None:
    archive = many_files(100_000)
    before = time.perf_counter()
    tracemalloc.start()
    try:
        assert "20,000 files and folders" in refused(tmp_path, archive)
        peak_mb = tracemalloc.get_traced_memory()[1] / MB
    finally:
        tracemalloc.stop()
    assert time.perf_counter() - before < 5
    assert peak_mb < 2 * LIMITS.directory_mb + 2
    assert "20,001 files and folders" in refused(tmp_path, many_files(20_001))


def test_more_than_the_limit_is_refused_by_what_is_said_and_by_what_comes(tmp_path: Path) -> None:
    small = replace(LIMITS, unpacked_mb=1, image_mb=1)
    uploads = Uploads(tmp_path, limits=small)
    noise = {f"rose/n{number}.png": picture(number) + bytes(90_000) for number in range(12)}
    archive = io.BytesIO()
    with ZipFile(archive, "w", ZIP_STORED) as opened:
        for name, content in {**flowers(), **noise}.items():
            opened.writestr(name, content)
    with pytest.raises(InvalidInput, match="at most 1 MB are taken"):
        uploads.add(archive, name="x", owner="", now=0.0)
    with pytest.raises(InvalidInput, match="has more than 0 MB"):
        Uploads(tmp_path, limits=replace(small, zip_mb=0)).add(archive, name="x", owner="", now=0.0)


ODD = "names that not every system can store"
NO_IMAGE = "no image of a format that is taken"
LEFT_OUT: dict[str, tuple[str, Callable[[], bytes], str]] = {  # name, content, reason
    "a zip in the zip": ("rose/a.zip", lambda: zip_of(flowers()).getvalue(), "archives in the zip"),
    "a script": ("rose/run.sh", lambda: b"#!/bin/sh", "not images"),
    "a page named as an image": ("rose/a.png", lambda: b"<script>alert(1)</script>", NO_IMAGE),
    "what Pillow gives to Ghostscript": ("rose/a.png", lambda: POSTSCRIPT, NO_IMAGE),
    "nothing": ("rose/a.png", lambda: b"", "empty"),
    "half an image's header": ("rose/a.png", lambda: picture()[:20], ""),
    "a line break in a name": ("rose/a\nb.png", picture, ODD),
    "a zero byte in a name": ("rose/a\0b.png", picture, ODD),
    "a name that turns the writing": ("rose/a\u202egnp.png", picture, ODD),
    "a name that Windows keeps": ("rose/CON.png", picture, ODD),
    "a stream of a file": ("rose/a.png:b.png", picture, ODD),
    "a class that Windows keeps": ("aux/a.png", picture, ODD),
    "a long name": (f"rose/{'n' * 300}.png", picture, "names that are too long"),
    "many folders": (f"rose/{'d/' * 40}a.png", picture, "in too many folders in each other"),
    "a gigapixel": ("rose/a.png", lambda: huge_png(30_000, 30_000), "more than 25,000,000 pixels"),
    "a row of many": ("rose/a.png", lambda: huge_png(2**26, 1), "more than 25,000,000 pixels"),
}
POSTSCRIPT = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"


@pytest.mark.parametrize("kind", LEFT_OUT)
def test_what_is_no_image_is_left_out_and_said(kind: str, tmp_path: Path) -> None:
    name, content, reason = LEFT_OUT[kind]
    require_left_out(tmp_path, zip_of({**flowers(), name: content()}), reason)


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFIFO])
@pytest.mark.parametrize("name", ["rose/a.png", "daisy"])
def test_links_and_devices_are_left_out(kind: int, name: str, tmp_path: Path) -> None:
    entry = special_entry(name, kind | 0o777)
    archive = zip_with(lambda opened: opened.writestr(entry, "/etc/passwd"))
    require_left_out(tmp_path, archive, "not files")


def require_left_out(folder: Path, archive: io.BytesIO, reason: str) -> None:
    upload = add(folder, archive)
    assert tree(upload.reference.below(folder / "uploads")) == WHOLE
    note = upload.contents.notes()[-1]
    assert note.startswith("1 left out")
    assert reason in note
    assert note.isprintable()


@given(
    names=some.lists(
        some.one_of(
            some.text(max_size=30),
            some.text(alphabet="./\\:ab\0 ~C", max_size=20),
        ),
        max_size=8,
    ),
    content=some.binary(max_size=60),
)
def test_no_name_gets_a_file_out_of_its_folder(
    names: list[str], content: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("names")
    archive = io.BytesIO()
    with ZipFile(archive, "w") as opened:
        for name in dict.fromkeys(names):
            if name.encode(errors="ignore").decode() == name and name:
                opened.writestr(entry_named(name), content)
        for name, image in flowers().items():
            opened.writestr(name, image)
    try:
        add(folder, archive)
    except InvalidInput:
        assert tree(folder) in ([], ["uploads/.lock"])
    else:
        (upload,) = Uploads(folder / "uploads").of("browser-1")
        place = upload.reference.below(folder / "uploads")
        outside = [path for path in tree(folder) if not (folder / path).is_relative_to(place)]
        assert outside == ["uploads/.lock"]


@given(noise=some.binary(max_size=400), at=some.integers(0, 3000))
def test_any_bytes_are_unpacked_or_refused(
    noise: bytes, at: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("bytes")
    data = zip_of(flowers()).getvalue()
    broken = data[:at] + noise + data[at + len(noise) :]
    with suppress(InvalidInput):
        add(folder, io.BytesIO(broken))
