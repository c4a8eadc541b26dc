"""Where along a path a loss switches: at the thresholds of its ``where``, ``min``, ``max`` and
``abs``, and at the zeros of its divisors.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lossviz.language.numpy_backend import elementwise
from lossviz.language.tree import LOG_P, Call, Tree, subtrees
from lossviz.losses.analysis.extrema import FunctionOfLogP, grid
from lossviz.losses.evaluation import Array, Values, program_for

Indices = NDArray[np.int64]
Flags = NDArray[np.bool_]

_MAX_THRESHOLDS = 64  # of one loss on one path: a wave in a condition may have any number
_ROUNDS = 3  # a condition inside a condition shows only near the inner one's threshold
_HALVINGS = 70
_ROUNDING = 1e-15  # of p, and so of log p
_UNDERFLOW_LOG_P = -744.0  # e**-744 is the smallest positive float64


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """Numbers almost beside each other between which some switch of a formula changes.

    Attributes:
        below: Log p just below each threshold, increasing, shape [T].
        above: Log p just above each, shape [T].
    """

    below: Array
    above: Array


def wide_grid() -> Array:
    """``grid()``, and on to where p underflows and 1 - p is a rounding error."""
    to_zero = -np.geomspace(-_UNDERFLOW_LOG_P, 30.5, 48)
    to_one = -np.exp(-np.linspace(30.5, 36.5, 7))
    return np.concatenate([to_zero, grid(), to_one])


def find_thresholds(tree: Tree, values: Values, classes: int) -> Thresholds:
    """The thresholds of a formula over ``l``, each between two numbers almost beside each other.

    A switch whose two sides meet twice between neighbours of the grid is found where their
    difference has its minimum there.

    >>> from lossviz import parse_loss
    >>> tree = parse_loss("where(p < 1e-200, 0, max(-log(p), 0.5))").formula.even.penalty
    >>> found = find_thresholds(tree, {}, 37)
    >>> [f"{p:.4g}" for p in np.exp(found.above)]
    ['1e-200', '0.6065']
    """
    differences = _differences(tree)
    if not differences:
        return Thresholds(below=np.empty(0), above=np.empty(0))
    run = program_for(tuple(differences), values, classes).run

    def evaluate(log_p: Array) -> Array:
        with np.errstate(all="ignore"):
            rows = run(elementwise, {"l": log_p})
            return np.stack([np.broadcast_to(row, log_p.shape) for row in rows]).astype(np.float64)

    places, found = wide_grid(), np.empty((0, 2))
    for _ in range(_ROUNDS):
        heights = evaluate(places)
        found = np.unique(np.concatenate([found, *_brackets(evaluate, places, heights)]), axis=0)
        near = _nearest_approaches(evaluate, places, heights)
        more = np.unique(np.concatenate([places, found[:_MAX_THRESHOLDS].ravel(), near]))
        if more.size == places.size:
            break
        places = more
    # exp may round one way for one array and another way for the next, and p < 0.5 and p <= 0.5
    # change beside each other; what holds at one number alone is no piece
    low, high = found[:_MAX_THRESHOLDS].T
    below, above = low - _ROUNDING * (1 - low), np.minimum(high + _ROUNDING * (1 - high), high / 2)
    apart = below[1:] > above[:-1]
    begins, ends = np.append(True, apart), np.append(apart, True)
    return Thresholds(below=below[begins[: below.size]], above=above[ends[: above.size]])


def _differences(tree: Tree) -> list[Tree]:
    """What changes its sign at a threshold, the inner ones first."""
    found: list[Tree] = []
    for part in subtrees(tree):
        match part:
            case Call(operation="where", arguments=(Call(arguments=(left, right)), _, _)):
                # not as a sum, which binding writes with more digits than the comparison has
                found.append(Call("sub", (left, right)))
            case Call(operation="min" | "max", arguments=(first, *others)):
                found += [first - other for other in others]
                found += [a - b for i, a in enumerate(others) for b in others[i + 1 :]]
            case Call(operation="abs", arguments=(argument,)):
                found.append(argument)
            case Call(operation="div", arguments=(_, divisor)) if isinstance(divisor, Call):
                found.append(divisor)
            case Call(operation="pow", arguments=(base, _)) if isinstance(base, Call):
                found.append(base)
    return [part for part in dict.fromkeys(found) if _can_change_sign(part)]


def _can_change_sign(tree: Tree) -> bool:
    return isinstance(tree, Call) and tree.operation != "exp" and LOG_P in subtrees(tree)


def _brackets(evaluate: FunctionOfLogP, places: Array, heights: Array) -> list[Array]:
    """Of each strict and each weak change of sign the two neighbouring numbers, shapes [N, 2]."""
    rows, left = [], []
    strict = []
    for is_strict in (True, False):
        sides = heights < 0 if is_strict else heights <= 0
        row, at = np.nonzero(sides[:, 1:] != sides[:, :-1])
        rows.append(row[:_MAX_THRESHOLDS])
        left.append(at[:_MAX_THRESHOLDS])
        strict.append(np.full(rows[-1].size, is_strict))
    row, at, by_strict = (np.concatenate(parts) for parts in (rows, left, strict))
    low, high = places[at].copy(), places[at + 1].copy()
    if not row.size:
        return []
    is_below = _sides(heights, row, at, by_strict)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        between = (low < middle) & (middle < high)
        if not between.any():
            break
        here = _sides(evaluate(middle), row, np.arange(row.size), by_strict)
        low = np.where(between & (here == is_below), middle, low)
        high = np.where(between & (here != is_below), middle, high)
    return [np.stack([low, high], axis=1)]


def _sides(heights: Array, row: Indices, column: Indices, strict: Flags) -> Flags:
    chosen = heights[row, column]
    sides: Flags = np.where(strict, chosen < 0, chosen <= 0)
    return sides


def _nearest_approaches(evaluate: FunctionOfLogP, places: Array, heights: Array) -> Array:
    """Where a difference comes nearest to 0 without a change of sign, refined."""
    sizes = np.abs(heights)
    before, middle, after = sizes[:, :-2], sizes[:, 1:-1], sizes[:, 2:]
    row, at = np.nonzero((middle < before) & (middle < after))
    row, at = row[:_MAX_THRESHOLDS], at[:_MAX_THRESHOLDS]
    low, high = places[at], places[at + 2]
    for _ in range(12):  # each round narrows to a quarter
        inner = low[:, None] + (high - low)[:, None] * np.linspace(0, 1, 9)
        found = np.abs(evaluate(inner.ravel()))[np.repeat(row, 9), np.arange(inner.size)].reshape(
            inner.shape
        )
        best = np.clip(np.nanargmin(np.nan_to_num(found, nan=np.inf), axis=1), 1, 7)
        low = np.take_along_axis(inner, best[:, None] - 1, axis=1)[:, 0]
        high = np.take_along_axis(inner, best[:, None] + 1, axis=1)[:, 0]
    nearest: Array = (low + high) / 2
    return nearest
