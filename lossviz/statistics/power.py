"""How many seeds it takes to see a difference, by the noncentral t."""

from collections.abc import Callable
from typing import Final

import numpy as np

from lossviz.statistics.limits import critical_score, plan_alpha

POWER: Final = 0.8
MANY: Final = 10_000  # seeds; nobody trains more


def power(pairs: int, effect: float, p_limit: float) -> float:
    """The probability that the two-sided p of a paired t is below a limit.

    Args:
        pairs: How many pairs it is of, 2 or more.
        effect: The true mean difference in standard deviations of the differences.
        p_limit: What p must be below, above 0.

    >>> round(power(34, 0.5, 0.05), 3)
    0.808
    """
    from scipy.special import nctdtr, stdtrit

    critical = -stdtrit(pairs - 1, p_limit / 2)
    shift = abs(effect) * np.sqrt(pairs)
    # the other tail, of a difference of the wrong sign, is below 1e-4 where the power is 0.8
    return float(1.0 - nctdtr(pairs - 1, shift, critical))


def last_limit(pairs: int, alpha: float) -> float:
    """What p must be below at the last look of a plan of so many seeds."""
    from scipy.special import ndtr

    return 2 * float(ndtr(-critical_score(pairs, plan_alpha(alpha))))


def seeds_for(
    effect: float, alpha: float, p_limit: Callable[[int, float], float] = last_limit
) -> int:
    """The fewest seeds, planned at the start, that show a difference with 80% power.

    Args:
        effect: The true mean difference in standard deviations of the differences.
        alpha: The risk of a false answer, above 0 and below 1/2.
        p_limit: What p must be below with so many seeds at that risk; by default at a plan's last
            look, so that its earlier looks add to the power.

    Returns:
        2 or more; ``MANY`` where it takes that many or more.

    >>> [seeds_for(effect, 0.05) for effect in (0.5, 2.0)]
    [40, 5]
    """
    low, high = 1, 2
    while high < MANY and power(high, effect, p_limit(high, alpha)) < POWER:
        low, high = high, 2 * high
    if high >= MANY:
        return MANY
    while high - low > 1:
        middle = (low + high) // 2
        enough = power(middle, effect, p_limit(middle, alpha)) >= POWER
        low, high = (low, middle) if enough else (middle, high)
    return high


def seeds_to_see(
    difference: float, spread: float, pairs: int, alpha: float
) -> tuple[int, int] | None:
    """Between how many seeds it takes to see a difference as large as one that was found.

    Few pairs hardly know the standard deviation: three know it within a factor 0.52 to 6.3. The
    range is that of its 95% interval, by the chi-square distribution.

    Args:
        difference: The mean difference that was found.
        spread: The standard deviation of the differences.
        pairs: How many pairs both are of, 2 or more.
        alpha: The risk of a false answer, above 0 and below 1/2.

    Returns:
        The fewest and the most; None where no number of seeds shows it, as it is 0.
    """
    if difference == 0.0:
        return None
    low, high = (factor * spread for factor in spread_factors(pairs))
    return seeds_for(difference / low, alpha), seeds_for(difference / high, alpha)


def spread_factors(pairs: int) -> tuple[float, float]:
    """The 95% interval of a standard deviation, as factors of the one that was measured.

    >>> [round(factor, 2) for factor in spread_factors(3)]
    [0.52, 6.28]
    """
    from scipy.special import chdtri

    freedom = pairs - 1
    low, high = (float(np.sqrt(freedom / chdtri(freedom, tail))) for tail in (0.025, 0.975))
    return low, high
