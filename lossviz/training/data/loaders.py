"""fastai loaders that read each batch in one step.

Split, label noise and imbalance are drawn from the seed alone.
"""

from collections.abc import Iterable, Iterator, Sequence
from multiprocessing import get_start_method
from typing import Any

import torch
from fastai.data.core import DataLoaders, TfmdDL
from fastai.torch_core import TensorCategory, TensorImage
from torch import Tensor

from lossviz.experiments.settings import Settings
from lossviz.training.data.dataset import ImageDataset, flip_labels, subsample_classes
from lossviz.training.data.splitting import split_rows
from lossviz.training.parent_death import die_with_parent

_VALIDATION_BATCH_PIXELS = 2**18  # small images are validated in one batch


class ImageSubset:
    """The training or the validation images of a dataset, with the labels that the network sees.

    This is what fastai calls a dataset.

    Attributes:
        dataset: All images.
        rows: Which of them, int64 [n].
        targets: Their labels, int64 [n].
        split_idx: fastai's: 0 for training, 1 for validation.
        passes: How many epochs have read it, the running one included.
    """

    n_inp = 1

    def __init__(
        self, dataset: ImageDataset, rows: Tensor, targets: Tensor, *, split_idx: int
    ) -> None:
        self.dataset, self.rows, self.targets, self.split_idx = dataset, rows, targets, split_idx
        self.passes = 0

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, number: int) -> tuple[int, int]:
        if number >= len(self):
            raise IndexError(number)
        return int(self.rows[number]), int(self.targets[number])

    def batch(self, numbers: Sequence[int]) -> tuple[Tensor, Tensor]:
        """Images and labels at some places of the subset."""
        chosen = torch.tensor(numbers)
        crop = 0 if self.split_idx else self.passes
        images = self.dataset.read(self.rows[chosen], crop)
        return TensorImage(images), TensorCategory(self.targets[chosen])


class SubsetLoader(TfmdDL):  # type: ignore[misc]
    """A loader that reads each batch in one step: one item at a time costs ten times as much."""

    def before_iter(self) -> None:
        """Count the epochs: an image is cut differently in each."""
        self.dataset.passes += 1
        super().before_iter()

    def create_batches(self, samps: Iterable[int]) -> Iterator[Any]:
        """Batches of the subset, in the order of ``samps``."""
        yield from map(self.dataset.batch, self.chunkify(samps))

    def wif(self) -> None:
        """Let a worker end with its trial."""
        die_with_parent()


def make_loaders(
    dataset: ImageDataset, settings: Settings, seed: int, device: torch.device
) -> DataLoaders:
    """Loaders of the training images and of the validation images.

    As fastai does, training drops the last, incomplete batch of an epoch.

    Side effects: draws from torch's and Python's generators, which the caller has seeded.
    """
    training, validation = split_rows(dataset)
    classes = len(dataset.classes)
    if settings.imbalance > 1:
        training = subsample_classes(
            training,
            dataset.targets[training],
            classes=classes,
            ratio=settings.imbalance,
            seed=seed,
        )
    labels = flip_labels(
        dataset.targets[training], classes=classes, share=settings.label_noise, seed=seed
    )
    train = ImageSubset(dataset, training, labels, split_idx=0)
    valid = ImageSubset(dataset, validation, dataset.targets[validation], split_idx=1)
    # a worker that is not forked would get all images through a pipe
    workers = settings.workers if get_start_method() == "fork" else 0
    shared = {"num_workers": workers, "device": device, "after_batch": list(dataset.transforms)}
    validation_batch = _VALIDATION_BATCH_PIXELS // settings.image_size**2
    loaders = DataLoaders(
        SubsetLoader(
            train,
            bs=settings.batch_size,
            shuffle=True,
            drop_last=len(train) >= settings.batch_size,
            **shared,
        ),
        SubsetLoader(valid, bs=max(settings.batch_size, validation_batch), **shared),
        device=device,
    )
    loaders.c, loaders.vocab = classes, dataset.classes
    return loaders


def describe_images(loaders: DataLoaders) -> str:
    """How many images a training learns from and is validated on, in words; and how many of them
    each epoch leaves out with its last batch.
    """
    training, batch = len(loaders.train_ds), loaders.train.bs
    left_out = training % batch if loaders.train.drop_last else 0
    parts = [
        f"{training:,} images to learn from",
        f"{len(loaders.valid_ds):,} to be validated on",
    ]
    if left_out:
        parts.append(
            f"each epoch leaves out {left_out} of the former, drawn anew, which would not fill a"
            f" batch of {batch}"
        )
    return ", ".join(parts)
