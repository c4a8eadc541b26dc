"""The recipes ``pets`` and ``folder``: photos in files, cut and augmented as in the article."""

from collections.abc import Sequence
from pathlib import Path

import torch
from fastai.data.transforms import IntToFloatTensor, Normalize
from fastai.vision.augment import aug_transforms

from lossviz.errors import InvalidInput
from lossviz.experiments.settings import Settings
from lossviz.training.data.dataset import ImageDataset
from lossviz.training.data.image_cache import ImageCache, cache_folder, open_image_cache
from lossviz.training.data.labelled_files import MIN_IMAGES, LabelledFiles
from lossviz.training.data.progress import CheckStop, OnProgress
from lossviz.training.networks.torchvision_networks import normalisation_statistics

_MAX_NAMED = 5  # unreadable images that are named


def image_dataset(
    labelled: LabelledFiles,
    settings: Settings,
    *,
    threads: int,
    on_progress: OnProgress,
    check_stop: CheckStop,
) -> ImageDataset:
    """Images from files, decoded once; those that cannot be read are left out and named.

    Args:
        labelled: Image files with their classes.
        settings: Image size, epochs and network.
        threads: Images decoded at once.
        on_progress: See ``open_image_cache``.
        check_stop: See ``open_image_cache``.

    Raises:
        InvalidInput: A class without readable images, or too few images.
        LossvizError: See ``open_image_cache``.

    Side effects: see ``open_image_cache``.
    """
    files, labels = labelled.files, labelled.labels
    cache = open_image_cache(
        files,
        size=settings.image_size,
        crops=settings.epochs,
        folder=cache_folder(),
        threads=threads,
        on_progress=on_progress,
        check_stop=check_stop,
    )
    unreadable = set(cache.unreadable)
    rows = torch.tensor([number for number in range(len(files)) if number not in unreadable])
    classes = sorted(set(labels))
    targets = torch.tensor([classes.index(labels[row]) for row in rows])
    if missing := [name for number, name in enumerate(classes) if not (targets == number).any()]:
        raise InvalidInput(
            f"no image of the class {missing[0]!r} can be read; mend its files or take its folder"
            " away"
        )
    if len(rows) < MIN_IMAGES:
        raise InvalidInput(
            f"only {len(rows)} images can be read; a training and its judgement need at least"
            f" {MIN_IMAGES}"
        )
    transforms = [IntToFloatTensor(), *aug_transforms()]
    if settings.pretrained:
        statistics = normalisation_statistics(settings.network)
        transforms.append(Normalize.from_stats(*statistics, cuda=False))
    return ImageDataset(
        targets=targets,
        classes=tuple(classes),
        read=lambda chosen, crop: cache.read(rows[chosen], crop),
        transforms=transforms,
        notes=(*labelled.notes, *_notes_on_unreadable(files, cache)),
    )


def _notes_on_unreadable(files: Sequence[Path], cache: ImageCache) -> tuple[str, ...]:
    count = len(cache.unreadable)
    if not count:
        return ()
    named = ", ".join(
        str(Path(files[number].parent.name) / files[number].name)
        for number in cache.unreadable[:_MAX_NAMED]
    )
    more = f" and {count - _MAX_NAMED} more" if count > _MAX_NAMED else ""
    subject = (
        "1 image cannot be read and is" if count == 1 else f"{count} images cannot be read and are"
    )
    return (f"{subject} left out: {named}{more}.",)
