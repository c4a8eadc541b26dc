"""The looks at a comparison, seed by seed: the statistics of each, and when a loss is clear.

Everything here takes arrays whose last axis is the seeds, so that one comparison and thousands of
simulated ones are judged by the same lines.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from lossviz.statistics.always_valid import FIRST_LOOK, Numbers, log_e_value
from lossviz.statistics.limits import added_alpha, limits, plan_alpha

_NO_SPREAD: Final = (
    1e-6  # of the mean: below it differences are the same but for rounding in float64
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """The running statistics of paired differences; each an array [..., seeds].

    Attributes:
        pairs: How many pairs there are up to and with a seed.
        mean: Their mean; 0 before the first.
        spread: Their standard deviation, at least the floor; NaN before the second, and where it is
            0, as there is no floor, though the mean is not.
        is_look: Whether the seed brought a pair.
    """

    pairs: NDArray[np.int64]
    mean: Numbers
    spread: Numbers
    is_look: NDArray[np.bool_]

    def of(self, loss: int) -> "Looks":
        """Those of one loss, by its place on the last axis but one."""
        return Looks(
            pairs=self.pairs[..., loss, :],
            mean=self.mean[..., loss, :],
            spread=self.spread[..., loss, :],
            is_look=self.is_look[..., loss, :],
        )

    @property
    def standard_error(self) -> Numbers:
        """Of the mean."""
        return np.asarray(self.spread / np.sqrt(np.maximum(self.pairs, 1)))

    @property
    def t(self) -> Numbers:
        """The paired t statistic; 0 where all pairs are equal, NaN where there is none."""
        error = self.standard_error
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where((error == 0) & (self.mean == 0), 0.0, self.mean / error)


def take_looks(differences: Numbers, *, floor: float = 0.0) -> Looks:
    """Look at differences after every seed.

    Args:
        differences: [..., seeds] in the order of seeds; NaN where a seed brings no pair.
        floor: The least standard deviation that is believed.
    """
    is_look = ~np.isnan(differences)
    values = np.where(is_look, differences, 0.0)
    pairs = np.cumsum(is_look, axis=-1)
    mean = np.cumsum(values, axis=-1) / np.maximum(pairs, 1)
    squares = np.cumsum(values**2, axis=-1) - pairs * mean**2
    variance = np.maximum(squares, 0.0) / np.maximum(pairs - 1, 1)
    spread = np.maximum(np.sqrt(variance), floor)
    without = (pairs < 2) | ((spread <= _NO_SPREAD * np.abs(mean)) & (mean != 0))
    return Looks(pairs=pairs, mean=mean, spread=np.where(without, np.nan, spread), is_look=is_look)


def p_values(looks: Looks, planned: int) -> Numbers:
    """The two-sided p of each look, [..., seeds]; 1 where there is none.

    Up to the planned seeds that of the paired t; from then on 1/e of the always-valid t.

    Args:
        looks: The statistics of each look.
        planned: How many of the seeds, from the first on, were planned.
    """
    from scipy.special import stdtr

    t, pairs = looks.t, looks.pairs.astype(float)
    own = slice(None, planned)
    added = slice(planned, None)
    p = np.ones_like(t)
    p[..., own] = 2 * stdtr(np.maximum(pairs[..., own] - 1, 1), -np.abs(t[..., own]))
    evidence = log_e_value(t[..., added], np.maximum(pairs[..., added], 2))
    p[..., added] = np.minimum(1.0, np.exp(-evidence))
    return np.where(looks.is_look & ~np.isnan(p), p, 1.0)


def limit_table(losses: int, planned: int, seeds: int, alpha: float) -> Numbers:
    """What a p must be below, [losses + 1, seeds + 1, 2].

    Args:
        losses: How many are compared with the baseline.
        planned: The plan's seeds.
        seeds: All seeds, those added later too.
        alpha: The risk over all losses and looks.

    Returns:
        By how many losses share alpha (from 1), by pairs, by whether the seed was added later.
    """
    table = np.zeros((losses + 1, max(seeds, planned) + 1, 2))
    for sharing in range(1, losses + 1):
        share = alpha / sharing
        table[sharing, : planned + 1, 0] = limits(planned, plan_alpha(share))
        table[sharing, FIRST_LOOK:, 1] = added_alpha(planned, share)
    return table


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejections:
    """When each loss became clear; arrays [..., losses].

    Attributes:
        first: The 0-based place of the seed at which it did, -1 where it did not.
        sharing: Among how many losses alpha was shared then, or is shared at the end.
    """

    first: NDArray[np.int64]
    sharing: NDArray[np.int64]


def holm_path(p: Numbers, pairs: NDArray[np.int64], table: Numbers, planned: int) -> Rejections:
    """Walk through the seeds, and let each loss that is clear leave its share to the others.

    Holm's procedure along the looks (Ye et al. 2013): from the look at which a loss becomes clear,
    the others are held to the limits of alpha divided by one less.

    Args:
        p: [..., losses, seeds], 1 where there is no look.
        pairs: The pairs of each look, of the same shape.
        table: See ``limit_table``.
        planned: The plan's seeds.
    """
    *batch, losses, seeds = p.shape
    first = np.full((*batch, losses), -1, dtype=np.int64)
    sharing = np.full((*batch, losses), losses, dtype=np.int64)
    for seed in range(seeds):
        for _ in range(losses):
            open_ = first < 0
            left = open_.sum(axis=-1, keepdims=True)
            limit = table[left, pairs[..., seed], int(seed >= planned)]
            clear = open_ & (p[..., seed] < limit)
            sharing = np.where(open_, left, sharing)
            if not clear.any():
                break
            first[clear] = seed
    return Rejections(first=first, sharing=sharing)


def judge_paths(
    differences: Numbers, *, planned: int, alpha: float, floor: float = 0.0
) -> tuple[Looks, Numbers, Rejections]:
    """Judge differences after every seed.

    Args:
        differences: Error rates minus the baseline's, [..., losses, seeds] in the order of seeds;
            NaN where a seed brings no pair, or none yet.
        planned: The plan's seeds.
        alpha: The risk that any loss is falsely called better or worse at any look.
        floor: The least standard deviation that is believed.

    Returns:
        The looks, the p of each, and when each loss became clear.
    """
    looks = take_looks(differences, floor=floor)
    p = p_values(looks, planned)
    *_, losses, seeds = p.shape
    table = limit_table(losses, planned, seeds, alpha)
    return looks, p, holm_path(p, looks.pairs, table, planned)
