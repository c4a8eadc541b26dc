"""Folders called train and valid are the split; what they hold are the classes."""

import shutil
from pathlib import Path

import pytest
import torch
from fastai.torch_core import set_seed

from lossviz.errors import InvalidInput
from lossviz.experiments.folder_classes import count_class_folders
from lossviz.training.data import image_dataset as images
from lossviz.training.data.dataset import ImageDataset
from lossviz.training.data.labelled_files import folder_files
from lossviz.training.data.loaders import make_loaders
from lossviz.training.data.split_folders import find_layout
from lossviz.training.data.splitting import notes_on_coverage, split_rows
from lossviz.training.preparation import prepare
from lossviz.training.recipes import LOAD, LoadOptions
from tests.support.pictures import picture, save_pictures
from tests.support.trials import settings_of, train

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(autouse=True)
def stores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "cache_folder", lambda: tmp_path / "stores")


def split_folder(
    root: Path, *, train: str = "train", valid: str = "valid", classes: str = "ab"
) -> Path:
    """8 pictures of each class to train on, and 2 others to validate on."""
    save_pictures(root / train, classes=classes, images=8)
    for place, name in enumerate(classes):
        (root / valid / name).mkdir(parents=True)
        for number in range(2):
            picture(500 + 10 * place + number).save(root / valid / name / f"{number}.png")
    return root


def load(root: Path) -> ImageDataset:
    return LOAD["folder"](settings_of("folder", folder=str(root)), LoadOptions())


@pytest.mark.parametrize(
    ("train_name", "valid_name"),
    [
        ("train", "valid"),
        ("train", "val"),
        ("Train", "Validation"),
        ("TRAIN", "TEST"),
        ("training", "testing"),
        ("train", "dev"),
    ],
)
def test_the_folders_are_the_split_and_not_the_classes(
    tmp_path: Path, train_name: str, valid_name: str
) -> None:
    source = load(split_folder(tmp_path / "album", train=train_name, valid=valid_name))
    assert source.classes == ("a", "b")
    training, validation = split_rows(source, seed=0)
    assert source.targets[training].tolist() == [0] * 8 + [1] * 8
    assert source.targets[validation].tolist() == [0, 0, 1, 1]
    assert source.notes == (
        f"The split is the folder's own: 16 images in {train_name} are trained on, 4 in"
        f" {valid_name} validated on, the same for every seed. Initial weights and the order of the"
        " images still follow from the seed.",
    )


def test_a_split_within_each_class_is_the_split_too(tmp_path: Path) -> None:
    root = tmp_path / "album"
    for place, name in enumerate("ab"):
        for part, count in (("train", 8), ("val", 2)):
            (root / name / part).mkdir(parents=True)
            for number in range(count):
                picture(100 * place + 10 * len(part) + number).save(
                    root / name / part / f"{number}.png"
                )
    picture(9).save(root / "a" / "cover.png")
    source = load(root)
    assert source.classes == ("a", "b")
    assert source.targets[split_rows(source)[1]].tolist() == [0, 0, 1, 1]
    assert source.notes[0].startswith("The split is the folder's own: 16 images in train are")
    assert source.notes[1:] == ("1 left out (beside the folders of the split): a/cover.png.",)


def test_all_seeds_have_this_split_and_their_own_weights_and_batches(tmp_path: Path) -> None:
    changes = {"folder": str(split_folder(tmp_path / "album"))}
    trials = [train("folder", seed=seed, **changes) for seed in (0, 1)]
    again = train("folder", loss="dot_product", seed=1, **changes)
    assert again.fingerprints == trials[1].fingerprints
    one, other = (trial.fingerprints for trial in trials)
    assert one["split"] == other["split"]
    assert one["weights"] != other["weights"]
    assert one["first_batch"] != other["first_batch"]
    assert trials[0].origin.endswith("16 training images, 4 validation images")


def test_a_test_folder_beside_a_validation_folder_is_named_and_not_used(tmp_path: Path) -> None:
    root = split_folder(tmp_path / "album")
    save_pictures(root / "test", classes="ab", images=3)
    (root / "models").mkdir()
    source = load(root)
    assert len(source.targets) == 20
    assert "2 left out (a folder beside those that are used): models, test." in source.notes


def test_a_test_folder_without_classes_leaves_the_split_to_the_seed(tmp_path: Path) -> None:
    """As competitions have it."""
    root = tmp_path / "album"
    save_pictures(root / "train", classes="ab", images=8)
    (root / "test").mkdir()
    picture(9).save(root / "test" / "1.png")
    source = load(root)
    assert source.classes == ("a", "b")
    assert source.validation is None
    assert source.notes == (
        "The classes are those in train. Each seed draws a fifth of its images to validate on.",
        "1 left out (a folder beside those that are used): test.",
    )


def test_a_folder_called_train_among_others_is_a_class(tmp_path: Path) -> None:
    root = tmp_path / "album"
    for place, name in enumerate(("bus", "train", "tram")):
        (root / name).mkdir(parents=True)
        for number in range(4):
            picture(20 * place + number).save(root / name / f"{number}.png")
    source = load(root)
    assert source.classes == ("bus", "train", "tram")
    assert source.notes == ()


