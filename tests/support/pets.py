"""Pets of the shape that fastai's have, which come from this machine, and fixtures that put them
where fastai looks for its own.
"""

import hashlib
import io
import tarfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import fastdownload.core
import pytest
import torch
from fastai.data import external
from torch import Tensor
from torchvision.models import ResNet18_Weights, resnet18

from lossviz.experiments import networks
from lossviz.experiments.networks import Network
from lossviz.experiments.records import Preparation
from lossviz.training.data import (
    image_dataset,
    pets_download,
    resumable_download,
    weights_download,
)
from lossviz.training.data.dataset import ImageDataset
from lossviz.training.data.loaders import ImageSubset
from lossviz.training.preparation import prepare
from lossviz.training.recipes import LOAD, LoadOptions
from tests.support.file_server import Fault, Served, served_files
from tests.support.pictures import picture
from tests.support.trials import settings_of

BREEDS = """
    Abyssinian Bengal Birman Bombay British_Shorthair Egyptian_Mau Maine_Coon Persian Ragdoll
    Russian_Blue Siamese Sphynx american_bulldog american_pit_bull_terrier basset_hound beagle
    boxer chihuahua english_cocker_spaniel english_setter german_shorthaired great_pyrenees
    havanese japanese_chin keeshond leonberger miniature_pinscher newfoundland pomeranian pug
    saint_bernard samoyed scottish_terrier shiba_inu staffordshire_bull_terrier wheaten_terrier
    yorkshire_terrier
""".split()  # noqa: SIM905 - cats are capitalised
PHOTOS_PER_BREED = 4
SMALL = {"pretrained": False, "image_size": 64, "batch_size": 32}


def pets_archive() -> bytes:
    """37 breeds and ``PHOTOS_PER_BREED`` photos of each, 500 × 375."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz", compresslevel=1) as archive:
        for place, breed in enumerate(BREEDS):
            for number in range(1, PHOTOS_PER_BREED + 1):
                photo = io.BytesIO()
                width, height = (500, 375) if number % 3 else (375, 500)
                picture(1000 * place + number, width=width, height=height).save(
                    photo, "JPEG", quality=95
                )
                member = tarfile.TarInfo(f"oxford-iiit-pet/images/{breed}_{number * 7}.jpg")
                member.size = photo.tell()
                photo.seek(0)
                archive.addfile(member, photo)
    return packed.getvalue()


@dataclass
class Spent:
    """Seconds that went into data.

    Attributes:
        decoding: In ``open_image_cache``, by all that ran.
        reading: In ``ImageSubset.batch``.
    """

    decoding: float = 0.0
    reading: float = 0.0

    def total(self) -> float:
        total = self.decoding + self.reading
        self.decoding = self.reading = 0.0
        return total


@dataclass
class World:
    """The server that the pets come from, and the folder that they are downloaded to."""

    folder: Path
    served: Served
    archive: bytes
    checks: Path
    spent: Spent = field(default_factory=Spent)

    @property
    def images(self) -> Path:
        return self.folder / "fastai" / "data" / "oxford-iiit-pet" / "images"

    def expect(self, url: str, md5: str) -> None:
        """Set the size and hash that fastai expects of an address."""
        self.checks.write_text(repr({url: (len(self.archive), md5)}))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("pets")
    (folder / "server").mkdir()
    # with what fastcore would write there, which leaves the file open: a ResourceWarning
    (folder / "fastai").mkdir()
    (folder / "fastai" / "config.ini").write_text(
        "[DEFAULT]\ndata = data\narchive = archive\nstorage = tmp\nmodel = models\n"
    )
    archive = pets_archive()
    (folder / "server" / "oxford-iiit-pet.tgz").write_bytes(archive)
    with (
        served_files(folder / "server", Fault(cut_after=100_000)) as served,
        pytest.MonkeyPatch.context() as patch,
    ):
        world = World(folder, served, archive, folder / "checks.py")
        url = f"{served.url}oxford-iiit-pet.tgz"
        world.expect(url, hashlib.md5(archive[: 2**20]).hexdigest())
        patch.setenv("no_proxy", "127.0.0.1")
        patch.setenv("FASTAI_HOME", str(folder / "fastai"))
        patch.setenv("TORCH_HOME", str(folder / "torch"))
        patch.setattr(resumable_download, "PAUSES_S", (0.0, 0.0))
        patch.setattr(external.URLs, "PETS", url)
        patch.setattr(fastdownload.core, "checks_module", lambda module: world.checks)
        patch.setattr(pets_download, "PETS_IMAGES", 37 * PHOTOS_PER_BREED)
        patch.setattr(weights_download, "WEIGHTS_URL", served.url)
        patch.setattr(image_dataset, "cache_folder", lambda: folder / "stores")
        for owner, name, part in (
            (image_dataset, "open_image_cache", "decoding"),
            (ImageSubset, "batch", "reading"),
        ):
            patch.setattr(owner, name, timed(getattr(owner, name), world.spent, part))
        external.fastai_cfg.cache_clear()
        yield world
    external.fastai_cfg.cache_clear()


def timed(function: Callable[..., Any], spent: Spent, part: str) -> Callable[..., Any]:
    def measured(*arguments: object, **options: object) -> object:
        began = time.perf_counter()
        try:
            return function(*arguments, **options)
        finally:
            setattr(spent, part, getattr(spent, part) + time.perf_counter() - began)

    return measured


def get_ready(**changes: object) -> tuple[Preparation, set[str]]:
    """Prepare, and return also the stages that it reported, without numbers."""
    stages = set()
    settings = settings_of("pets", **{**SMALL, **changes})
    ready = prepare(
        recipe="pets",
        settings=settings,
        cores=2,
        emit=lambda progress: stages.add(progress.stage.split(":")[0]),
    )
    return ready, stages


@pytest.fixture(scope="module")
def ready(world: World) -> tuple[Preparation, set[str]]:
    return get_ready()


@pytest.fixture(scope="module")
def weights(world: World) -> Iterator[dict[str, Tensor]]:
    """Weights as torchvision offers them, from chance."""
    torch.manual_seed(9)
    state, file = resnet18().state_dict(), io.BytesIO()
    torch.save(state, file)
    name = f"resnet18-{hashlib.sha256(file.getvalue()).hexdigest()[:8]}.pth"
    (world.folder / "server" / name).write_bytes(file.getvalue())
    offered = Network(
        name="resnet18", parameters_millions=11.69, weights_file=name, weights_megabytes=46.8
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(networks, "NETWORKS", {"resnet18": offered})
        patch.setattr(ResNet18_Weights.DEFAULT.value, "url", f"{world.served.url}{name}")
        get_ready(pretrained=True)
        yield state


def load(**changes: object) -> ImageDataset:
    return LOAD["pets"](settings_of("pets", **{**SMALL, **changes}), LoadOptions())
