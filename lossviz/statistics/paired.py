"""Paired differences outside a plan: an interval for any metric, and one pair of networks."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from lossviz.errors import InvalidInput
from lossviz.statistics.looks import take_looks


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedInterval:
    """A mean of paired differences with its interval.

    Attributes:
        mean: Of the differences.
        interval: From and to; None for fewer than two pairs, and where all differ by the same and
            no floor is known.
        p: Two-sided, of the paired t; None where there is no interval.
        pairs: How many pairs there are.
    """

    mean: float
    interval: tuple[float, float] | None
    p: float | None
    pairs: int


def paired_interval(
    differences: Sequence[float], *, alpha: float = 0.05, floor: float = 0.0
) -> PairedInterval:
    """The t interval of paired differences, as of Brier scores.

    It is for one look at a metric that no plan names; no verdict follows from it.

    Args:
        differences: One for each seed, the baseline's subtracted; not empty.
        alpha: The risk that the interval misses the mean.
        floor: The least standard deviation that is believed, such as 1/sqrt(12) of a step in which
            the metric is measured.

    Raises:
        InvalidInput: There is no difference, or one is not finite.

    >>> result = paired_interval([0.01, 0.03, 0.02])
    >>> [round(end, 4) for end in result.interval], round(result.p, 4)
    ([-0.0048, 0.0448], 0.0742)
    """
    from scipy.special import stdtr, stdtrit

    values = np.asarray(differences, dtype=float)
    if not values.size or not np.isfinite(values).all():
        raise InvalidInput("an interval needs one difference or more, all of them finite")
    looks = take_looks(values, floor=floor)
    pairs, mean, error = values.size, float(looks.mean[-1]), float(looks.standard_error[-1])
    if np.isnan(error):
        return PairedInterval(mean=mean, interval=None, p=None, pairs=pairs)
    half = -float(stdtrit(pairs - 1, alpha / 2)) * error
    p = 2 * float(stdtr(pairs - 1, -abs(float(looks.t[-1]))))
    return PairedInterval(mean=mean, interval=(mean - half, mean + half), p=p, pairs=pairs)


def mcnemar(only_first: int, only_second: int) -> float:
    """The exact p of McNemar's test: whether two networks err equally often on the same images.

    It speaks of these two networks, never of the losses they were trained with.

    Args:
        only_first: Images that only the first network gets right.
        only_second: Images that only the second gets right.

    Returns:
        Two-sided; 1 where they get the same images right. See McNemar 1947.

    >>> mcnemar(1, 9)
    0.021484375
    """
    if only_first < 0 or only_second < 0:
        raise InvalidInput(f"images are counted from 0, got {only_first} and {only_second}")
    from scipy.special import bdtr

    total, fewer = only_first + only_second, min(only_first, only_second)
    return min(1.0, 2 * float(bdtr(fewer, total, 0.5))) if total else 1.0
