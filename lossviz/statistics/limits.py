"""The p that a look must undercut, so that all looks together err at alpha only.

O'Brien–Fleming type: at look n of a planned N the two-sided p of the paired t must be below
2 (1 - Phi(C sqrt(N/n))), where C(N, alpha) makes the risk over the looks n = 3 … N alpha, for the
t statistics themselves. ``limits.csv`` holds C; ``make_limits.py`` made it. Beyond the table the
bound of the reflection principle is taken, 4 (1 - Phi(C)) = alpha: more cautious than every entry
of the table.
"""

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

import numpy as np

from lossviz.errors import InvalidInput
from lossviz.statistics.always_valid import FIRST_LOOK, Numbers

PLAN_SHARE: Final = 0.95  # of alpha: for the looks of the plan; the rest is for seeds added later
_LEAST: Final = 1e-300  # a limit that underflows to 0 would read as no look
TABLE: Final = Path(__file__).with_name("limits.csv")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Columns:
    """Columns of the table that differ in alpha.

    Attributes:
        alphas: In falling order.
        values: By planned seeds, from 2 on, and by alpha.
    """

    alphas: Numbers
    values: Numbers

    def at(self, row: int, alpha: float, scale: Numbers | float = 1.0) -> float:
        """The value for an alpha, interpolated in log alpha after division by a scale."""
        values = self.values[row] / scale
        return float(np.interp(-np.log(alpha), -np.log(self.alphas), values))


@lru_cache(maxsize=2)
def _columns(name: str) -> _Columns:
    with TABLE.open(newline="") as file:
        heading, *rows = csv.reader(file)
    places = [place for place, title in enumerate(heading) if title.startswith(f"{name} ")]
    return _Columns(
        alphas=np.array([float(heading[place].split()[1]) for place in places]),
        values=np.array(rows, dtype=float)[:, places],
    )


def critical_score(planned: int, alpha: float) -> float:
    """C(N, alpha): the normal score that the last look of a plan must reach.

    Between the alphas of the table, its ratio to the bound is interpolated; it is almost constant.

    Args:
        planned: The plan's seeds, 2 or more.
        alpha: The risk over all looks, above 0 and below 1/2.
    """
    from scipy.special import ndtri

    scores = _columns("limit")
    bound = -float(ndtri(alpha / 4))
    row = planned - 2
    if row >= len(scores.values) or alpha < scores.alphas[-1]:
        return bound
    return bound * scores.at(row, alpha, scale=-ndtri(scores.alphas / 4))


@lru_cache(maxsize=1024)
def _limits(planned: int, alpha: float) -> tuple[float, ...]:
    from scipy.special import ndtr

    if planned == 1:
        return 0.0, 0.0
    looks = np.arange(1, planned + 1)
    score = critical_score(planned, alpha)
    limits = np.maximum(2 * ndtr(-score * np.sqrt(planned / looks)), _LEAST)
    limits[: min(planned, FIRST_LOOK) - 1] = 0.0
    return 0.0, *map(float, limits)


def limits(planned: int, alpha: float) -> Numbers:
    """What the p of each look must be below.

    Args:
        planned: The plan's seeds.
        alpha: The risk over all looks, above 0 and below 1/2.

    Returns:
        [planned + 1]; at n the limit of the look at n pairs, 0 where there is none: below 3, and
        with one seed. A plan of two has one look, at 2.

    >>> limits(5, 0.05).round(4).tolist()
    [0.0, 0.0, 0.0, 0.0069, 0.0193, 0.0363]
    """
    if planned < 1 or not 0.0 < alpha < 0.5:
        raise InvalidInput(
            "limits need a planned seed or more, and an alpha between 0 and 0.5; got"
            f" {planned} and {alpha}"
        )
    return np.array(_limits(planned, alpha))


def plan_alpha(alpha: float) -> float:
    """What the looks of a plan may spend of a risk."""
    return PLAN_SHARE * alpha


def added_alpha(planned: int, alpha: float) -> float:
    """What seeds added after a plan may spend of a risk, so that it holds for both together.

    The looks of a plan leave 1 - ``PLAN_SHARE`` of alpha. As they have found most of what the
    added seeds would find falsely too, these may be judged at much more than that. Measured for up
    to 50 seeds in all. A plan of one seed has no look, and leaves everything.

    Args:
        planned: The plan's seeds.
        alpha: The risk of both together, above 0 and below 1/2.
    """
    if planned == 1:
        return alpha
    shares = _columns("added")
    return alpha * shares.at(min(planned - 2, len(shares.values) - 1), alpha)
