"""Which images are trained on, and which validated on."""

from collections.abc import Iterator, Sequence

import torch
from fastai.data.transforms import RandomSplitter
from torch import Tensor

from lossviz.experiments.descriptions import format_count
from lossviz.training.data.dataset import ImageDataset

_MAX_NAMED = 5  # classes


def split_rows(dataset: ImageDataset, *, seed: int | None = None) -> tuple[Tensor, Tensor]:
    """The images to train on and those to validate on.

    They are those of the dataset's own split, the same for all seeds, or those that fastai's
    ``RandomSplitter`` draws: a fifth is validated on.

    Args:
        dataset: All images.
        seed: The trial's; None where torch's generator is seeded with it already.

    Returns:
        Rows to train on and rows to validate on, int64.

    Side effects: may seed torch's generator and draw from it.
    """
    if dataset.validation is not None:
        return (~dataset.validation).nonzero().flatten(), dataset.validation.nonzero().flatten()
    training, validation = RandomSplitter(seed=seed)(dataset.targets)
    return torch.tensor(training), torch.tensor(validation)


def notes_on_coverage(dataset: ImageDataset, seeds: Sequence[int]) -> tuple[str, ...]:
    """Which classes are never trained on, and which never validated on; a sentence each.

    Args:
        dataset: All images.
        seeds: The seeds of all trials.

    Side effects: may seed torch's generator and draw from it.
    """
    never_trained: dict[int, list[int]] = {}
    never_validated: dict[int, list[int]] = {}
    for seed in seeds:
        parts = split_rows(dataset, seed=seed)
        for rows, lacking in zip(parts, (never_trained, never_validated), strict=True):
            counts = torch.bincount(dataset.targets[rows], minlength=len(dataset.classes))
            for number in (counts == 0).nonzero().flatten().tolist():
                lacking.setdefault(number, []).append(seed)
    return (
        *_notes(dataset, never_trained, seeds, "trained on: all its images are validation images"),
        *_notes(dataset, never_validated, seeds, "validated on, so no error rate counts it"),
    )


def _notes(
    dataset: ImageDataset, never: dict[int, list[int]], seeds: Sequence[int], what: str
) -> Iterator[str]:
    """A sentence for the classes that lack something with the same seeds."""
    by_seeds: dict[tuple[int, ...], list[int]] = {}
    for number, lacking_with in sorted(never.items()):
        by_seeds.setdefault(tuple(lacking_with), []).append(number)
    sizes = torch.bincount(dataset.targets, minlength=len(dataset.classes)).tolist()
    for those, numbers in by_seeds.items():
        named = ", ".join(
            f"{dataset.classes[number]} ({format_count(sizes[number], 'image')})"
            for number in numbers[:_MAX_NAMED]
        )
        more = len(numbers) - _MAX_NAMED
        named += f" and {more:,} more" if more > 0 else ""
        subject = f"class {named} is" if len(numbers) == 1 else f"classes {named} are"
        if len(those) == len(seeds):
            yield f"The {subject} never {what}."
        else:
            when = f"seed{'' if len(those) == 1 else 's'} {', '.join(map(str, those))}"
            yield f"With {when} the {subject} never {what}."
