"""The article's experiment, with a small archive of the pets' shape that comes from this machine:
what is trained is what the article trains.
"""

import socket
from pathlib import Path

import pytest
import torch
from fastai.data import external
from fastai.data.block import CategoryBlock, DataBlock, DataLoaders
from fastai.data.transforms import IndexSplitter, RandomSplitter, RegexLabeller, get_image_files
from fastai.torch_core import set_seed
from fastai.vision.augment import Resize, aug_transforms
from fastai.vision.data import ImageBlock
from fastai.vision.learner import vision_learner
from fasttransform import Pipeline
from torch import Tensor
from torchvision.models import resnet18

from lossviz import LOSSES, objective
from lossviz.errors import DownloadError
from lossviz.experiments.records import Preparation
from lossviz.training.data.labelled_files import LabelledFiles, pets_files
from lossviz.training.recipes import seeded_learner
from tests.support import pets
from tests.support.pets import BREEDS, SMALL, World, get_ready, load
from tests.support.trials import settings_of, train

world, ready, weights = pets.world, pets.ready, pets.weights  # fixtures
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("one_thread")]


def article_loaders(world: World, *, valid: list[str] | None = None) -> DataLoaders:
    """The article's, with its numbers; split by its own splitter, or these files for validation."""
    files = sorted(get_image_files(world.images))
    block = DataBlock(
        blocks=(ImageBlock, CategoryBlock),
        get_items=lambda _folder: files,
        splitter=(
            RandomSplitter()
            if valid is None
            else IndexSplitter([[file.name for file in files].index(name) for name in valid])
        ),
        get_y=Pipeline([lambda file: file.name, RegexLabeller(pat=r"(.+)_\d+.jpg")]),
        item_tfms=Resize(64),
        batch_tfms=aug_transforms(),
    )
    return block.dataloaders(world.images, num_workers=0)


def test_the_preparation_downloads_unpacks_decodes_and_tries_the_network(
    world: World, ready: tuple[Preparation, set[str]]
) -> None:
    preparation, stages = ready
    assert preparation.done
    # 4 photos of a breed: by chance some breeds are in one part only
    assert all("is never" in note or "are never" in note for note in preparation.notes)
    assert preparation.learning_rate == 2e-3
    assert {
        "downloading the pets",
        "unpacking the pets",
        "decoding images",
        "trying the network",
    } <= stages
    assert world.served.requests[:2] == [0, 100_000]  # the connection broke, and it went on


def test_breeds_are_the_article_s(world: World, ready: object) -> None:
    source = load()
    assert source.classes == tuple(sorted(BREEDS))
    files = sorted(get_image_files(world.images))
    labeller = RegexLabeller(pat=r"(.+)_\d+.jpg")  # the article's, its dot not escaped
    assert [source.classes[target] for target in source.targets.tolist()] == [
        labeller(file.name) for file in files
    ]
    assert pets_files(world.images.parent) == LabelledFiles(
        root=world.images, files=files, labels=[labeller(file.name) for file in files]
    )


def test_a_name_without_a_dot_before_jpg_is_no_pet(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "pug_1.xjpg.jpg").touch()
    with pytest.raises(AssertionError, match="Failed to find"):
        pets_files(tmp_path)


@pytest.mark.parametrize("pretrained", [False, True])
def test_validation_images_are_to_the_bit_those_of_the_article_s_data_block(
    world: World, ready: object, weights: dict[str, Tensor], pretrained: bool
) -> None:
    learner = seeded_learner(
        "pets",
        settings_of("pets", **{**SMALL, "pretrained": pretrained}),
        load(),
        objective(LOSSES["cross_entropy"]),
        0,
    )
    files = sorted(get_image_files(world.images))
    theirs = article_loaders(
        world, valid=[files[row].name for row in learner.dls.valid.dataset.rows.tolist()]
    )
    vision_learner(theirs, resnet18, pretrained=pretrained)  # which normalises what is pretrained
    assert [(len(images), images.device.type) for images, _ in learner.dls.valid] == [(29, "cpu")]
    for (images_, targets), (their_images, their_targets) in zip(
        learner.dls.valid, theirs.valid, strict=True
    ):
        assert torch.equal(Tensor(images_), Tensor(their_images))
        assert torch.equal(Tensor(targets), Tensor(their_targets))
    assert images_.min() < -1.5 if pretrained else images_.min() >= 0


