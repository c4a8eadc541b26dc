"""The always-valid t: a test of a mean that may be looked at after any pair, planned or not.

A normal mixture over d/s (Lai 1976; Ramdas et al. 2023, section 4): under no difference the
e-value of n pairs has mean 1 or less at every n, so that it ever exceeds 1/alpha with a probability
of at most alpha, however often one looks and for whatever reason pairs are added.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

FIRST_LOOK: Final = 3
SCALE: Final = 10.0  # variance of d/s in the mixture; narrow intervals at 4 to 20 pairs

Numbers = NDArray[np.float64]


def log_e_value(t: Numbers, pairs: Numbers) -> Numbers:
    """The logarithm of the e-value of t statistics.

        e = (1 + n g)^(-1/2) * [(1 + t²/v) / (1 + t²/(v (1 + n g)))]^(n/2),  v = n - 1

    Args:
        t: Paired t statistics.
        pairs: How many pairs each is of, 2 or more; of a shape that fits.

    >>> round(float(log_e_value(np.array(4.0), np.array(6.0))), 3)
    2.096
    """
    freedom, growth = pairs - 1.0, 1.0 + pairs * SCALE
    ratio = np.log1p(t**2 / freedom) - np.log1p(t**2 / (freedom * growth))
    return np.asarray(pairs / 2.0 * ratio - np.log(growth) / 2.0)


def half_width(pairs: int, alpha: float) -> float:
    """Half the width of the interval in standard errors, by inversion of the e-value.

    Args:
        pairs: How many pairs there are, 2 or more.
        alpha: The risk that the interval ever misses the mean, above 0 and below 1.

    Returns:
        The t at which the e-value is 1/alpha; infinite where no t reaches it.

    >>> [round(half_width(n, 0.05), 1) for n in (3, 4, 5, 6, 8, 10)]
    [13.2, 6.5, 5.4, 4.9, 4.4, 4.2]
    """
    growth = 1.0 + pairs * SCALE
    reached = float((np.sqrt(growth) / alpha) ** (2.0 / pairs))
    if reached >= growth:
        return float("inf")
    return float(np.sqrt((pairs - 1.0) * (reached - 1.0) / (1.0 - reached / growth)))
