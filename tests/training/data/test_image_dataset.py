"""A folder of a user's own images can be trained on, or an error says why not."""

import hashlib
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor

from lossviz.errors import InvalidInput, LossvizError
from lossviz.experiments.fingerprints import PARTS
from lossviz.experiments.records import Phase
from lossviz.training.data import image_dataset as images
from lossviz.training.data.dataset import ImageDataset
from lossviz.training.data.image_cache import ImageCache
from lossviz.training.preparation import prepare
from lossviz.training.recipes import LOAD, LoadOptions
from tests.support.pictures import picture, save_pictures
from tests.support.trials import settings_of, train

LOSSES = ("cross_entropy", "dot_product")


pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(autouse=True)
def stores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(images, "cache_folder", lambda: tmp_path / "stores")
    return tmp_path / "stores"


def load(root: Path, **changes: object) -> ImageDataset:
    settings = settings_of("folder", folder=str(root), **changes)
    return LOAD["folder"](settings, LoadOptions())


@pytest.mark.slow
@pytest.mark.parametrize("network", ["squeezenet1_1", "resnet18"])
def test_a_folder_is_prepared_and_trained(tmp_path: Path, network: str) -> None:
    changes = {"folder": str(save_pictures(tmp_path / "album")), "network": network}
    stages = []
    ready = prepare(
        recipe="folder",
        settings=settings_of("folder", **changes),
        cores=2,
        emit=lambda progress: stages.append(progress.stage),
    )
    assert ready.done
    assert ready.learning_rate == 2e-3
    assert ready.notes == ()
    assert {"decoding images: 24 of 24", "trying the network"} <= set(stages)
    trained = train("folder", frozen_epochs=0, **changes)
    assert trained.origin == (
        f"{network}, from scratch; 20 training images, 4 validation images, each epoch leaves"
        " out 4 training images, chosen anew, which would not fill a batch of 8"
    )
    assert [(metrics.phase, metrics.epoch) for metrics in trained.epochs] == [(Phase.UNFROZEN, 1)]
    assert trained.fingerprints.keys() == PARTS.keys()
    assert (
        train("folder", frozen_epochs=0, loss="dot_product", **changes).fingerprints
        == trained.fingerprints
    )


@pytest.mark.slow
def test_it_learns_what_can_be_learned(tmp_path: Path) -> None:
    for place, name in enumerate(("cats", "dogs")):
        (tmp_path / name).mkdir()
        for number in range(20):
            picture(number).point(lambda value, place=place: value // 3 + 150 * place).save(
                tmp_path / name / f"{number}.jpg"
            )
    assert (
        train("folder", folder=str(tmp_path), network="resnet18", unfrozen_epochs=4).error_rates[-1]
        == 0
    )


@pytest.mark.slow
def test_every_loss_and_seed_sees_the_same_cut_of_an_image_in_the_same_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: dict[tuple[int, int], set[str]] = {}
    read = ImageCache.read

    def spied(self: ImageCache, rows: Tensor, crop: int) -> Tensor:
        batch = read(self, rows, crop)
        for row, image in zip(rows.tolist(), batch, strict=True):
            seen.setdefault((row, crop), set()).add(
                hashlib.sha256(image.contiguous().numpy().tobytes()).hexdigest()
            )
        return batch

    monkeypatch.setattr(ImageCache, "read", spied)
    root = save_pictures(tmp_path / "album")
    for seed in (0, 1):
        for loss in LOSSES:
            train("folder", folder=str(root), loss=loss, seed=seed, unfrozen_epochs=2)
    assert {crop for _, crop in seen} == {0, 1, 2}
    assert {len(images) for images in seen.values()} == {1}
    first, second = (
        {row: images for (row, crop), images in seen.items() if crop == number} for number in (1, 2)
    )
    both = first.keys() & second.keys()
    assert sum(first[row] != second[row] for row in both) > len(both) / 2


def a_file(root: Path) -> None:
    root.write_text("a file")


def nothing(_root: Path) -> None:
    """Make no folder."""


def empty_classes(root: Path) -> None:
    for name in "abc":
        (root / name).mkdir(parents=True)


def one_class_and_an_empty_one(root: Path) -> None:
    save_pictures(root, classes="a", images=12)
    (root / "b").mkdir()
    (root / "b" / "notes.txt").write_text("no image")


