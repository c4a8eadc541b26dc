"""The errors themselves: which classes are confused, which images are hard, and for whom.

Every seed splits the images anew, so an image is validated by the networks of some seeds only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np
from numpy.typing import NDArray

from lossviz.errors import InvalidInput
from lossviz.experiments.records import Predictions
from lossviz.losses.loss import Loss

Counts = NDArray[np.int64]
BySeed = Mapping[int, Predictions]
_LEAST_P = 1e-38  # float32 has nothing smaller with all its digits


@dataclass(frozen=True, slots=True, kw_only=True)
class Confusion:
    """Images of one class that are taken for another.

    Attributes:
        actual: Their class, 0-based.
        predicted: The class that they are taken for.
        images: How many.
        of: How many of their class there are.
    """

    actual: int
    predicted: int
    images: int
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HardImage:
    """An image, and what the networks of one loss say of it.

    Attributes:
        row: Which image of the recipe's data.
        target: Its class.
        seeds: Those that validated it, in rising order.
        predicted: What each of their networks takes it for.
        p_true: The probability that each gives to its class.
        penalty: The loss's mean over them; see ``penalties``.
    """

    row: int
    target: int
    seeds: tuple[int, ...]
    predicted: tuple[int, ...]
    p_true: tuple[float, ...]
    penalty: float

    @property
    def wrong(self) -> int:
        """How many of the networks are wrong."""
        return sum(predicted != self.target for predicted in self.predicted)


@dataclass(frozen=True, slots=True, kw_only=True)
class ContestedImage:
    """An image that the networks of one loss get right and those of another wrong.

    Attributes:
        row: Which image of the recipe's data.
        target: Its class.
        seeds: How many seeds validated it with both losses.
        only_first: With how many of them only the first loss's network was right.
        only_second: The same for the second.
        first_predicted: What the first loss's networks take it for, by seed.
        second_predicted: The same for the second.
    """

    row: int
    target: int
    seeds: int
    only_first: int
    only_second: int
    first_predicted: tuple[int, ...]
    second_predicted: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """Two losses on the same images, pair of networks by pair of networks.

    Attributes:
        seeds: Those of which both networks are there.
        both: How often both are right; an image counts for each seed that validated it.
        only_first: How often only the first loss's network is.
        only_second: The same for the second.
        neither: How often none is.
        images: The contested ones; those that the first loss wins most clearly come first, those of
            the second last.
    """

    seeds: tuple[int, ...]
    both: int
    only_first: int
    only_second: int
    neither: int
    images: tuple[ContestedImage, ...]

    @property
    def judgements(self) -> int:
        """How many pairs of predictions there are."""
        return self.both + self.only_first + self.only_second + self.neither


def confusion_counts(predictions: Sequence[Predictions], *, classes: int) -> Counts:
    """How many images of each class are taken for each class.

    Args:
        predictions: Of one network or several; an image counts for each that saw it.
        classes: How many there are.

    Returns:
        Shape [actual, predicted].

    Raises:
        InvalidInput: A class that is not among them.
    """
    counts = np.zeros((classes, classes), dtype=np.int64)
    for one in predictions:
        targets, predicted = np.asarray(one.targets), np.asarray(one.predicted)
        if targets.size and max(targets.max(), predicted.max()) >= classes:
            raise InvalidInput(f"predictions name a class beyond the {classes} that there are")
        np.add.at(counts, (targets, predicted), 1)
    return counts


def most_confused(counts: Counts, *, most: int) -> list[Confusion]:
    """The pairs of classes that are confused most often, the most frequent first.

    Args:
        counts: As ``confusion_counts`` returns them.
        most: How many pairs at most.

    >>> [(one.actual, one.predicted, one.images) for one in most_confused(
    ...     np.array([[5, 1], [2, 7]]), most=9)]
    [(1, 0, 2), (0, 1, 1)]
    """
    of = counts.sum(axis=1)
    wrong = [
        Confusion(actual=int(i), predicted=int(j), images=int(counts[i, j]), of=int(of[i]))
        for i, j in zip(*np.nonzero(counts), strict=True)
        if i != j
    ]
    return sorted(wrong, key=lambda one: (-one.images, -one.images / one.of))[:most]


def penalties(loss: Loss, p_true: Sequence[float], *, classes: int) -> NDArray[np.float64]:
    """What a loss charges for predictions of which only p of the true class is known.

    A loss of p alone charges just this. For a loss of all classes it is what it would charge if the
    other classes shared the rest evenly.
    """
    p = np.clip(np.asarray(p_true, dtype=np.float64), _LEAST_P, 1.0)
    return loss.penalty(p, classes=classes)


def hardest_images(loss: Loss, by_seed: BySeed, *, classes: int, most: int) -> list[HardImage]:
    """The images with the highest penalty, the highest first.

    An image that several seeds validated stands there once, with the mean of its penalties.

    Args:
        loss: Whose penalty.
        by_seed: What its networks predict.
        classes: Number of classes.
        most: How many images at most.
    """
    found: dict[int, list[tuple[int, int, int, float, float]]] = {}
    for seed, one in sorted(by_seed.items()):
        charged = penalties(loss, one.p_true, classes=classes).tolist()
        columns = zip(one.rows, one.targets, one.predicted, one.p_true, charged, strict=True)
        for row, target, predicted, p_true, penalty in columns:
            found.setdefault(row, []).append((seed, target, predicted, p_true, penalty))
    means = {row: fmean(entry[4] for entry in entries) for row, entries in found.items()}
    rows = sorted(found, key=lambda row: (-means[row], row))[:most]
    return [
        HardImage(
            row=row,
            target=found[row][0][1],
            seeds=tuple(entry[0] for entry in found[row]),
            predicted=tuple(entry[2] for entry in found[row]),
            p_true=tuple(entry[3] for entry in found[row]),
            penalty=means[row],
        )
        for row in rows
    ]


def contest(first: BySeed, second: BySeed) -> Contest:
    """Compare two losses image by image, over the seeds that both have.

    Args:
        first: What the networks of one loss predict, by seed.
        second: The same for another; networks of one seed have the same validation images.

    Raises:
        InvalidInput: Two networks of one seed were validated on different images.
    """
    seeds = tuple(sorted(set(first) & set(second)))
    totals = dict.fromkeys([(True, True), (True, False), (False, True), (False, False)], 0)
    by_row: dict[int, list[tuple[int, int, int]]] = {}
    for seed in seeds:
        ours, theirs = first[seed], second[seed]
        if ours.rows != theirs.rows or ours.targets != theirs.targets:
            raise InvalidInput(
                f"the two networks of seed {seed} were validated on different images, so their"
                " errors cannot be compared image by image"
            )
        columns = zip(ours.rows, ours.targets, ours.predicted, theirs.predicted, strict=True)
        for row, target, one, other in columns:
            totals[one == target, other == target] += 1
            by_row.setdefault(row, []).append((target, one, other))
    images = [
        contested
        for row, entries in by_row.items()
        if (contested := _contested(row, entries)).only_first or contested.only_second
    ]
    images.sort(key=lambda image: (image.only_second - image.only_first, image.row))
    return Contest(
        seeds=seeds,
        both=totals[True, True],
        only_first=totals[True, False],
        only_second=totals[False, True],
        neither=totals[False, False],
        images=tuple(images),
    )


def _contested(row: int, entries: Sequence[tuple[int, int, int]]) -> ContestedImage:
    return ContestedImage(
        row=row,
        target=entries[0][0],
        seeds=len(entries),
        only_first=sum(one == target != other for target, one, other in entries),
        only_second=sum(other == target != one for target, one, other in entries),
        first_predicted=tuple(one for _, one, _ in entries),
        second_predicted=tuple(other for _, _, other in entries),
    )
