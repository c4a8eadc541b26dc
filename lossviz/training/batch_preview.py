"""A look at the data before anything is trained: the first batch of seed 0, as the network gets it."""

import io
from collections.abc import Callable, Sequence

import torch
from fastai.data.transforms import Normalize
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from lossviz.experiments.settings import Settings
from lossviz.losses.catalogue import LOSSES
from lossviz.losses.objective.module import Objective
from lossviz.training.progress_callback import Emit
from lossviz.training.recipes import LOAD, LoadOptions, seeded_learner

SHOWN = 12
_LEAST_PIXELS = 96  # smaller images are enlarged, each pixel a square


def preview_batch(
    recipe: str,
    settings: Settings,
    *,
    cores: int,
    emit: Emit,
    stop_requested: Callable[[], bool] = lambda: False,
) -> list[tuple[bytes, str, str]]:
    """The first images of the first batch that trials with seed 0 are trained on, augmented and as
    the network is told.

    Returns:
        For each image: a PNG, the name of its class, and the name of the class that the network is
            told, which label noise may have changed.

    Raises:
        LossvizError, TrialStopped: As ``prepare``.

    Side effects: as ``prepare``.
    """
    source = LOAD[recipe](
        settings, LoadOptions.reporting(emit, stop_requested=stop_requested, threads=cores)
    )
    learner = seeded_learner(recipe, settings, source, Objective(LOSSES["cross_entropy"]), 0)
    train = learner.dls.train
    chosen: list[int] = []
    read = train.dataset.batch

    def remember(numbers: Sequence[int]) -> tuple[Tensor, Tensor]:
        chosen.extend(numbers)
        return read(numbers)  # type: ignore[no-any-return]

    train.dataset.batch = remember
    images, targets = train.one_batch()
    normalise = train.after_batch.fs.filter(lambda transform: isinstance(transform, Normalize))
    for transform in normalise:
        images = transform.decode(images)
    right = source.targets[train.dataset.rows[torch.tensor(chosen)]]
    return [
        (_png(image), source.classes[int(true)], source.classes[int(told)])
        for image, true, told in zip(
            images[:SHOWN].as_subclass(Tensor).cpu(), right[:SHOWN], targets[:SHOWN], strict=True
        )
    ]


def _png(image: Tensor) -> bytes:
    """An image, [1 or 3, height, width] in [0, 1], as the bytes of a PNG."""
    scale = max(1, -(-_LEAST_PIXELS // image.shape[-1]))
    large = F.interpolate(image[None], scale_factor=scale, mode="nearest")[0]
    pixels = (large.clamp(0, 1) * 255).round().byte().expand(3, -1, -1).permute(1, 2, 0).numpy()
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()