def test_the_split_of_a_seed_is_the_one_that_the_article_s_splitter_draws(
    world: World, ready: object
) -> None:
    learner = seeded_learner(
        "pets", settings_of("pets", **SMALL), load(), objective(LOSSES["cross_entropy"]), 3
    )
    set_seed(3, reproducible=True)
    theirs = article_loaders(world)
    files = sorted(get_image_files(world.images))
    for ours, their in ((learner.dls.train, theirs.train), (learner.dls.valid, theirs.valid)):
        assert [files[row] for row in ours.dataset.rows.tolist()] == list(their.items)
    assert learner.dls.c == theirs.c == 37
    assert settings_of("pets").batch_size == theirs.train.bs == 64


def test_the_learner_is_the_article_s(
    world: World, ready: object, weights: dict[str, Tensor]
) -> None:
    settings = settings_of("pets", **{**SMALL, "pretrained": True})
    learner = seeded_learner("pets", settings, load(), objective(LOSSES["cross_entropy"]), 0)
    set_seed(0, reproducible=True)
    theirs = vision_learner(article_loaders(world), resnet18)
    assert str(learner.model) == str(theirs.model)
    assert learner.model[1][-1].out_features == 37
    assert torch.equal(learner.model[0][0].weight, weights["conv1.weight"])
    assert [len(group) for group in learner.splitter(learner.model)] == [
        len(group) for group in theirs.splitter(theirs.model)
    ]
    assert learner.opt_func is theirs.opt_func


@pytest.mark.heavy
def test_only_the_first_trial_waits_for_its_data_and_all_losses_get_the_same(
    world: World, ready: object
) -> None:
    """What the later ones spend on data is at most a fifth of what the first one did, the decoding
    before it included.
    """
    seconds, trained = [], []
    (world.folder / "stores").rename(world.folder / "used stores")
    world.spent.total()
    get_ready()
    for seed in (0, 1):
        for loss in ("cross_entropy", "dot_product"):
            trained.append(train("pets", loss=loss, seed=seed, **SMALL))
            seconds.append(world.spent.total())
    print(
        "data seconds:",
        *(f"{value:.3f}" for value in seconds),
        f"; ratio {max(seconds[1:]) / seconds[0]:.1%}",
    )
    assert max(seconds[1:]) <= 0.2 * seconds[0]
    assert trained[0].fingerprints == trained[1].fingerprints
    assert trained[2].fingerprints == trained[3].fingerprints
    assert all(
        trained[0].fingerprints[part] != trained[2].fingerprints[part]
        for part in trained[0].fingerprints
    )
    assert {trial.origin for trial in trained} == {
        "resnet18, from scratch; 119 training images, 29 validation images, each epoch"
        " leaves out 23 training images, chosen anew, which would not fill a batch of 32"
    }


def test_a_pretrained_trial_fetches_its_weights_once_and_says_so(
    world: World, ready: object, weights: dict[str, Tensor]
) -> None:
    requests = len(world.served.requests)
    assert get_ready(pretrained=True, unfrozen_epochs=1)[0].done
    trained = train("pets", **{**SMALL, "pretrained": True})
    assert len(world.served.requests) == requests
    assert trained.origin.startswith("resnet18, pretrained on ImageNet (resnet18-")
    assert len(trained.error_rates) == 2


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (
            "no network",
            (
                r"the pets cannot be downloaded: no connection to 127\.0\.0\.1 .*connect this"
                r" machine to the internet and try again"
            ),
        ),
        (
            "a wrong hash",
            (
                r"the pets cannot be downloaded: .* has another hash than 0{32} and was deleted;"
                " try again"
            ),
        ),
    ],
)
def test_pets_that_do_not_come_end_the_preparation_with_advice(
    world: World, tmp_path: Path, monkeypatch, fault: str, message: str
) -> None:
    (tmp_path / "config.ini").write_text((world.folder / "fastai" / "config.ini").read_text())
    monkeypatch.setenv("FASTAI_HOME", str(tmp_path))
    monkeypatch.setattr(world, "checks", tmp_path / "checks.py")
    external.fastai_cfg.cache_clear()
    url = external.URLs.PETS
    if fault == "no network":
        with socket.create_server(("127.0.0.1", 0)) as closed:
            url = f"http://127.0.0.1:{closed.getsockname()[1]}/oxford-iiit-pet.tgz"
        monkeypatch.setattr(external.URLs, "PETS", url)
    world.expect(url, "0" * 32)
    with pytest.raises(DownloadError, match=message):
        get_ready()
    external.fastai_cfg.cache_clear()
