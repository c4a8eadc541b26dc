"""Calibration: whether a network is right as often as it says.

A network that gives its answers a probability of 0.8 should be right with 8 of 10 of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from lossviz.errors import InvalidInput
from lossviz.experiments.records import Predictions

BINS: Final = 15  # as Guo et al. 2017 take (arXiv 1706.04599, section 4)
REDRAWS: Final = 1000
COVERAGE: Final = 0.95  # of the null bands
_SEED: Final = 20  # of the redrawn labels: the same data always give the same band
_DRAWN_AT_ONCE: Final = 4_000_000  # numbers: 16 MB

Binning = Literal["width", "mass"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReliabilityBin:
    """The images whose confidence lies in one range.

    Attributes:
        low: Where the range begins: equally wide ranges at k/15, others at the least confidence.
        high: Where it ends.
        images: How many there are, at least 1.
        confidence: Their mean confidence, 0 to 1.
        accuracy: Share of them that is classified rightly.
        band: Between which a perfectly calibrated network's accuracy lies 95 times of 100.
    """

    low: float
    high: float
    images: int
    confidence: float
    accuracy: float
    band: tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """How the confidence of networks and their accuracy go together.

    Attributes:
        images: How many predictions there are; an image that several networks saw counts for each.
        bins: Those that hold images, in rising order of confidence.
        error: The expected calibration error: the mean distance between confidence and accuracy of
            the bins, weighted by their images (Guo et al. 2017, equation 3).
        null_error: Between which it lies 95 times of 100 where the network is perfectly calibrated.
    """

    images: int
    bins: tuple[ReliabilityBin, ...]
    error: float
    null_error: tuple[float, float]

    @property
    def confidence(self) -> float:
        """Mean confidence."""
        return sum(one.images * one.confidence for one in self.bins) / self.images

    @property
    def accuracy(self) -> float:
        """Share of the images that is classified rightly."""
        return sum(one.images * one.accuracy for one in self.bins) / self.images


def calibration_of(
    predictions: Sequence[Predictions], *, binning: Binning = "width"
) -> Calibration:
    """The calibration of what one network predicts, or of several together.

    Raises:
        InvalidInput: There is no image.
    """
    confidence = [value for one in predictions for value in one.confidence]
    correct = [
        predicted == target
        for one in predictions
        for predicted, target in zip(one.predicted, one.targets, strict=True)
    ]
    return calibrate(confidence, correct, binning=binning)


def calibrate(
    confidence: Sequence[float], correct: Sequence[bool], *, binning: Binning = "width"
) -> Calibration:
    """Compare confidence with accuracy, bin by bin.

    The null bands come from labels that are redrawn: each prediction is right with the probability
    of its confidence, whatever the others are.

    Args:
        confidence: The highest probability of each prediction, 0 to 1.
        correct: Whether its class is the image's.
        binning: "width": 15 equally wide ranges of confidence; "mass": 15 that hold equally many
            images, as far as that goes.

    Raises:
        InvalidInput: There is no image, or a confidence outside 0 to 1.

    >>> found = calibrate([0.95, 0.95, 0.95, 0.15], [True, True, False, False])
    >>> [one.images for one in found.bins], round(found.error, 4)
    ([1, 3], 0.25)
    """
    values = np.asarray(confidence, dtype=np.float64)
    if not len(values):
        raise InvalidInput("calibration needs at least one prediction")
    if values.min() < 0 or values.max() > 1:
        raise InvalidInput("a confidence must lie between 0 and 1")
    order = np.argsort(values, kind="stable")
    values, right = values[order], np.asarray(correct, dtype=bool)[order]
    starts = _BIN_STARTS[binning](values)
    counts = np.diff([*starts, len(values)])
    said = np.add.reduceat(values, starts)
    redrawn = _redrawn_hits(values, starts)
    tail = 100 * (1 - COVERAGE) / 2
    bands = np.percentile(redrawn / counts, [tail, 100 - tail], axis=0).T
    errors = np.abs(redrawn - said).sum(axis=1) / len(values)
    hits = np.add.reduceat(right.astype(np.float64), starts)
    low, high = np.percentile(errors, [tail, 100 - tail])
    return Calibration(
        images=len(values),
        bins=tuple(
            ReliabilityBin(
                low=edges[0],
                high=edges[1],
                images=int(count),
                confidence=float(mean),
                accuracy=float(accuracy),
                band=(float(band[0]), float(band[1])),
            )
            for edges, count, mean, accuracy, band in zip(
                _EDGES[binning](values, starts),
                counts,
                said / counts,
                hits / counts,
                bands,
                strict=True,
            )
        ),
        error=float(np.abs(hits - said).sum() / len(values)),
        null_error=(float(low), float(high)),
    )


def _starts_of_width(values: NDArray[np.float64]) -> NDArray[np.intp]:
    numbers = _bin_numbers(values)
    return np.flatnonzero(np.diff(numbers, prepend=-1))


def _starts_of_mass(values: NDArray[np.float64]) -> NDArray[np.intp]:
    bins = min(BINS, len(values))
    return np.array([part[0] for part in np.array_split(np.arange(len(values)), bins)])


def _bin_numbers(values: NDArray[np.float64]) -> NDArray[np.intp]:
    """0 to 14; as Guo et al. have it, a range's upper end belongs to it."""
    return np.clip(np.ceil(values * BINS).astype(np.intp) - 1, 0, BINS - 1)


def _edges_of_width(
    values: NDArray[np.float64], starts: NDArray[np.intp]
) -> list[tuple[float, float]]:
    return [
        (number / BINS, (number + 1) / BINS) for number in _bin_numbers(values[starts]).tolist()
    ]


def _edges_of_mass(
    values: NDArray[np.float64], starts: NDArray[np.intp]
) -> list[tuple[float, float]]:
    ends = [*(starts[1:] - 1), len(values) - 1]
    return [
        (float(values[start]), float(values[end])) for start, end in zip(starts, ends, strict=True)
    ]


_BIN_STARTS: Final = {"width": _starts_of_width, "mass": _starts_of_mass}
_EDGES: Final = {"width": _edges_of_width, "mass": _edges_of_mass}


def _redrawn_hits(values: NDArray[np.float64], starts: NDArray[np.intp]) -> NDArray[np.float64]:
    """How many images of each bin are right when labels are redrawn, shape [redraws, bins]."""
    generator = np.random.default_rng(_SEED)
    probabilities = values.astype(np.float32)
    rows = max(1, _DRAWN_AT_ONCE // len(values))
    parts = []
    for first in range(0, REDRAWS, rows):
        shape = (min(rows, REDRAWS - first), len(values))
        right = generator.random(shape, dtype=np.float32) < probabilities
        parts.append(np.add.reduceat(right, starts, axis=1, dtype=np.int64))
    return np.concatenate(parts).astype(np.float64)
