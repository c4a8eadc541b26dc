"""Images with their classes; label noise and class imbalance, drawn from the seed alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

# random streams beside that of split, weights and batches, which must not depend on them
_NOISE, _IMBALANCE = 1, 2


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageDataset:
    """All images of a recipe.

    Attributes:
        targets: The class of each image, int64 [N].
        classes: The names of the classes.
        read: From rows, int64 [n], and the number of a crop to images [n, channels, height, width];
            crop 0 is the one for validation, 1, 2, … are those of the first, second, … time that an
            image is trained on.
        transforms: fastai's batch transforms.
        notes: What a user should know of the images; a sentence each.
        validation: Whether each image is validated on, bool [N]; None where the seed draws a fifth.
    """

    targets: Tensor
    classes: tuple[str, ...]
    read: Callable[[Tensor, int], Tensor]
    transforms: Sequence[Any] = ()
    notes: tuple[str, ...] = ()
    validation: Tensor | None = None


def seeded_generator(seed: int, stream: int) -> torch.Generator:
    """A random generator of its own for each seed and stream."""
    return torch.Generator().manual_seed(seed + 1_000_003 * stream)


def flip_labels(targets: Tensor, *, classes: int, share: float, seed: int) -> Tensor:
    """Symmetric label noise: ``round(share * n)`` targets become another class.

    Each other class is equally likely (Zhang and Sabuncu 2018, section 4). More noise of one seed
    keeps the flips of less.

    Args:
        targets: int64 [n].
        classes: Number of classes, at least 2.
        share: 0 to 1.
        seed: The trial's.

    >>> flip_labels(torch.tensor([0, 1, 2, 0]), classes=3, share=0.5, seed=0).tolist()
    [0, 2, 1, 0]
    """
    generator = seeded_generator(seed, _NOISE)
    chosen = torch.randperm(len(targets), generator=generator)[: round(share * len(targets))]
    shift = torch.randint(1, classes, (len(targets),), generator=generator)
    flipped = targets.clone()
    flipped[chosen] = (targets[chosen] + shift[chosen]) % classes
    return flipped


def subsample_classes(
    rows: Tensor, targets: Tensor, *, classes: int, ratio: float, seed: int
) -> Tensor:
    """Long-tailed class imbalance: class c keeps ``ratio ** (-c / (classes - 1))`` of its rows.

    Every class keeps at least one row (Cao et al. 2019, section 4, "long-tailed imbalance").

    Args:
        rows: int64 [n]; their order stays.
        targets: Classes of these rows, int64 [n].
        classes: Number of classes, at least 2.
        ratio: How many times as much the first class keeps as the last, at least 1.
        seed: The trial's.

    >>> targets = torch.tensor([0, 1, 0, 1, 0, 1])
    >>> subsample_classes(torch.arange(6), targets, classes=2, ratio=3.0, seed=0).tolist()
    [0, 2, 4, 5]
    """
    generator = seeded_generator(seed, _IMBALANCE)
    kept = torch.zeros(len(rows), dtype=torch.bool)
    for number in range(classes):
        members = (targets == number).nonzero().flatten()
        order = torch.randperm(len(members), generator=generator)
        count = max(1, round(len(members) * ratio ** (-number / (classes - 1))))
        kept[members[order[:count]]] = True
    return rows[kept]
