"""The recipes ``pets`` and ``folder``: photos in files, cut and augmented as in the article."""

from collections.abc import Sequence
from pathlib import Path

import torch
from fastai.data.core import DataLoaders
from fastai.data.transforms import IntToFloatTensor, Normalize, RegexLabeller, get_image_files
from fastai.learner import Learner
from fastai.metrics import error_rate
from fastai.vision.augment import aug_transforms
from fastai.vision.learner import vision_learner
from torchvision.models import resnet18

from lossviz.errors import InvalidInput
from lossviz.experiments.settings import Settings
from lossviz.training.data.dataset import ImageDataset
from lossviz.training.data.image_cache import ImageCache, cache_folder, open_image_cache
from lossviz.training.data.progress import CheckStop, OnProgress
from lossviz.training.networks.learners import LossFunction
from lossviz.training.networks.torchvision_networks import normalisation_statistics

MIN_IMAGES = 10
_MAX_NAMED = 5  # unreadable images that are named


def pets_files(folder: Path) -> tuple[list[Path], list[str]]:
    """The article's images and their breeds, ``Breed_name`` of ``Breed_name_12.jpg``."""
    files = sorted(get_image_files(folder / "images"))
    labeller = RegexLabeller(pat=r"(.+)_\d+\.jpg$")  # the article's, its dot escaped
    return files, [labeller(file.name) for file in files]


def folder_files(folder: str) -> tuple[list[Path], list[str], tuple[str, ...]]:
    """The images of a folder that has a folder for each class, their classes, and notes.

    The notes say what a user should know of the images; a sentence each.

    Raises:
        InvalidInput: No such folder, fewer than two classes, or too few images.

    Side effects: reads the folder's tree.
    """
    root = Path(folder).expanduser()
    if not root.is_dir():
        raise InvalidInput(
            f"there is no folder {root}; give the path of a folder on the machine that runs the app"
        )
    parts = {
        part.name: sorted(get_image_files(part))
        for part in sorted(root.iterdir())
        if part.is_dir() and not part.name.startswith(".")
    }
    classes = {name: files for name, files in parts.items() if files}
    if len(classes) < 2:
        found = f"only {next(iter(classes))!r}" if classes else "none"
        raise InvalidInput(
            f"{root} needs at least two folders with images, one for each class; there is {found}"
        )
    files = [file for members in classes.values() for file in members]
    if len(files) < MIN_IMAGES:
        raise InvalidInput(
            f"{root} has {len(files)} images; a training and its judgement need at least"
            f" {MIN_IMAGES}"
        )
    labels = [name for name, members in classes.items() for _ in members]
    return files, labels, _notes_on_empty([name for name, members in parts.items() if not members])


def image_dataset(
    files: Sequence[Path],
    labels: Sequence[str],
    settings: Settings,
    *,
    threads: int,
    on_progress: OnProgress,
    check_stop: CheckStop,
    notes: tuple[str, ...] = (),
) -> ImageDataset:
    """Images from files, decoded once; those that cannot be read are left out and named.

    Args:
        files: Image files.
        labels: The class of each.
        settings: Image size, epochs and network.
        threads: Images decoded at once.
        on_progress: See ``open_image_cache``.
        check_stop: See ``open_image_cache``.
        notes: What is known of the files already.

    Raises:
        InvalidInput: A class without readable images, or too few images.
        LossvizError: See ``open_image_cache``.

    Side effects: see ``open_image_cache``.
    """
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
        notes=(*notes, *_notes_on_unreadable(files, cache)),
    )


def _notes_on_empty(folders: Sequence[str]) -> tuple[str, ...]:
    if not folders:
        return ()
    pronoun = "it" if len(folders) == 1 else "them"
    return (f"No image is in {', '.join(folders)}, so no class is made of {pronoun}.",)


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


def make_pets_learner(loaders: DataLoaders, settings: Settings, loss_func: LossFunction) -> Learner:
    """The article's learner: fastai's ``vision_learner`` of a resnet18.

    Side effects: draws the weights that are new from torch's generator.
    """
    return vision_learner(
        loaders, resnet18, pretrained=settings.pretrained, loss_func=loss_func, metrics=error_rate
    )
