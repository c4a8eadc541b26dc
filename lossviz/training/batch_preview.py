"""A preview of the data before anything is trained: the first batch of seed 0."""

import torch
from fastai.data.transforms import Normalize
from torch import Tensor

from lossviz.experiments.engine.messages import EmitProgress, PreviewImage
from lossviz.experiments.settings import Settings
from lossviz.losses.catalogue import LOSSES
from lossviz.losses.objective.module import Objective
from lossviz.training.interruption import StopRequested
from lossviz.training.png import png_of
from lossviz.training.recipes import LOAD, LoadOptions, seeded_learner

SHOWN = 12


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
    subset, labels = train.dataset, train.dataset.targets
    subset.targets = torch.arange(len(subset))  # so that a batch says which images it has
    images, places = train.one_batch()
    for transform in train.after_batch.fs:
        if isinstance(transform, Normalize):
            images = transform.decode(images)
    images = images[:SHOWN].as_subclass(Tensor).cpu()
    shown = places[:SHOWN].as_subclass(Tensor).cpu()
    return tuple(
        PreviewImage(
            png=png_of(image),
            true_class=source.classes[int(true)],
            label=source.classes[int(label)],
        )
        for image, true, label in zip(
            images, source.targets[subset.rows[shown]], labels[shown], strict=True
        )
    )
