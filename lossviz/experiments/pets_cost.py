"""What the recipe ``pets`` costs: what it would download, and how long it trains.

The app says it before anything is fetched. Written without fastai, which pages must not load.
"""

from __future__ import annotations

import os
from configparser import ConfigParser
from configparser import Error as ConfigError
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lossviz.experiments.networks import get_network, local_weights
from lossviz.experiments.settings import Settings

PETS_IMAGES: Final = 7390
PHOTOS_MB: Final = 812  # the archive, in MB of 1,000,000 bytes
_TRAINING_IMAGES: Final = 5912
_VALIDATION_IMAGES: Final = PETS_IMAGES - _TRAINING_IMAGES
# Of a resnet18 at 224 x 224 pixels, batches of 64, on two cores without a GPU, with torch 2.14: in
# the frozen epochs gradients still pass all layers, to their batch normalisation.
_TRAINED_S: Final = 0.053  # an image
_EVALUATED_S: Final = 0.0165
_MEASURED_CORES: Final = 2
_PIXELS: Final = 224 * 224
_FOLDER: Final = "oxford-iiit-pet"


@dataclass(frozen=True, slots=True, kw_only=True)
class PetsDownloads:
    """What of the recipe's files this machine lacks.

    Attributes:
        photos_mb: MB of photos to download; 0 where they are here.
        weights_mb: The same of the network's pretrained weights.
    """

    photos_mb: int
    weights_mb: int

    @property
    def total_mb(self) -> int:
        """MB in all."""
        return self.photos_mb + self.weights_mb


def pets_downloads(settings: Settings) -> PetsDownloads:
    """What training the pets would download.

    Args:
        settings: How they are trained.

    Side effects: reads fastai's and torch's folders.
    """
    network = get_network(settings.network)
    needs_weights = settings.pretrained and local_weights(network) is None
    return PetsDownloads(
        photos_mb=0 if _has_photos() else PHOTOS_MB,
        weights_mb=round(network.weights_megabytes) if needs_weights else 0,
    )


def trial_without_gpu_s(settings: Settings, *, cores: int) -> float:
    """About how many seconds a trial takes where no GPU helps, with all cores to itself.

    Args:
        settings: How it is trained, with a resnet18.
        cores: Cores of the machine.
    """
    trained = settings.epochs * _TRAINING_IMAGES
    evaluated = (1 + settings.epochs * settings.evaluations) * _VALIDATION_IMAGES
    on_two_cores = trained * _TRAINED_S + evaluated * _EVALUATED_S
    return on_two_cores * (settings.image_size**2 / _PIXELS) * _MEASURED_CORES / max(1, cores)


def _has_photos() -> bool:
    """Whether all photos are where fastai's ``untar_data`` puts them."""
    try:
        with os.scandir(_data_folder() / _FOLDER / "images") as entries:
            return sum(entry.name.endswith(".jpg") for entry in entries) >= PETS_IMAGES
    except OSError:
        return False


def _data_folder() -> Path:
    """Where fastai keeps data, as its configuration says."""
    home = Path(os.environ.get("FASTAI_HOME", "~/.fastai")).expanduser()
    config = ConfigParser(interpolation=None)
    try:
        config.read(home / "config.ini", encoding="utf-8")
    except (ConfigError, OSError, UnicodeDecodeError):
        return home / "data"
    return home / Path(config.get("DEFAULT", "data", fallback="data")).expanduser()