def test_a_class_that_one_part_lacks_is_said(tmp_path: Path) -> None:
    root = split_folder(tmp_path / "album", classes="abc")
    shutil.rmtree(root / "train" / "c")
    shutil.rmtree(root / "valid" / "b")
    source = load(root)
    assert source.classes == ("a", "b")
    assert "2 left out (of a class that train lacks): valid/c/0.png, valid/c/1.png." in source.notes
    assert notes_on_coverage(source, range(3)) == (
        "The class b (8 images) is never validated on, so no error rate counts it.",
    )


def test_a_file_in_both_parts_is_only_validated_on(tmp_path: Path) -> None:
    root = split_folder(tmp_path / "album")
    for number in range(3):
        (root / "valid" / "a" / f"link {number}.png").symlink_to(
            root / "train" / "a" / f"{number:02}.png"
        )
    source = load(root)
    assert int((~source.validation).sum()) == 13
    assert (
        "3 files are in train and in valid, and are only validated on: train/a/00.png,"
        " train/a/01.png, train/a/02.png."
    ) in source.notes


def only_valid_links(root: Path) -> None:
    split_folder(root)
    shutil.rmtree(root / "valid")
    (root / "valid").symlink_to("train")


def other_classes(root: Path) -> None:
    split_folder(root)
    for name in "ab":
        (root / "valid" / name).rename(root / "valid" / f"{name} of others")


def no_classes(root: Path) -> None:
    for name in ("train", "valid"):
        (root / name).mkdir(parents=True)
        for number in range(8):
            picture(number).save(root / name / f"{number}.png")


def two_trains(root: Path) -> None:
    split_folder(root)
    save_pictures(root / "training", classes="ab")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (only_valid_links, "has no image to train on: each that is in train is in valid too"),
        (other_classes, "has no image to validate on: valid has none of a class that is in train"),
        (no_classes, "train and valid, which are taken for a split, but train has no folder for"),
        (two_trains, "several folders to train on, train and training; keep one"),
    ],
    ids=["valid links to train", "other classes", "no classes", "two trains"],
)
def test_a_split_that_cannot_be_used_is_refused_with_advice(
    tmp_path: Path, make, message: str
) -> None:
    make(tmp_path / "album")
    with pytest.raises(InvalidInput, match=message):
        folder_files(str(tmp_path / "album"))


def dataset_of(sizes: list[int], validation: list[bool] | None = None) -> ImageDataset:
    targets = torch.cat([torch.full((size,), number) for number, size in enumerate(sizes)])
    return ImageDataset(
        targets=targets,
        classes=tuple("abcdefgh"[: len(sizes)]),
        read=lambda rows, crop: rows,
        validation=None if validation is None else torch.tensor(validation),
    )


def seeds_in_words(seeds: list[int]) -> str:
    return f"With seed{'' if len(seeds) == 1 else 's'} {', '.join(map(str, seeds))} the class"


def test_a_class_whose_only_image_is_held_out_is_said_with_its_seeds() -> None:
    source = dataset_of([1, 9])
    held_out = [seed for seed in range(6) if 0 in split_rows(source, seed=seed)[1]]
    others = [seed for seed in range(6) if seed not in held_out]
    assert held_out
    assert notes_on_coverage(source, range(6)) == (
        f"{seeds_in_words(held_out)} a (1 image) is never trained on: all its images are"
        " validation images.",
        f"{seeds_in_words(others)} a (1 image) is never validated on, so no error rate counts it.",
    )


def test_a_class_with_images_in_both_parts_is_not_mentioned() -> None:
    assert notes_on_coverage(dataset_of([200, 200]), range(20)) == ()


def test_the_split_that_notes_speak_of_is_the_one_that_is_trained_with(tmp_path: Path) -> None:
    root = save_pictures(tmp_path / "album", classes="b", images=9)
    (root / "a").mkdir()
    picture(77).save(root / "a" / "only.png")
    settings = settings_of("folder", folder=str(root))
    ready = prepare(recipe="folder", settings=settings, cores=1, seeds=6, emit=lambda _: None)
    source, held_out = load(root), []
    for seed in range(6):
        set_seed(seed, reproducible=True)
        loaders = make_loaders(source, settings, seed, torch.device("cpu"))
        if 0 in loaders.valid.dataset.rows:
            held_out.append(seed)
    assert any(note.startswith(f"{seeds_in_words(held_out)} a (1") for note in ready.notes)


@pytest.mark.parametrize(
    "folders",
    [
        ["rose", "tulip"],
        ["train/rose", "train/tulip", "Valid/rose", "other"],
        ["train/rose", "train/tulip", "test"],
        ["training/rose", "training/tulip"],
        ["train", "tram"],
        ["train", "test/a", "b", "c"],
    ],
)
def test_the_page_counts_the_same_classes_before_the_images_are_read(
    tmp_path: Path, folders: list[str]
) -> None:
    for folder in folders:
        (tmp_path / folder).mkdir(parents=True)
    try:
        classes = len(find_layout(tmp_path).classes)
    except InvalidInput:
        return  # nothing is trained
    assert count_class_folders(str(tmp_path)) == classes
