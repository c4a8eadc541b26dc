"""Whom a loss listened to: where the validation images stood, and which gave the gradient."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import fmean
from typing import Final

import numpy as np

from lossviz.experiments.confidence_bins import BINS, bin_edges
from lossviz.experiments.records import Evaluation

HARD_BELOW: Final = Fraction(1, 9)  # the edge of a bin next to 0.1: odds of 1 to 8
MOST_MOMENTS: Final = 60  # that a slider goes through


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """The validation images of one loss at one moment of the training, over some seeds.

    Attributes:
        at: Epochs done.
        seeds: How many networks are summed up.
        histogram: How many images got which probability for their true class, in the bins of
            ``confidence_bins``.
        gradient: The gradient that the images of each bin give, see ``Evaluation.gradient``; empty
            where it was not measured.
    """

    at: float
    seeds: int
    histogram: tuple[int, ...]
    gradient: tuple[float, ...]

    @property
    def images(self) -> int:
        """How many images; one that several networks were validated on counts for each."""
        return sum(self.histogram)

    @property
    def gradient_shares(self) -> tuple[float, ...]:
        """Each bin's share of the gradient; empty where it was not measured, zeros where there is
        none.
        """
        return _shares(self.gradient)

    def below(self, edge: Fraction) -> tuple[int, float] | None:
        """How many images have p below an edge of the bins, and their share of the gradient; None
        where that was not measured, or where the edge is none.
        """
        edges = bin_edges(len(self.histogram))
        place = int(np.argmin(np.abs(np.array(edges) - float(edge))))
        if not self.gradient or abs(edges[place] - float(edge)) > 1e-9:
            return None
        return sum(self.histogram[:place]), sum(self.gradient_shares[:place])


def _shares(values: Sequence[float]) -> tuple[float, ...]:
    total = sum(values)
    if not math.isfinite(total):  # images that outweigh what floats can hold share it
        infinite = max(1, values.count(math.inf))
        return tuple((value == math.inf) / infinite for value in values)
    return tuple(value / total if total else 0.0 for value in values)


def moment_numbers(evaluations: int) -> tuple[int, ...]:
    """Which of a trial's evaluations are shown: all, or about 60 with the first and the last.

    >>> moment_numbers(3), len(moment_numbers(500)), moment_numbers(500)[-1]
    ((0, 1, 2), 60, 499)
    """
    if evaluations <= MOST_MOMENTS:
        return tuple(range(evaluations))
    return tuple(np.linspace(0, evaluations - 1, MOST_MOMENTS).round().astype(int).tolist())


def sum_up(evaluations: Sequence[Evaluation]) -> Listening | None:
    """What the trials of one loss showed at one moment.

    Those of an earlier lossviz, with other bins, are left out where there are newer ones.

    Args:
        evaluations: One of each trial, all as far in the training.

    Returns:
        None where there is none.
    """
    newer = [one for one in evaluations if len(one.histogram) == BINS]
    summed = newer or evaluations
    if not summed:
        return None
    gradients = [one.gradient for one in summed]
    return Listening(
        at=fmean(one.at for one in summed),
        seeds=len(summed),
        histogram=tuple(map(sum, zip(*(one.histogram for one in summed), strict=True))),
        gradient=tuple(map(sum, zip(*gradients, strict=True))) if all(gradients) else (),
    )


def hard_images_sentence(shown: Listening) -> str:
    """How many images the networks are badly wrong about, and what share of the gradient is theirs.

    >>> print(hard_images_sentence(Listening(at=1.0, seeds=1,
    ...     histogram=(0,) * 9 + (30,) + (0,) * 15 + (70,),
    ...     gradient=(0.0,) * 9 + (6.0,) + (0.0,) * 15 + (2.0,))))
    30 of 100 images (30%) have p below 1/9; they give 75% of the gradient.
    """
    hard = shown.below(HARD_BELOW)
    if hard is None:
        return "How the gradient divides was not measured."
    images, share = hard
    if images == 0:
        return f"None of {shown.images:,} images has p below {HARD_BELOW}."
    of_all = percent(images / shown.images)
    one = images == 1
    return (
        f"{images:,} of {shown.images:,} images ({of_all}) {'has' if one else 'have'} p below"
        f" {HARD_BELOW}; {'it gives' if one else 'they give'} {percent(share)} of the gradient."
    )


def listening_sentence(shown: Mapping[str, Listening]) -> str:
    """Whom each loss listened to at one moment, beside the others; empty where nothing is known.

    Args:
        shown: By the loss's label.

    >>> from dataclasses import replace
    >>> one = Listening(at=1.0, seeds=1, histogram=(30,) + (0,) * 24 + (70,),
    ...     gradient=(6.0,) + (0.0,) * 24 + (2.0,))
    >>> print(listening_sentence({"square": one, "1/p": replace(one, gradient=one.histogram)}))
    After 1 epoch, images with p below 1/9 give 75% of the gradient with square; 30% with 1/p.
    """
    shares = [
        (label, percent(hard[1])) for label, one in shown.items() if (hard := one.below(HARD_BELOW))
    ]
    if not shares:
        return ""
    when = _when(next(iter(shown.values())).at)
    (first, its_share), *others = shares
    text = f"{when}, images with p below {HARD_BELOW} give {its_share} of the gradient with {first}"
    return "; ".join([text, *(f"{share} with {label}" for label, share in others)]) + "."


def _when(at: float) -> str:
    """A moment in words.

    >>> [_when(at) for at in (0.0, 1.0, 0.25)]
    ['Before any training', 'After 1 epoch', 'After 0.25 epochs']
    """
    if at == 0:
        return "Before any training"
    return f"After {at:.3g} {'epoch' if at == 1 else 'epochs'}"


def percent(share: float) -> str:
    """A share in whole percent, which says less than 1% rather than 0%.

    >>> [percent(share) for share in (0, 0.004, 0.254, 0.999, 1)]
    ['0%', 'less than 1%', '25%', 'more than 99%', '100%']
    """
    if 0 < share < 0.005:
        return "less than 1%"
    if 0.995 < share < 1:
        return "more than 99%"
    return f"{100 * share:.0f}%"
