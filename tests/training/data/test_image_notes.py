"""Images that show nothing, or all the same, are noted with counts."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from lossviz.training.data import image_dataset as images
from lossviz.training.recipes import LOAD, LoadOptions
from tests.support.pictures import picture, save_pictures
from tests.support.raw_images import png
from tests.support.trials import settings_of

pytestmark = pytest.mark.usefixtures("one_thread")


def notes(root: Path) -> tuple[str, ...]:
    return LOAD["folder"](settings_of("folder", folder=str(root)), LoadOptions()).notes


@pytest.fixture(autouse=True)
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Classes ``a`` and ``b`` with 6 pictures each."""
    monkeypatch.setattr(images, "cache_folder", lambda: tmp_path / "stores")
    return save_pictures(tmp_path / "album", classes="ab", images=6)


def replace(root: Path, make: Callable[[int], Image.Image]) -> None:
    for number, file in enumerate(sorted(root.rglob("*.png"))):
        make(number).save(file)


def test_different_pictures_are_not_mentioned(root: Path) -> None:
    assert notes(root) == ()


def test_twelve_times_the_same_black_is_said(root: Path) -> None:
    replace(root, lambda _: Image.new("RGB", (40, 40)))
    one_colour, identical = notes(root)
    assert one_colour.startswith(
        "12 of 12 images are one colour, or nearly (no channel varies by more than 5 of 255):"
        " a/00.png, a/01.png,"
    )
    assert identical == (
        "All 12 images are identical at 32 × 32 pixels, so a network can learn how frequent each"
        " class is, and nothing else."
    )


def test_nearly_black_scans_of_16_bits_are_said(root: Path) -> None:
    """Levels from 0 to 1000 of 65535, which a viewer shows as black too."""
    for number, file in enumerate(sorted(root.rglob("*.png"))):
        levels = np.asarray(picture(number).convert("L")).astype(np.uint16) * 4
        file.write_bytes(png(levels, depth=16, colour_type=0))
    one_colour, *_, alike = notes(root)
    assert one_colour.startswith("12 of 12 images are one colour, or nearly")
    assert alike.startswith(
        "The images hardly differ from each other: a pixel's standard deviation"
    )


def test_one_empty_page_is_named(root: Path) -> None:
    Image.new("RGB", (40, 40), "white").save(root / "b" / "03.png")
    assert notes(root) == (
        "1 of 12 images is one colour, or nearly (no channel varies by more than 5 of 255):"
        " b/03.png.",
    )


def test_copies_in_one_class_are_counted(root: Path) -> None:
    for number in (1, 2):
        (root / "a" / f"0{number}.png").write_bytes((root / "a" / "00.png").read_bytes())
    assert notes(root) == (
        "3 of 12 images are identical to another one at 32 × 32 pixels, of the same class: a/00.png"
        " = a/01.png = a/02.png.",
    )


def test_copies_across_classes_are_said_to_contradict_each_other(root: Path) -> None:
    for number in (1, 2):
        (root / "b" / f"0{number}.png").write_bytes((root / "a" / f"0{number}.png").read_bytes())
    (root / "a" / "05.png").write_bytes((root / "a" / "04.png").read_bytes())
    assert notes(root) == (
        "6 of 12 images are identical to another one at 32 × 32 pixels; 4 of them equal one of"
        " another class, which no network can tell apart: a/01.png = b/01.png; a/02.png ="
        " b/02.png.",
    )


def test_pictures_that_hardly_differ_are_said(root: Path) -> None:
    replace(root, lambda number: picture(0).point(lambda v: min(v + number // 4, 255)))
    note = notes(root)[-1]
    assert note == (
        "The images hardly differ from each other: a pixel's standard deviation over the images is"
        " 0.8 of 255 on average."
    )


def test_black_drawings_on_a_transparent_page_are_different_pictures(root: Path) -> None:
    """fastai's reading makes the same black of all of them."""

    def drawing(number: int) -> Image.Image:
        drawn = Image.new("RGBA", (40, 40))
        drawn.putalpha(picture(number, width=40, height=40).convert("L"))
        return drawn

    replace(root, drawing)
    assert notes(root) == ()
