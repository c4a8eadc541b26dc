"""fastai loaders that take each batch in one step: split, noise and imbalance are drawn from the
seed alone.
"""

from collections.abc import Iterable, Iterator, Sequence
from multiprocessing import get_start_method
from typing import Any

import torch
from fastai.data.core import DataLoaders, TfmdDL
from fastai.data.transforms import RandomSplitter
from fastai.torch_core import TensorCategory, TensorImage
from torch import Tensor

from lossviz.experiments.settings import Settings
from lossviz.training.data.dataset import ImageDataset, flip_labels, subsample_classes
from lossviz.training.parent_death import die_with_parent

_JUDGED_AT_ONCE = 2**18  # pixels: small images are judged in one batch


class ImageSubset:
    """The rows of a source that are trained or judged on, with the classes that the network is
    told: what fastai calls a dataset.
    """

    n_inp = 1

    def __init__(
        self, source: ImageDataset, rows: Tensor, targets: Tensor, *, split_idx: int
    ) -> None:
        self.source, self.rows, self.targets, self.split_idx = source, rows, targets, split_idx
        self.passes = 0  # how often it has been gone through, this time included

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, number: int) -> tuple[int, int]:
        if number >= len(self):
            raise IndexError(number)
        return int(self.rows[number]), int(self.targets[number])

    def batch(self, numbers: Sequence[int]) -> tuple[Tensor, Tensor]:
        """Images and targets of some of its rows."""
        chosen = torch.tensor(numbers)
        images = self.source.read(self.rows[chosen], 0 if self.split_idx else self.passes)
        return TensorImage(images), TensorCategory(self.targets[chosen])


class SubsetLoader(TfmdDL):  # type: ignore[misc]
    """A loader that takes each batch in one step: one item at a time costs ten times as much."""

    def before_iter(self) -> None:
        """Count the passes: an image is cut differently in each."""
        self.dataset.passes += 1
        super().before_iter()

    def create_batches(self, samps: Iterable[int]) -> Iterator[Any]:
        """Batches of the dataset's rows, in the order of ``samps``."""
        yield from map(self.dataset.batch, self.chunkify(samps))

    def wif(self) -> None:
        """Have the kernel end a reading process when its trial goes, where it can."""
        die_with_parent()


def make_loaders(
    source: ImageDataset, settings: Settings, seed: int, device: torch.device
) -> DataLoaders:
    """Loaders of the training and of the validation images, split by fastai's ``RandomSplitter``: a
    fifth is judged on.

    As fastai does, training drops the last, incomplete batch of an epoch.

    Side effects: draws from torch's and Python's generators, which the caller has seeded.
    """
    training, validation = (torch.tensor(rows) for rows in RandomSplitter()(source.targets))
    classes = len(source.classes)
    if settings.imbalance > 1:
        training = subsample_classes(
            training, source.targets[training], classes=classes, ratio=settings.imbalance, seed=seed
        )
    told = flip_labels(
        source.targets[training], classes=classes, share=settings.label_noise, seed=seed
    )
    train = ImageSubset(source, training, told, split_idx=0)
    valid = ImageSubset(source, validation, source.targets[validation], split_idx=1)
    # elsewhere each would get all images through a pipe
    workers = settings.workers if get_start_method() == "fork" else 0
    more = {"num_workers": workers, "device": device, "after_batch": list(source.transforms)}
    loaders = DataLoaders(
        SubsetLoader(
            train,
            bs=settings.batch_size,
            shuffle=True,
            drop_last=len(train) >= settings.batch_size,
            **more,
        ),
        SubsetLoader(
            valid, bs=max(settings.batch_size, _JUDGED_AT_ONCE // settings.image_size**2), **more
        ),
        device=device,
    )
    loaders.c, loaders.vocab = classes, source.classes
    return loaders
