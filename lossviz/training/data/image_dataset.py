"""The recipes ``pets`` and ``folder``: photos in files, cut and augmented as in the article."""

from collections.abc import Sequence

import torch
from fastai.data.transforms import IntToFloatTensor, Normalize
from fastai.vision.augment import aug_transforms
from torch import Tensor

from lossviz.errors import InvalidInput
from lossviz.experiments.folder_classes import MIN_IMAGES
from lossviz.experiments.folder_paths import printable
from lossviz.experiments.settings import Settings
from lossviz.training.data.dataset import ImageDataset
from lossviz.training.data.image_cache import cache_folder, open_image_cache
from lossviz.training.data.image_notes import notes_on_pixels, notes_on_split
from lossviz.training.data.labelled_files import LabelledFiles
from lossviz.training.data.left_out import LeftOut, notes_on_left_out
from lossviz.training.data.progress import CheckStop, OnProgress
from lossviz.training.networks.torchvision_networks import normalisation_statistics


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
    files = labelled.files
    cache = open_image_cache(
        files,
        size=settings.image_size,
        crops=settings.epochs,
        folder=cache_folder(),
        threads=threads,
        on_progress=on_progress,
        check_stop=check_stop,
    )
    left_out = [
        *labelled.left_out,
        *(
            LeftOut(path=files[number], reason=reason, label=_to_train_on(labelled, number))
            for number, reason in cache.report.unreadable
        ),
    ]
    unreadable = dict(cache.report.unreadable)
    rows = torch.tensor([number for number in range(len(files)) if number not in unreadable])
    labels = [labelled.labels[row] for row in rows]
    validation = None
    if labelled.validation is not None:
        validation = torch.tensor(labelled.validation)[rows]
    _require_readable(labels, validation, left_out)
    classes = sorted(set(labels))
    transforms = [IntToFloatTensor(), *aug_transforms()]
    if settings.pretrained:
        statistics = normalisation_statistics(settings.network)
        transforms.append(Normalize.from_stats(*statistics, cuda=False))
    return ImageDataset(
        targets=torch.tensor([classes.index(label) for label in labels]),
        classes=tuple(map(printable, classes)),
        read=lambda chosen, crop: cache.read(rows[chosen], crop),
        transforms=transforms,
        notes=(
            *notes_on_split(labelled, rows.tolist()),
            *labelled.notes,
            *notes_on_left_out(left_out, labelled.root),
            *notes_on_pixels(cache.report, labelled, readable=len(rows), size=settings.image_size),
        ),
        validation=validation,
    )


def _to_train_on(labelled: LabelledFiles, number: int) -> str | None:
    """The class that lacks an image to train on where this file cannot be read."""
    if labelled.validation is not None and labelled.validation[number]:
        return None
    return labelled.labels[number]


def _require_readable(
    labels: Sequence[str], validation: Tensor | None, left_out: Sequence[LeftOut]
) -> None:
    """Refuse a class of which no image is left, a part of a split of which none is, and too few."""
    held_out = [False] * len(labels) if validation is None else validation.tolist()
    trained = {
        label for label, is_held_out in zip(labels, held_out, strict=True) if not is_held_out
    }
    for one in left_out:
        if one.label is not None and one.label not in trained:
            raise InvalidInput(
                f"no image of the class {printable(one.label)} can be read, such as"
                f" {printable(one.path.name)} ({one.reason}); repair its files or remove its folder"
            )
    if validation is not None and not validation.any():
        raise InvalidInput("no validation image can be read; repair the files")
    if len(labels) < MIN_IMAGES:
        raise InvalidInput(
            f"only {len(labels)} images can be read; training and validation need at least"
            f" {MIN_IMAGES}"
        )