def too_few(root: Path) -> None:
    save_pictures(root, classes="ab", images=4)


def an_unreadable_class(root: Path) -> None:
    save_pictures(root, images=6)
    for file in (root / "b").iterdir():
        file.write_bytes(b"no image")


def too_few_readable(root: Path) -> None:
    save_pictures(root, classes="ab", images=6)
    for file in sorted((root / "b").iterdir())[1:]:
        file.write_bytes(file.read_bytes()[:100])


def images_without_classes(root: Path) -> None:
    root.mkdir()
    for number in range(12):
        picture(number).save(root / f"{number}.png")


REFUSED: list[tuple[Callable[[Path], None], str]] = [
    (
        nothing,
        r"there is no folder .*album; give the path of a folder on the machine that runs the app",
    ),
    (a_file, r"there is no folder .*album; give the path of a folder"),
    (empty_classes, r"needs at least two folders with images, one for each class; there is none"),
    (
        images_without_classes,
        r"needs at least two folders with images, one for each class; there is none",
    ),
    (
        one_class_and_an_empty_one,
        r"needs at least two folders with images, one for each class; there is only 'a'",
    ),
    (too_few, r"has 8 images; training and validation need at least 10"),
    (
        an_unreadable_class,
        r"no image of the class b can be read, such as 0\d.png \(no image that Pillow can read\);"
        r" repair its files or remove its folder",
    ),
    (too_few_readable, r"only 7 images can be read; training and validation need at least 10"),
]


@pytest.mark.parametrize(("make", "message"), REFUSED, ids=[make.__name__ for make, _ in REFUSED])
def test_a_folder_that_cannot_be_trained_on_is_refused_with_advice(
    tmp_path: Path, make: Callable[[Path], None], message: str
) -> None:
    make(tmp_path / "album")
    settings = settings_of("folder", folder=str(tmp_path / "album"))
    with pytest.raises(InvalidInput, match=message):
        prepare(recipe="folder", settings=settings, cores=1, emit=lambda _: None)


def test_images_too_small_for_the_network_are_refused_with_a_size_that_works(
    tmp_path: Path,
) -> None:
    settings = settings_of(
        "folder",
        folder=str(save_pictures(tmp_path / "album")),
        network="squeezenet1_1",
        image_size=8,
    )
    with pytest.raises(
        LossvizError, match=r"squeezenet1_1 cannot take images of 8 × 8 pixels; 32 × 32 works"
    ):
        prepare(recipe="folder", settings=settings, cores=1, emit=lambda _: None)


def test_what_cannot_be_read_is_noted_with_its_name_and_its_label_goes_with_it(
    tmp_path: Path,
) -> None:
    root = save_pictures(tmp_path / "album", images=8)
    (root / "a" / "03.png").write_bytes((root / "a" / "03.png").read_bytes()[:150])
    one = load(root)
    assert one.notes == ("1 left out (truncated): a/03.png.",)
    assert one.targets.tolist() == [0] * 7 + [1] * 8 + [2] * 8
    for number in range(7):
        (root / "c" / f"{number:02}.png").write_bytes(b"")
    many = load(root)
    assert many.notes == (
        (
            "7 left out (empty): c/00.png, c/01.png, c/02.png, c/03.png, c/04.png, c/05.png,"
            " c/06.png."
        ),
        "1 left out (truncated): a/03.png.",
    )
    assert many.targets.tolist() == [0] * 7 + [1] * 8 + [2]
    assert torch.equal(many.read(torch.tensor([3]), 0), one.read(torch.tensor([3]), 0))
    assert torch.equal(many.read(torch.tensor([15]), 0), one.read(torch.tensor([22]), 0))


def test_a_class_folder_without_images_is_noted(tmp_path: Path) -> None:
    root = save_pictures(tmp_path / "album", classes="ab")
    (root / "c").mkdir()
    source = load(root)
    assert source.classes == ("a", "b")
    assert source.notes == ("c has no image of its own, so no class is made of it.",)


def test_files_that_are_no_images_and_hidden_folders_are_no_matter(tmp_path: Path) -> None:
    root = save_pictures(tmp_path / "album", classes="ab")
    (root / "a" / "list.csv").write_text("1,2")
    save_pictures(root / ".hidden")
    source = load(root)
    assert source.classes == ("a", "b")
    assert len(source.targets) == 16
    assert source.notes == ()
