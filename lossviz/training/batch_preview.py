"""A preview of the data before anything is trained: the first batch of seed 0."""

import io
from collections.abc import Sequence

import torch
from fastai.data.transforms import Normalize
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from lossviz.experiments.engine.messages import EmitProgress, PreviewImage
from lossviz.experiments.settings import Settings
from lossviz.losses.catalogue import LOSSES
from lossviz.losses.objective.module import Objective
from lossviz.training.interruption import StopRequested
from lossviz.training.recipes import LOAD, LoadOptions, seeded_learner

SHOWN = 12
_MIN_PIXELS = 96  # smaller images are enlarged, each pixel a square


def preview_batch(
    recipe: str,
    settings: Settings,
    *,
    cores: int,
    emit: EmitProgress,
    stop_requested: StopRequested = lambda: False,
) -> tuple[PreviewImage, ...]:
    """The first images of the first batch that trials with seed 0 are trained on, augmented.

    Returns:
        At most ``SHOWN`` images.

    Raises:
        LossvizError, TrialStopped: As ``prepare``.

    Side effects: as ``prepare``.
    """
    source = LOAD[recipe](
        settings, LoadOptions.reporting(emit, stop_requested=stop_requested, threads=cores)
    )
    learner = seeded_learner(recipe, settings, source, Objective(LOSSES["cross_entropy"]), 0)
    train = learner.dls.train
    indices: list[int] = []
    read_batch = train.dataset.batch

    def read_and_record(batch: Sequence[int]) -> tuple[Tensor, Tensor]:
        indices.extend(batch)
        return read_batch(batch)  # type: ignore[no-any-return]

    train.dataset.batch = read_and_record
    images, targets = train.one_batch()
    for transform in train.after_batch.fs:
        if isinstance(transform, Normalize):
            images = transform.decode(images)
    images = images[:SHOWN].as_subclass(Tensor).cpu()
    true_targets = source.targets[train.dataset.rows[torch.tensor(indices)]][:SHOWN]
    return tuple(
        PreviewImage(
            png=_png(image),
            true_class=source.classes[int(true)],
            label=source.classes[int(label)],
        )
        for image, true, label in zip(images, true_targets, targets[:SHOWN], strict=True)
    )


def _png(image: Tensor) -> bytes:
    """An image, [1 or 3, height, width] in [0, 1], as the bytes of a PNG."""
    scale = max(1, -(-_MIN_PIXELS // image.shape[-1]))
    large = F.interpolate(image[None], scale_factor=scale, mode="nearest")[0]
    pixels = (large.clamp(0, 1) * 255).round().byte().expand(3, -1, -1).permute(1, 2, 0).numpy()
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()
