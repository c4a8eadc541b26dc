"""The ``digits`` recipe: 1,797 handwritten digits that ship with scikit-learn."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import torch
from sklearn.datasets import load_digits
from torch import Tensor
from torch.nn import functional as F

from lossviz.experiments.networks import OWN
from lossviz.experiments.settings import Settings
from lossviz.training.data.dataset import Source

_PIXELS = 8


@cache
def load_images() -> tuple[Tensor, Tensor]:
    """All digits: images [1797, 1, 8, 8] in [0, 1] and targets [1797], 0 to 9."""
    digits = load_digits()
    return torch.tensor(digits.images, dtype=torch.float32).unsqueeze(1) / 16, torch.tensor(
        digits.target
    )


def load_source(settings: Settings) -> Source:
    """The digits, enlarged where that is asked for; grey for our own network, with three equal
    colours for those of torchvision.
    """
    images, targets = load_images()
    colours = 1 if settings.network == OWN else 3

    def read(rows: Tensor, _crop: int) -> Tensor:
        chosen = images[rows]
        if settings.image_size != _PIXELS:
            chosen = F.interpolate(
                chosen,
                size=(settings.image_size, settings.image_size),
                mode="bilinear",
                align_corners=False,
            )
        return chosen.expand(-1, colours, -1, -1)

    return Source(
        targets=targets, classes=tuple("0123456789"), read=read, transforms=_normalise(settings)
    )


def _normalise(settings: Settings) -> Sequence[Any]:
    """A torchvision network that was pretrained gets images normalised as then."""
    if settings.network == OWN or not settings.pretrained:
        return ()
    from fastai.data.transforms import Normalize

    from lossviz.training.networks.torchvision_networks import statistics

    return (Normalize.from_stats(*statistics(settings.network), cuda=False),)
