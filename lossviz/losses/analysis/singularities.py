"""Where inside (0, 1) a loss is infinite or undefined."""

import math

import numpy as np
from numpy.typing import NDArray

from lossviz.language.numpy_backend import elementwise
from lossviz.language.simplex_paths import SimplexPath
from lossviz.language.tree import Call, Tree, subtrees
from lossviz.losses.analysis.extrema import FunctionOfLogP, grid, refine_maximum
from lossviz.losses.analysis.sampled_curve import sampled_curve
from lossviz.losses.evaluation import Array, program_for
from lossviz.losses.loss import DEFAULT_CLASSES, Loss

# The argument at whose zeros an operation can be infinite.
_INFINITE_AT_ZERO = {"div": 1, "log": 0, "pow": 0}
_NEARLY_INFINITE = 1e290  # a part of a formula that is larger is about to overflow
_MAX_ZEROS = 4  # of one divisor


def find_singularities(
    loss: Loss, *, classes: int = DEFAULT_CLASSES, path: SimplexPath = "even"
) -> tuple[float, ...]:
    """The p inside (0, 1) where the penalty is infinite or undefined.

    That may be a single point, which no grid meets, so the zeros of every divisor, of every base of
    a power and of every argument of a logarithm are searched. What is only too large for float64,
    such as exp(1/p) at p = 0.001, is not infinite.
    """

    def penalty(log_p: Array) -> Array:
        return loss.evaluate("penalty", log_p, classes=classes, path=path)

    curve = sampled_curve(loss, classes=classes, path=path)
    tree = loss.formula.curve(path if classes > 2 else "even").penalty
    # Nearer to the ends it is a matter of the limits whether it is infinite.
    is_unknown = _is_inner(curve.log_p) & np.isinf(curve.penalty) | np.isnan(curve.penalty)
    found = []
    if is_unknown.any() and not _is_overflow(loss, tree, curve.log_p, is_unknown, classes):
        found = curve.log_p[is_unknown][:1].tolist()
    places = grid()
    inner = _is_inner(places)
    for divisor in dict.fromkeys(_divisors(tree)):
        nearness = _nearness(divisor, loss, classes)
        heights = nearness(places)
        before, middle, after = heights[:-2], heights[1:-1], heights[2:]
        is_peak = (middle >= before) & (middle >= after)
        peaks = np.flatnonzero(is_peak) + 1
        for peak in peaks[inner[peaks]][:_MAX_ZEROS]:
            height, log_p = refine_maximum(nearness, places[peak - 1 : peak + 2], rounds=16)
            if -height <= 1e-12 * float(np.nanmedian(-heights)) and _diverges(penalty, log_p):
                found.append(log_p)
    return tuple(sorted({math.exp(log_p) for log_p in found}))


def divergence_signs(penalty: FunctionOfLogP, places: tuple[float, ...]) -> list[float]:
    """On either side of each singularity the sign of the divergence: below 0 where f falls."""
    near = np.log(np.array(places))[:, None] * (1 + np.array([-1e-10, -1e-4, 1e-4, 1e-10]))
    values = penalty(near.ravel()).reshape(-1, 4)
    with np.errstate(invalid="ignore"):
        changes = np.concatenate([values[:, 0] - values[:, 1], values[:, 3] - values[:, 2]])
    return [float(change) for change in changes]


def _is_inner(log_p: Array) -> NDArray[np.bool_]:
    inner: NDArray[np.bool_] = (log_p > np.log(1e-6)) & (log_p < np.log1p(-1e-6))
    return inner


def _is_overflow(
    loss: Loss, tree: Tree, places: Array, is_unknown: NDArray[np.bool_], classes: int
) -> bool:
    """Whether a part of the formula grows beyond all float64 before the penalty has no value.

    Args:
        loss: The loss.
        tree: Its penalty along the path.
        places: Log p, increasing.
        is_unknown: At which places the penalty has no value.
        classes: Number of classes.
    """
    run = program_for(tuple(dict.fromkeys(subtrees(tree))), loss.values, classes).run

    def values(log_p: float) -> Array:
        with np.errstate(all="ignore"):
            return np.array(
                [np.ravel(value)[0] for value in run(elementwise, {"l": np.array([log_p])})]
            )

    first, last = np.flatnonzero(is_unknown)[[0, -1]]
    for unknown, known in ((first, first - 1), (last, last + 1)):
        if not 0 <= known < places.size:
            continue
        without, having = float(places[unknown]), float(places[known])
        if not math.isfinite(values(having)[-1]):
            continue  # infinite, as near an end
        for _ in range(60):  # the last place that has a value
            middle = (without + having) / 2
            if math.isfinite(values(middle)[-1]):
                having = middle
            else:
                without = middle
        parts = np.abs(values(having))
        if parts[~np.isnan(parts)].max() > _NEARLY_INFINITE:
            return True
    return False


def _nearness(divisor: Tree, loss: Loss, classes: int) -> FunctionOfLogP:
    """Minus the size of a part of the formula: 0 at its zeros, below 0 elsewhere."""
    run = program_for((divisor,), loss.values, classes).run

    def nearness(log_p: Array) -> Array:
        with np.errstate(all="ignore"):
            values = np.asarray(run(elementwise, {"l": log_p})[0], dtype=np.float64)
            return -np.abs(np.broadcast_to(values, log_p.shape))

    return nearness


def _diverges(penalty: FunctionOfLogP, log_p: float) -> bool:
    """Whether the penalty keeps growing as p comes ten times nearer again and again.

    From either side; a logarithm's growth per step is constant, and counts.
    """
    nearer = 10.0 ** -np.arange(4.0, 11.0)
    for side in (1 + nearer, 1 - nearer):
        values = penalty(log_p * side)
        if not np.isfinite(values).all():
            return True
        changes = np.abs(np.diff(values))
        if changes[-1] > 1e-9 * (1 + abs(values[-1])) and changes[-1] >= 0.7 * changes[0]:
            return True
    return False


def _divisors(tree: Tree) -> list[Tree]:
    """The parts of a tree whose zeros may be singular."""
    if not isinstance(tree, Call):
        return []
    found = [part for argument in tree.arguments for part in _divisors(argument)]
    if tree.operation in _INFINITE_AT_ZERO:
        operand = tree.arguments[_INFINITE_AT_ZERO[tree.operation]]
        if isinstance(operand, Call):
            found.append(operand)
    return found
