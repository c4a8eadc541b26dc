"""Maxima and limits of functions of log p over (0, 1).

Written here because SciPy's optimisers would add 52 MB to the process that serves the pages.
"""

import math
from collections.abc import Callable

import numpy as np

from lossviz.losses.evaluation import Array

FunctionOfLogP = Callable[[Array], Array]

_STEPS = 15  # towards an end, each ten times as far as the one before
# So many last changes of one sign mean divergence; three are too few, as a sine may show them.
_MONOTONE_STEPS = 8
_TOLERANCE = 1e-6  # relative, between values that count as converged
_ZERO = 1e-250  # a converged value below it is the limit 0
_REFINED_POINTS = 33  # in each refinement round


def grid() -> Array:
    """Log p at 801 places, dense towards both ends: the logit of p runs evenly from -30 to 30."""
    return -np.logaddexp(0.0, -np.linspace(-30.0, 30.0, 801))


def limit(function: FunctionOfLogP, *, to_zero: bool) -> float:
    """The limit of a function of log p as p tends to 0 or to 1.

    It is estimated from log p = -10, -100, … -1e15, or -1e-1, -1e-22, … -1e-300: far enough out
    that even the logarithm of a logarithm still grows.

    Args:
        function: Of log p, any shape.
        to_zero: Whether p tends to 0, else to 1.

    Returns:
        The limit; infinite where the function diverges, NaN where it does not converge.

    >>> limit(lambda log_p: -log_p, to_zero=True), limit(np.exp, to_zero=True)
    (inf, 0.0)
    >>> limit(np.sin, to_zero=True)
    nan
    """
    powers = np.arange(1.0, _STEPS + 1) if to_zero else -np.linspace(1, 300, _STEPS)
    log_p: Array = -(10.0**powers)
    values = function(log_p)
    last = values[-4:]
    if np.isnan(last).any():
        return math.nan
    if np.isinf(last[-1]):
        return float(last[-1])
    if np.ptp(last) <= _TOLERANCE * max(1.0, abs(last[-1])):
        return 0.0 if abs(last[-1]) < _ZERO else float(last[-1])
    with np.errstate(invalid="ignore"):
        steps = np.diff(values[-_MONOTONE_STEPS:])
    if (steps > 0).all() or (steps < 0).all():
        return math.copysign(math.inf, steps[-1])
    return math.nan


def maximize(function: FunctionOfLogP) -> tuple[float, float]:
    """The maximum of a function of log p over (0, 1) and the log p where it lies.

    NaN is ignored.

    >>> value, log_p = maximize(lambda log_p: -((np.exp(log_p) - 0.3) ** 2))
    >>> round(math.exp(log_p), 6), abs(value) < 1e-12
    (0.3, True)
    """
    return refine_maximum(function, grid(), rounds=8)


def refine_maximum(function: FunctionOfLogP, places: Array, *, rounds: int) -> tuple[float, float]:
    """The maximum over some points and the point where it lies, refined around it.

    Args:
        function: Of log p.
        places: Increasing log p, shape [N].
        rounds: Each narrows the search to the neighbours of the maximum so far.
    """
    best_value, best_place = -math.inf, float(places[0])
    for _ in range(rounds + 1):
        values = function(places)
        values = np.where(np.isnan(values), -np.inf, values)
        at = int(np.argmax(values))
        if values[at] > best_value:
            best_value, best_place = float(values[at]), float(places[at])
        places = np.linspace(
            places[max(at - 1, 0)], places[min(at + 1, len(places) - 1)], _REFINED_POINTS
        )
    return best_value, best_place
