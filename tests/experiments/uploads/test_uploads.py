"""Uploads are kept whole, once, for their visitor, until they are removed."""

import io
import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from lossviz.errors import InvalidInput, LossvizError, QuotaExceeded
from lossviz.experiments.changes import changes
from lossviz.experiments.descriptions import describe_comparison
from lossviz.experiments.folder_access import EVERY_FOLDER, FolderAccess
from lossviz.experiments.plan import plan_comparison
from lossviz.experiments.quotas import read_quotas
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.records import Preparation
from lossviz.experiments.uploads.reference import (
    UploadReference,
    images_folder,
    read_reference,
    uploads_folder,
)
from lossviz.experiments.uploads.upload_quotas import admit_within
from lossviz.experiments.uploads.uploads import Upload, Uploads
from tests.support.zips import flowers, picture, tree, zip_of

MINE, THEIRS = "browser-1a", "browser-2b"


def add(uploads: Uploads, owner: str = MINE, *, at: float = 0.0, each: int = 6) -> Upload:
    return uploads.add(zip_of(flowers(each)), name="my flowers.zip", owner=owner, now=at)


@pytest.mark.parametrize("folder", ["", "flowers/", "a/b/"])
def test_folders_around_the_classes_are_taken_away(folder: str, tmp_path: Path) -> None:
    upload = Uploads(tmp_path).add(zip_of(flowers(folder=folder)), name="x", owner="", now=0.0)
    assert upload.contents.classes == {"rose": 6, "tulip": 6}
    assert upload.contents.notes() == []
    images = upload.reference.below(tmp_path) / "images"
    assert tree(images) == sorted(flowers())
    assert (images / "rose" / "1.png").read_bytes() == flowers()["rose/1.png"]


def test_a_split_is_counted_as_the_training_reads_it(tmp_path: Path) -> None:
    files = {
        **{f"data/train/{path}": image for path, image in flowers(5).items()},
        **{f"data/Valid/{path}": image for path, image in flowers(2).items()},
        "data/Valid/daisy/1.png": picture(),
        "data/train/beside.png": picture(),
    }
    contents = Uploads(tmp_path).add(zip_of(files), name="x", owner="", now=0.0).contents
    assert contents.classes == {"rose": 5, "tulip": 5}
    assert contents.validation == {"rose": 2, "tulip": 2}
    assert contents.images == 14


def test_a_class_without_an_image_is_named(tmp_path: Path) -> None:
    files = {**flowers(), "daisy/": b"", "lily/notes.txt": b"none yet"}
    contents = Uploads(tmp_path).add(zip_of(files), name="x", owner="", now=0.0).contents
    assert contents.empty == ("daisy", "lily")
    assert contents.notes()[0] == (
        "daisy and lily hold no images that can be used, so no classes are made of them."
    )


