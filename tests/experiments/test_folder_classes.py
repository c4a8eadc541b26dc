"""The number of classes of a visitor's folder, as the checks before a training need it."""

from pathlib import Path

import pytest

from lossviz.experiments.folder_classes import count_class_folders


@pytest.mark.parametrize(
    ("folders", "classes"),
    [
        (["rose", "tulip", "daisy", ".hidden"], 3),
        (["train/rose", "train/tulip", "train/daisy", "valid/rose", "valid/tulip"], 3),
        (["Train/rose", "Train/tulip", "test"], 2),
        (["train/rose", "train/tulip"], 2),
        (["train", "tram"], 2),  # two classes of vehicles
        (["rose"], None),
        ([], None),
    ],
)
def test_each_folder_is_a_class_and_those_of_a_split_count_once(
    tmp_path: Path, folders: list[str], classes: int | None
) -> None:
    for folder in folders:
        (tmp_path / folder).mkdir(parents=True)
    assert count_class_folders(f"'{tmp_path}' ") == classes


@pytest.mark.parametrize("folder", ["", "/no/such/folder", "file://elsewhere/share", "a\0b"])
def test_what_is_no_folder_has_no_known_number_of_classes(folder: str) -> None:
    assert count_class_folders(folder) is None
