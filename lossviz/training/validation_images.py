"""Images of a recipe as they are validated on, for whoever looks at a network's errors."""

from collections.abc import Sequence

import torch
from fastai.data.transforms import Normalize, Pipeline
from fastai.torch_core import TensorImage
from torch import Tensor

from lossviz.errors import InvalidInput
from lossviz.experiments.engine.messages import EmitProgress, PreviewImage
from lossviz.experiments.settings import Settings
from lossviz.training.interruption import StopRequested
from lossviz.training.png import png_of
from lossviz.training.recipes import LOAD, LoadOptions

_VALIDATION_CROP = 0  # see ``ImageDataset.read``
_VALIDATION_SPLIT = 1  # fastai's number of it: random transforms leave it alone


def render_images(
    recipe: str,
    settings: Settings,
    rows: Sequence[int],
    *,
    cores: int,
    emit: EmitProgress,
    stop_requested: StopRequested = lambda: False,
) -> tuple[PreviewImage, ...]:
    """Images as the network gets them, but not normalised.

    Args:
        recipe: Key of a recipe.
        settings: How it is trained.
        rows: Which images, as in ``Predictions``.
        cores: Cores to decode images with.
        emit: Called with the progress.
        stop_requested: Called often.

    Returns:
        The images in the order of the rows, each with the name of its class.

    Raises:
        InvalidInput: There is no such row, as where images have been taken away since.
        LossvizError, TrialStopped: As ``prepare``.

    Side effects: as ``prepare``.
    """
    source = LOAD[recipe](
        settings, LoadOptions.reporting(emit, stop_requested=stop_requested, threads=cores)
    )
    if max(rows) >= len(source.targets):
        raise InvalidInput(
            f"there is no image {max(rows)}: there are {len(source.targets):,} images now, counted"
            " from 0; if they have changed since, train again"
        )
    chosen = torch.tensor(rows)
    transforms = [part for part in source.transforms if not isinstance(part, Normalize)]
    to_network = Pipeline(transforms, split_idx=_VALIDATION_SPLIT)
    images = to_network(TensorImage(source.read(chosen, _VALIDATION_CROP))).as_subclass(Tensor)
    names = [source.classes[target] for target in source.targets[chosen].tolist()]
    return tuple(
        PreviewImage(png=png_of(image), true_class=name, label=name)
        for image, name in zip(images.cpu(), names, strict=True)
    )
