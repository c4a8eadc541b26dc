"""A folder of awkward files trains: of each it is the pixels that a viewer shows, or it is named
with the reason why it is left out.
"""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from fastai.vision.augment import Resize
from fastai.vision.core import PILImage

from lossviz.experiments.folder_paths import printable
from lossviz.experiments.records import Preparation
from lossviz.training.data import image_dataset as images
from lossviz.training.data.dataset import ImageDataset
from lossviz.training.data.labelled_files import folder_files
from lossviz.training.data.viewer_pixels import read_as_viewer
from lossviz.training.preparation import prepare
from lossviz.training.recipes import LOAD, LoadOptions
from tests.support.awkward_images import Awkward, awkward_files
from tests.support.pictures import save_pictures
from tests.support.trials import settings_of, train

pytestmark = pytest.mark.usefixtures("one_thread")
FILES = awkward_files()
SHOWN = [file for file in FILES if file.shown is not None]
LEFT_OUT = [file for file in FILES if file.shown is None]
SIZE = 32


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Class ``a`` has the awkward files, class ``b`` ordinary ones."""
    root = tmp_path_factory.mktemp("awkward")
    save_pictures(root, classes="b", images=8)
    (root / "a").mkdir()
    for file in FILES:
        file.write(root / "a" / file.name)
    return root


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory):
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(images, "cache_folder", lambda: folder)
        yield folder


@pytest.fixture(scope="module")
def dataset(root: Path) -> ImageDataset:
    settings = settings_of("folder", folder=str(root), image_size=SIZE)
    return LOAD["folder"](settings, LoadOptions(threads=2))


def test_there_are_forty_awkward_files() -> None:
    assert len(FILES) >= 40
    assert len({file.name for file in FILES}) == len(FILES)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data:UserWarning")
@pytest.mark.parametrize("file", SHOWN, ids=[printable(file.name) for file in SHOWN])
def test_the_pixels_are_those_that_a_viewer_shows(root: Path, file: Awkward) -> None:
    with (root / "a" / file.name).open("rb") as opened:
        read = np.asarray(read_as_viewer(opened))
    assert read.shape == file.shown.shape
    assert np.abs(read.astype(int) - file.shown).max() <= file.tolerance


def test_each_file_is_trained_on_as_shown_or_named_with_its_reason(
    root: Path, dataset: ImageDataset
) -> None:
    listed = folder_files(str(root))
    unreadable = {one.name for one in LEFT_OUT}
    rows = [path for path in listed.files if path.name not in unreadable]
    assert len(rows) == len(SHOWN) + 8 == len(dataset.targets)
    shown = {file.name: file for file in SHOWN}
    for row, path in enumerate(rows):
        if path.parent.name == "a":
            file = shown.pop(path.name)
            cut = np.asarray(
                Resize(SIZE)(PILImage.create(np.ascontiguousarray(file.shown)), split_idx=1)
            )
            read = dataset.read(torch.tensor([row]), 0)[0].permute(1, 2, 0).numpy()
            assert np.abs(read.astype(int) - cut).max() <= file.tolerance, file.name
    assert not shown
    for file in LEFT_OUT:
        of_its_reason = [note for note in dataset.notes if f"({file.reason})" in note]
        assert any(f"a/{printable(file.name)}" in note for note in of_its_reason), file.name


def test_it_is_prepared_and_trained(root: Path) -> None:
    changes = {"folder": str(root), "image_size": SIZE, "frozen_epochs": 0}
    ready = prepare(
        recipe="folder",
        settings=settings_of("folder", **changes),
        cores=2,
        emit=lambda _: None,
    )
    assert ready.done
    ready_as_text = json.dumps(ready.notes, ensure_ascii=False)
    ready_as_text.encode()
    assert Preparation(notes=tuple(json.loads(ready_as_text))).notes == ready.notes
    trained = train("folder", **changes)
    assert len(trained.epochs) == 1
