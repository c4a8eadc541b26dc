"""The ``digits`` recipe: 1,797 handwritten digits that ship with scikit-learn."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import torch
from sklearn.datasets import load_digits
from torch import Tensor
from torch.nn import functional as F

from lossviz.experiments.networks import DIGITS_NETWORK
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.settings import Settings
from lossviz.training.data.dataset import ImageDataset

PIXELS = 8
_MAX_BRIGHTNESS = 16


@cache
def load_images() -> tuple[Tensor, Tensor]:
    """All digits: images [1797, 1, 8, 8] in [0, 1] and targets [1797], 0 to 9."""
    digits = load_digits()
    images = torch.tensor(digits.images, dtype=torch.float32).unsqueeze(1) / _MAX_BRIGHTNESS
    return images, torch.tensor(digits.target)


def load_digits_dataset(settings: Settings) -> ImageDataset:
    """The digits, resized to the settings' image size.

    They are grey for the digits' own network, with three equal channels for those of torchvision.
    """
    images, targets = load_images()
    channels = 1 if settings.network == DIGITS_NETWORK else 3

    def read(rows: Tensor, _crop: int) -> Tensor:
        chosen = images[rows]
        if settings.image_size != PIXELS:
            chosen = F.interpolate(
                chosen,
                size=(settings.image_size, settings.image_size),
                mode="bilinear",
                align_corners=False,
            )
        return chosen.expand(-1, channels, -1, -1)

    return ImageDataset(
        targets=targets,
        classes=get_recipe("digits").class_names,
        read=read,
        transforms=_normalise(settings),
    )


def _normalise(settings: Settings) -> Sequence[Any]:
    """A pretrained torchvision network gets images normalised as in its pretraining."""
    if settings.network == DIGITS_NETWORK or not settings.pretrained:
        return ()
    from fastai.data.transforms import Normalize

    from lossviz.training.networks.torchvision_networks import normalisation_statistics

    return (Normalize.from_stats(*normalisation_statistics(settings.network), cuda=False),)