def test_the_same_zip_is_kept_once_for_a_visitor_and_once_for_each(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    first = add(uploads)
    assert add(uploads, at=9.0) == first
    assert uploads.of(MINE) == [first]
    assert uploads.of(THEIRS) == []
    other = add(uploads, THEIRS)
    assert other.reference.id == first.reference.id
    assert other.reference.below(tmp_path) != first.reference.below(tmp_path)
    uploads.remove(first.reference)
    assert uploads.of(MINE) == []
    assert uploads.of(THEIRS) == [other]
    assert list(uploads.all()) == [other]


def test_two_at_once_leave_one_whole_upload(tmp_path: Path) -> None:
    uploads, found = Uploads(tmp_path), []
    threads = [threading.Thread(target=lambda: found.append(add(uploads))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [uploads.of(MINE)[0]] * 4
    assert sorted(tree(tmp_path))[0] == ".lock"
    assert len(tree(tmp_path)) == 2 + len(flowers())


def test_what_is_not_admitted_leaves_nothing(tmp_path: Path) -> None:
    def refuse(upload: Upload) -> None:
        assert upload.bytes == sum(map(len, flowers().values()))
        raise LossvizError("no room")

    with pytest.raises(LossvizError, match="no room"):
        Uploads(tmp_path).add(zip_of(flowers()), name="x", owner=MINE, now=0.0, admit=refuse)
    assert tree(tmp_path) == [".lock"]


def test_quotas_hold_for_a_visitor_and_for_all(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)

    def upload(owner: str, each: int, quotas: str) -> Upload:
        admit = admit_within(read_quotas(quotas), uploads, now=0.0)
        archive = zip_of(flowers(each))
        return uploads.add(archive, name="x", owner=owner, now=0.0, admit=admit)

    first = upload(MINE, 6, "uploads=1 all_uploads=2")
    assert upload(MINE, 6, "uploads=1 all_uploads=2") == first, "the same is no second one"
    with pytest.raises(QuotaExceeded, match="your uploads are kept"):
        upload(MINE, 7, "uploads=1 all_uploads=2")
    upload(THEIRS, 7, "uploads=1 all_uploads=2")
    with pytest.raises(QuotaExceeded, match="uploads of all visitors are kept"):
        upload("browser-3c", 6, "uploads=1 all_uploads=2")
    with pytest.raises(QuotaExceeded, match="MB"):
        upload(MINE, 8, "upload_mb=0")
    assert len(list(uploads.all())) == 2


def test_bytes_are_counted_for_each_visitor(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    assert uploads.bytes_of(MINE) == 0
    upload = add(uploads)
    assert uploads.bytes_of(MINE) == upload.bytes == sum(map(len, flowers().values()))
    assert uploads.bytes_of(THEIRS) == 0


def test_old_ones_and_unfinished_ones_are_removed_but_for_those_in_use(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    old, used, new = (
        add(uploads, at=1.0),
        add(uploads, at=2.0, each=7),
        add(uploads, at=100.0, each=8),
    )
    stale = old.reference.below(tmp_path).with_name(".unpacking-x")
    (stale / "images").mkdir(parents=True)
    os.utime(stale, (0, 0))
    removed = uploads.remove_old(before=50.0, now=10_000.0, keep=["/data", str(used.reference)])
    assert removed == [old]
    assert uploads.of(MINE) == [new, used]
    assert not stale.exists()


def test_a_disk_that_takes_nothing_is_said_without_a_path(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LossvizError, match="cannot keep the upload") as error:
        add(Uploads(tmp_path / "file"))
    assert str(tmp_path) not in str(error.value)


@pytest.mark.parametrize("record", ["", "{}", "[]", "null", '{"reference": "upload:/x/y"}'])
def test_a_damaged_record_is_no_upload(record: str, tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    upload = add(uploads)
    (upload.reference.below(tmp_path) / "upload.json").write_text(record)
    assert uploads.of(MINE) == []


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\me\\flowers.zip", "flowers.zip"),
        ("a\nb\u202e.zip", "a\\nb\\u202e.zip"),
        ("", "upload.zip"),
        ("..", ".."),
        ("x" * 500 + ".zip", "x" * 76 + ".zip"),
    ],
)
def test_any_name_of_a_file_can_be_shown_and_read_back(
    given: str, shown: str, tmp_path: Path
) -> None:
    upload = Uploads(tmp_path).add(zip_of(flowers()), name=given, owner=MINE, now=0.0)
    assert upload.reference.name.replace("\\\\", "\\") == shown
    assert read_reference(str(upload.reference)) == upload.reference


@pytest.mark.parametrize(
    "text",
    ["/data", "upload:", "upload:x", f"upload:../{'0' * 32}/x", f"upload:a/{'0' * 31}/x",
     f"upload:a/{'0' * 32}/", f"upload:a/{'0' * 32}/../x", f"upload:a/../{'0' * 32}/x",
     f"UPLOAD:a/{'0' * 32}/x"],
)  # fmt: skip
def test_what_only_looks_like_an_upload_is_a_path(text: str) -> None:
    assert read_reference(text) is None


def test_an_upload_is_open_to_its_visitor_alone_whatever_folders_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOSSVIZ_UPLOADS", str(tmp_path))
    mine = add(Uploads(uploads_folder())).reference
    place = images_folder(str(mine))
    for access in (EVERY_FOLDER, FolderAccess(roots=()), FolderAccess(roots=(tmp_path,))):
        access.require(str(mine), MINE)
        for owner in (THEIRS, ""):
            with pytest.raises(InvalidInput, match="another visitor's upload"):
                access.require(str(mine), owner)
            with pytest.raises(InvalidInput, match="no longer on the server"):
                access.require(str(replace(mine, owner=owner)), owner)
    for access in (FolderAccess(roots=()), FolderAccess(roots=(tmp_path,))):
        with pytest.raises(InvalidInput):
            access.require(place, MINE)
    Uploads(tmp_path).remove(mine)
    with pytest.raises(InvalidInput, match="upload the zip again"):
        EVERY_FOLDER.require(str(mine), MINE)


def test_people_read_the_file_s_name_and_no_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOSSVIZ_UPLOADS", str(tmp_path))
    reference = add(Uploads(tmp_path)).reference
    comparison = plan_comparison(
        id="c",
        recipe="folder",
        losses=["cross_entropy"],
        seeds=1,
        created_at=0.0,
        settings=replace(get_recipe("folder").settings, folder=str(reference)),
    )
    texts = [describe_comparison(comparison, Preparation()), *changes(comparison)]
    assert any("my flowers.zip" in text for text in texts)
    for text in texts:
        assert reference.id not in text
        assert MINE not in text
        assert str(tmp_path) not in text


def test_an_upload_s_reference_holds_no_way_out() -> None:
    with pytest.raises(InvalidInput):
        UploadReference(owner="../x", id="0" * 32, name="x")
    with pytest.raises(InvalidInput):
        UploadReference(owner="x", id="0" * 32, name="a/b")


def test_an_archive_is_read_from_its_beginning_wherever_it_stands(tmp_path: Path) -> None:
    archive = zip_of(flowers())
    archive.seek(0, io.SEEK_END)
    first = Uploads(tmp_path).add(archive, name="x", owner=MINE, now=0.0)
    archive.seek(5)
    assert Uploads(tmp_path).add(archive, name="x", owner=MINE, now=0.0) == first
