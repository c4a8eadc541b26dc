"""fastai loaders that read each batch in one step.

Split, label noise and imbalance are drawn from the seed alone.
"""

from collections.abc import Generator, Iterable, Iterator, Sequence
from functools import cached_property, partial
from multiprocessing import get_start_method
from typing import Any

import torch
from fastai.data.core import DataLoaders, TfmdDL
from fastai.torch_core import TensorCategory, TensorImage
from torch import Tensor

from lossviz.experiments.settings import Settings
from lossviz.training.data.dataset import ImageDataset, flip_labels, subsample_classes
from lossviz.training.data.read_ahead import CudaInput, read_ahead, reads_ahead
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

    @property
    def crop(self) -> int:
        """Which crop of its images the running epoch reads, see ``ImageDataset.read``."""
        return 0 if self.split_idx else self.passes

    def batch(self, numbers: Sequence[int], crop: int) -> tuple[Tensor, Tensor]:
        """Images and labels at some places of the subset.

        Depends on nothing but its arguments, so that any thread may call it at any time.
        """
        chosen = torch.tensor(numbers)
        images = self.dataset.read(self.rows[chosen], crop)
        return TensorImage(images), TensorCategory(self.targets[chosen])


class SubsetLoader(TfmdDL):  # type: ignore[misc]
    """A loader that reads each batch in one step: one item at a time costs ten times as much.

    For an accelerator the next batches are read while one is trained on, see ``read_ahead``. That
    changes when they are read and nothing else: their order is drawn before the first, and what is
    drawn for augmentations is drawn when a batch is asked for.
    """

    _reading: Generator[Any, None, None] | None = None

    def before_iter(self) -> None:
        """Count the epochs: an image is cut differently in each."""
        self.dataset.passes += 1
        super().before_iter()

    def __iter__(self) -> Iterator[Any]:
        """The batches of an epoch, on the loader's device."""
        loaded: Iterator[Any] = super().__iter__()
        return self._cuda.batches(loaded) if self.device.type == "cuda" else loaded

    def create_batches(self, samps: Iterable[int]) -> Iterator[Any]:
        """Batches of the subset, in the order of ``samps``."""
        read = partial(self.dataset.batch, crop=self.dataset.crop)
        parts = self.chunkify(samps)
        if self.fake_l.num_workers or not reads_ahead(self.device):
            return map(read, parts)
        if self.device.type == "cuda":
            copy = self._cuda.copy
            self._reading = read_ahead(lambda part: copy(read(part)), parts)
        else:
            self._reading = read_ahead(read, parts)
        return self._reading

    def stop_reading(self) -> None:
        """End the thread of an epoch that was broken off; otherwise it ends with the traceback of
        what broke it off.
        """
        if self._reading is not None:
            self._reading.close()

    @cached_property
    def _cuda(self) -> CudaInput:
        return CudaInput(self.device)

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


def training_images(loaders: DataLoaders) -> int:
    """How many images an epoch learns from: without those of a last, incomplete batch."""
    return len(loaders.train_ds) - _left_out(loaders)


def _left_out(loaders: DataLoaders) -> int:
    return len(loaders.train_ds) % loaders.train.bs if loaders.train.drop_last else 0


def describe_images(loaders: DataLoaders) -> str:
    """How many images a training learns from and is validated on, in words; and how many of them
    each epoch leaves out with its last batch.
    """
    left_out = _left_out(loaders)
    parts = [
        f"{len(loaders.train_ds):,} training images",
        f"{len(loaders.valid_ds):,} validation images",
    ]
    if left_out:
        parts.append(
            f"each epoch leaves out {left_out} training images, chosen anew, which would not"
            f" fill a batch of {loaders.train.bs}"
        )
    return ", ".join(parts)
