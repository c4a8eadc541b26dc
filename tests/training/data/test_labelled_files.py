"""Each real file of a folder is listed once, with its own class, whatever links there are."""

import errno
import os
from pathlib import Path

import pytest

from lossviz.errors import InvalidInput
from lossviz.training.batch_preview import preview_batch
from lossviz.training.data import image_dataset as images
from lossviz.training.data.labelled_files import LabelledFiles, folder_files
from lossviz.training.data.left_out import notes_on_left_out
from tests.support.pictures import picture, save_pictures
from tests.support.trials import settings_of


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Classes ``a`` and ``b``, 6 pictures each, none of them equal."""
    return save_pictures(tmp_path / "album", classes="ab", images=6)


def listed(root: Path) -> list[str]:
    """``class: path`` of each file."""
    found = folder_files(str(root))
    return [
        f"{label}: {path.relative_to(root) if path.is_relative_to(root) else path.name}"
        for path, label in zip(found.files, found.labels, strict=True)
    ]


def ordinary(label: str) -> list[str]:
    return [f"{label}: {label}/{number:02}.png" for number in range(6)]


def said(found: LabelledFiles) -> tuple[str, ...]:
    return (*found.notes, *notes_on_left_out(found.left_out, found.root))


def test_ordinary_folders_are_listed_by_class_and_name_and_nothing_is_said(root: Path) -> None:
    assert listed(root) == ordinary("a") + ordinary("b")
    assert said(folder_files(str(root))) == ()


def test_a_link_to_the_folder_above_multiplies_nothing(root: Path) -> None:
    (root / "a" / "up").symlink_to("..")
    (root / "b" / "here").symlink_to(".")
    (root / "round").symlink_to(root)
    assert listed(root) == ordinary("a") + ordinary("b")
    assert said(folder_files(str(root))) == (
        "3 left out (a link back to a folder that it lies in): round, a/up, b/here.",
    )


def test_links_in_a_circle_come_to_an_end_and_each_file_keeps_its_own_class(root: Path) -> None:
    (root / "a" / "other").symlink_to("../b")
    (root / "b" / "other").symlink_to("../a")
    assert listed(root) == ordinary("a") + ordinary("b")
    (note,) = said(folder_files(str(root)))
    assert note.startswith("12 files are linked from another class than their own, and count for")
    assert note.endswith(
        ": a/other/00.png, a/other/01.png, a/other/02.png, a/other/03.png,"
        " a/other/04.png, a/other/05.png, b/other/00.png, b/other/01.png, b/other/02.png,"
        " b/other/03.png and 2 more."
    )


def test_a_class_that_is_a_link_and_links_to_folders_elsewhere_are_followed(
    root: Path, tmp_path: Path
) -> None:
    elsewhere = save_pictures(tmp_path / "elsewhere", classes="xy", images=2)
    (root / "x").symlink_to(elsewhere / "x")
    (root / "b" / "more").symlink_to(elsewhere / "y")
    assert listed(root) == [
        *ordinary("a"),
        *ordinary("b"),
        "b: b/more/00.png",
        "b: b/more/01.png",
        "x: x/00.png",
        "x: x/01.png",
    ]
    assert said(folder_files(str(root))) == ()


def test_folders_below_a_class_are_of_the_class(root: Path) -> None:
    deep = root / "a" / "2024" / "may"
    deep.mkdir(parents=True)
    picture(50).save(deep / "00.png")
    assert "a: a/2024/may/00.png" in listed(root)


@pytest.mark.parametrize("link", [os.link, os.symlink])
def test_a_second_name_in_the_same_class_counts_once(root: Path, link) -> None:
    link(root / "a" / "00.png", root / "a" / "copy.png")
    assert listed(root) == ordinary("a") + ordinary("b")
    assert said(folder_files(str(root))) == (
        "1 file is there once more by links, and counts once: a/copy.png.",
    )


def test_a_link_into_another_class_counts_for_the_class_that_holds_the_file(root: Path) -> None:
    (root / "a" / "from b.png").symlink_to("../b/03.png")
    assert listed(root) == ordinary("a") + ordinary("b")
    assert said(folder_files(str(root))) == (
        "1 file is linked from another class than its own, and counts for its own: a/from b.png.",
    )


@pytest.mark.parametrize("link", [os.link, os.symlink])
def test_a_file_that_is_of_two_classes_alike_is_left_out(root: Path, tmp_path: Path, link) -> None:
    picture(60).save(tmp_path / "both.png")
    for label in "ab":
        link(tmp_path / "both.png", root / label / "both.png")
    assert listed(root) == ordinary("a") + ordinary("b")
    assert said(folder_files(str(root))) == (
        "2 left out (the same file is in the classes a and b): a/both.png, b/both.png.",
    )


def test_what_cannot_be_opened_is_left_out_with_its_reason(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (root / "a" / "nowhere").symlink_to("no such folder")
    (root / "b" / "locked").mkdir()
    picture(61).save(root / "b" / "private.png")
    (root / "b" / "notes.txt").symlink_to("no such file")  # would have been no image
    iterdir, access = Path.iterdir, os.access

    def guarded(folder: Path):
        if folder.name == "locked":
            raise PermissionError(errno.EACCES, "Permission denied")
        return iterdir(folder)

    monkeypatch.setattr(Path, "iterdir", guarded)  # root may read everything
    monkeypatch.setattr(
        os, "access", lambda path, mode: "private" not in str(path) and access(path, mode)
    )
    assert listed(root) == ordinary("a") + ordinary("b")
    assert said(folder_files(str(root))) == (
        "1 left out (a link to what is not there): a/nowhere.",
        "2 left out (may not be read): b/locked, b/private.png.",
    )


def test_a_folder_that_may_not_be_read_is_refused_with_advice(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def guarded(folder: Path):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", guarded)
    with pytest.raises(InvalidInput, match=r"cannot be read \(may not be read\); allow lossviz"):
        folder_files(str(root))


def test_images_beside_the_classes_are_named(root: Path) -> None:
    picture(62).save(root / "cover.png")
    (root / "readme.txt").write_text("no image")
    assert said(folder_files(str(root))) == ("1 left out (in no folder of a class): cover.png.",)


def test_a_class_that_may_not_be_read_is_named_where_there_are_too_few(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    iterdir = Path.iterdir

    def guarded(folder: Path):
        if folder.name == "b":
            raise PermissionError(errno.EACCES, "Permission denied")
        return iterdir(folder)

    monkeypatch.setattr(Path, "iterdir", guarded)
    with pytest.raises(InvalidInput, match=r"is only 'a'; 1 left out \(may not be read\): b$"):
        folder_files(str(root))


def test_a_class_of_any_name_can_be_shown(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(images, "cache_folder", lambda: tmp_path / "stores")
    (root / "b").rename(root / os.fsdecode(b"caf\xe9"))
    preview = preview_batch(
        "folder", settings_of("folder", folder=str(root)), cores=1, emit=lambda _: None
    )
    assert {image.label for image in preview} == {"a", "caf\\xe9"}


@pytest.mark.parametrize("written", ["{}", "{}/", "'{}'", "file://{}", "  {}\n"])
def test_a_pasted_path_is_listed(root: Path, written: str) -> None:
    assert len(folder_files(written.format(root)).files) == 12
