"""What is decoded once is, of ordinary images, to the bit what fastai would decode each time, and
is whole or not there at all.
"""

import os
import random
import shutil
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import BinaryIO

import numpy as np
import pytest
import torch
from fastai.data.block import CategoryBlock, DataBlock
from fastai.data.transforms import get_image_files, parent_label
from fastai.vision.augment import Resize
from fastai.vision.core import PILImage
from fastai.vision.data import ImageBlock
from PIL import Image
from torch import Tensor

from lossviz.errors import LossvizError
from lossviz.training.data import image_cache, image_decoding
from lossviz.training.data.image_cache import MAX_CROPS, ImageCache
from lossviz.training.data.viewer_pixels import read_as_viewer
from tests.support.pictures import Album, picture, save_pictures


class Stopped(Exception):
    """What ``check`` raises."""


@pytest.fixture
def album(tmp_path: Path) -> Album:
    return Album(save_pictures(tmp_path / "album"), tmp_path / "cache")


@pytest.fixture
def read_files(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that are decoded from now on."""
    seen: list[Path] = []

    def counted(file: BinaryIO) -> Image.Image:
        seen.append(Path(file.name))
        return read_as_viewer(file)

    monkeypatch.setattr(image_decoding, "read_as_viewer", counted)
    return seen


def everything(found: ImageCache, crop: int) -> Tensor:
    return found.read(torch.arange(len(found.images)), crop)


@pytest.mark.parametrize(("size", "ending"), [(16, "png"), (24, "jpg"), (60, "jpg")])
def test_a_validation_image_is_to_the_bit_what_the_article_s_data_block_gives(
    tmp_path: Path, size: int, ending: str
) -> None:
    album = Album(save_pictures(tmp_path / "album", ending=ending), tmp_path / "cache")
    block = DataBlock(  # without its batch_tfms, which test_pets has
        blocks=(ImageBlock, CategoryBlock),
        get_items=lambda root: sorted(get_image_files(root)),
        splitter=lambda files: (range(len(files)), range(len(files))),
        get_y=parent_label,
        item_tfms=Resize(size),
    )
    loaders = block.dataloaders(album.root, num_workers=0)
    theirs = torch.cat([Tensor(images) for images, _ in loaders.valid])
    ours = everything(album.open(size=size), 0)
    assert ours.dtype == torch.uint8
    assert ours.shape == (24, 3, size, size)
    assert torch.equal(ours.float() / 255, theirs)


def test_a_training_image_is_to_the_bit_what_fastai_s_resize_cuts_at_the_same_place(
    album: Album,
) -> None:
    found = album.open()
    for crop in (1, 2, 3):
        for number, file in enumerate(album.files):
            random.seed(f"{number}/{crop}")  # what fastai draws the place from
            theirs = np.asarray(Resize(24)(PILImage.create(file), split_idx=0))
            assert np.array_equal(found.images[number, crop], theirs)


def test_each_pass_cuts_elsewhere_until_the_cuts_come_again(album: Album) -> None:
    found = album.open(crops=7)
    assert found.images.shape[1] == MAX_CROPS + 1
    crops = [everything(found, crop) for crop in range(MAX_CROPS + 3)]
    oblong = torch.tensor(
        [abs(image.width - image.height) >= 8 for image in map(PILImage.create, album.files)]
    )
    for one in range(1, MAX_CROPS + 1):
        for other in range(one):
            differs = (crops[one] != crops[other]).flatten(1).any(1)
            # two cuts of a small picture can fall on the same pixel
            assert differs[oblong].float().mean() > 0.6
    assert torch.equal(crops[MAX_CROPS + 1], crops[1])
    assert torch.equal(crops[MAX_CROPS + 2], crops[2])


def test_what_is_decoded_is_not_decoded_again(album: Album, read_files: list[Path]) -> None:
    first = album.open()
    assert sorted(read_files) == album.files
    assert torch.equal(everything(album.open(), 2), everything(first, 2))
    assert len(read_files) == len(album.files)


def test_images_decoded_by_earlier_rules_are_decoded_again(
    album: Album, read_files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    album.open()
    monkeypatch.setattr(image_cache, "RULES", image_cache.RULES + 1)
    album.open()
    assert len(read_files) == 2 * len(album.files)


@pytest.mark.parametrize("change", ["another size", "another time", "one more", "other pixels"])
def test_a_file_that_changed_makes_another_cache(
    album: Album, read_files: list[Path], change: str
) -> None:
    album.open()
    file = album.files[0]
    about = file.stat()
    if change == "another size":
        picture(7, width=90).save(file)
        os.utime(file, ns=(about.st_atime_ns, about.st_mtime_ns))
    if change == "another time":
        os.utime(file, ns=(about.st_atime_ns, about.st_mtime_ns + 1_000_000))
    if change == "one more":
        picture(7).save(file.with_name("more.png"))
    changes = {"size": 25} if change == "other pixels" else {}
    again = album.open(**changes)
    assert len(read_files) == 24 + len(album.files)
    assert len(again.images) == len(album.files)


def test_only_the_last_two_caches_are_kept_and_one_in_use_stays_readable(album: Album) -> None:
    first = album.open(size=16)
    expected = everything(first, 1).clone()
    album.open(size=17)
    album.open(size=16)  # used again, so that 17 is the older
    album.open(size=18)
    sizes = [np.load(path, mmap_mode="r").shape[2] for path in album.cache.glob("*.npy")]
    assert sorted(sizes) == [16, 18]
    album.open(size=19)
    assert album.kept == [".json", ".json", ".npy", ".npy"]
    assert torch.equal(everything(first, 1), expected)


def test_an_image_that_cannot_be_read_is_named_and_left_out(album: Album) -> None:
    whole, broken, empty = album.files[:3]
    broken.write_bytes(whole.read_bytes()[:-200])
    empty.write_bytes(b"")
    found = album.open()
    assert found.report.unreadable == ((1, "truncated"), (2, "no image that Pillow can read"))
    assert not found.images[1:3].any()
    assert found.images[[0, *range(3, 24)]].any((1, 2, 3, 4)).all()
    assert album.open().report == found.report


def test_too_little_disk_is_refused_before_anything_is_decoded(
    album: Album, read_files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    needed = 24 * 4 * 200**2 * 3
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=needed))
    with pytest.raises(
        LossvizError,
        match=(
            r"decoded images need 12 MB on the disk of .*cache, and 12 MB are free; make room or"
            r" take smaller images"
        ),
    ):
        album.open(size=200)
    assert read_files == album.kept == []
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1.06 * needed))
    assert album.open(size=200).images.shape == (24, 4, 200, 200, 3)


def test_a_decoding_that_is_stopped_leaves_nothing(album: Album, read_files: list[Path]) -> None:
    begun = threading.Event()

    def check() -> None:
        if begun.is_set():
            raise Stopped
        begun.set()

    with pytest.raises(Stopped):
        album.open(check=check)
    assert album.kept == []
    album.open()
    assert len(read_files) >= 24


def test_a_cache_of_which_a_part_was_removed_is_made_again(album: Album) -> None:
    expected = everything(album.open(), 1).clone()
    next(album.cache.glob("*.npy")).unlink()
    assert torch.equal(everything(album.open(), 1), expected)
    next(album.cache.glob("*.json")).unlink()
    assert torch.equal(everything(album.open(), 1), expected)
