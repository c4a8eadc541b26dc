"""What a loss is like as a whole: its ends, its bounds, its shape, and how strongly it can pull."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from lossviz.language.paths import PATHS, SPARED, Path
from lossviz.language.program import NUMPY, program
from lossviz.language.tree import Tree
from lossviz.losses.loss import CLASSES, Loss
from lossviz.losses.numeric import Array
from lossviz.losses.properness import Properness, properness

Function = Callable[[Array], Array]  # of log p

_STEPS = 15  # towards an end, each ten times as far as the one before
_TREND = 8  # of those steps must go the same way to go on for ever: a sine's last three often do
_SAME = 1e-6
_NOTHING = 1e-250  # what the last step towards an end leaves of 0
_ROUNDS, _WIDTH = 8, 33  # of looking closer at a place, and places a round
_SAMPLE = 4096
_HARD = 0.1


def grid() -> Array:
    """Log p at 801 places, dense towards both ends: the logit of p runs evenly from -30 to 30."""
    return -np.logaddexp(0.0, -np.linspace(-30.0, 30.0, 801))


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis:
    """What a loss is like in a problem of so many classes, as a curve along a path (see ``Loss.penalty``).

    Attributes:
        at_zero: The penalty's limit as p tends to 0; infinite where it grows without bound, NaN where it has none.
        at_one: The same as p tends to 1.
        lowest: Greatest lower bound of the penalty over (0, 1).
        highest: Least upper bound.
        rises: The least and the greatest p at which the penalty rises with p, to 8 % in the odds; None where it never rises.
        flat: Whether there are whole stretches of p where the penalty does not change.
        bulges: A p at or just beyond which the penalty is not convex in p, None where it is convex.
        singular: Places in (0, 1) where it is infinite or no number.
        start: The weight at p = 1/K, where a network begins; cross-entropy has 1.
        lipschitz: The greatest length of the gradient by the logits: the loss changes by at most this times the distance that the logits move.
            See ``lipschitz`` for where it is sought.
        hard_share: Share of the gradient that goes to examples with p below 0.1 while the logits are still normal noise of variance 1.
        properness: Whether the true distribution is the best prediction.
    """

    at_zero: float
    at_one: float
    lowest: float
    highest: float
    rises: tuple[float, float] | None
    flat: bool
    bulges: float | None
    singular: tuple[float, ...]
    start: float
    lipschitz: float
    hard_share: float
    properness: Properness


def analyse(loss: Loss, *, classes: int = CLASSES, path: Path = "even") -> Analysis:
    """Look at a loss as a whole.

    Args:
        loss: Any loss.
        classes: Number of classes K, 2 or more.
        path: How the other classes share 1 - p.

    Raises:
        InvalidInput: Fewer than 2 classes.
    """

    def penalty(log_p: Array) -> Array:
        return loss.along_log("penalty", log_p, classes=classes, path=path)

    def weight(log_p: Array) -> Array:
        return loss.along_log("weight", log_p, classes=classes, path=path)

    def bulge(log_p: Array) -> Array:  # in p: f'' p**2, of which only the sign is wanted
        return loss.along_log("bend", log_p, classes=classes, path=path) - weight(log_p)

    places = grid()
    weights = weight(places)
    scale = _typical(weights[(places > np.log(0.01)) & (places < np.log(0.99))])
    at_zero, at_one = limit(penalty, to_zero=True), limit(penalty, to_zero=False)
    ends = [end for end in (at_zero, at_one) if not math.isnan(end)]
    singular = singular_places(loss, classes=classes, path=path)
    poles = _signs(penalty, singular)
    lowest, highest = -max([largest(lambda log_p: -penalty(log_p))[0], *(-end for end in ends)]), max([largest(penalty)[0], *ends])
    return Analysis(
        at_zero=at_zero,
        at_one=at_one,
        lowest=-math.inf if any(there < 0 for there in poles) else lowest + 0.0,
        highest=math.inf if any(there > 0 for there in poles) else highest,
        rises=_rises(places, weights, noise=1e-9 * scale),
        flat=bool((np.abs(weights) <= 1e-14 * scale)[(places > np.log(0.01)) & (places < np.log(0.99))].sum() > 3),
        bulges=_place(bulge, noise=1e-7 * scale) or _dent(places, weights, noise=1e-7 * scale),
        singular=singular,
        start=float(loss.weight(np.array([0.999, 1.001]) / classes, classes=classes, path=path).mean()),  # beside a kink that may lie there
        lipschitz=lipschitz(loss, classes=classes),
        hard_share=hard_share(loss, classes=classes),
        properness=properness(loss),
    )


def _typical(values: Array) -> float:
    """The middle of the sizes of those values that are finite and not 0; 0 where there is none."""
    sizes = np.abs(values[np.isfinite(values) & (values != 0)])
    return float(np.median(sizes)) if sizes.size else 0.0


def _rises(log_p: Array, weights: Array, *, noise: float) -> tuple[float, float] | None:
    rising = np.exp(log_p[weights < -noise])
    return (float(rising[0]), float(rising[-1])) if rising.size else None


def _dent(log_p: Array, weights: Array, *, noise: float) -> float | None:
    """The p behind which the slope first falls, as it may at a corner, where no curvature shows it."""
    with np.errstate(invalid="ignore"):
        falls = weights[1:] - weights[:-1] * np.exp(np.diff(log_p)) > noise + 1e-9 * np.abs(weights[1:])
    return float(np.exp(log_p[1:][falls][0])) if falls.any() else None


def limit(function: Function, *, to_zero: bool) -> float:
    """The limit of a function of log p as p tends to 0 or to 1: infinite where it grows without end, NaN where it settles nowhere.

    Looked at are log p = -10, -100, … -1e15, or -1e-1, -1e-21, … -1e-300: so far out even a logarithm's logarithm still grows.

    >>> limit(lambda log_p: -log_p, to_zero=True), limit(np.exp, to_zero=True), limit(np.sin, to_zero=True)
    (inf, 0.0, nan)
    """
    powers = np.arange(1.0, _STEPS + 1) if to_zero else -np.linspace(1, 300, _STEPS)
    log_p: Array = -(10.0**powers)
    values = function(log_p)
    last = values[-4:]
    if np.isnan(last).any():
        return math.nan
    if np.isinf(last[-1]):
        return float(last[-1])
    if np.ptp(last) <= _SAME * max(1.0, abs(last[-1])):
        return 0.0 if abs(last[-1]) < _NOTHING else float(last[-1])
    with np.errstate(invalid="ignore"):
        steps = np.diff(values[-_TREND:])
    if (steps > 0).all() or (steps < 0).all():
        return math.copysign(math.inf, steps[-1])
    return math.nan


def largest(function: Function) -> tuple[float, float]:
    """The greatest value of a function of log p over (0, 1), and the log p where it lies; NaN counts for nothing."""
    places = grid()
    values = function(places)
    values = np.where(np.isnan(values), -np.inf, values)
    best = int(np.argmax(values))
    value, place = float(values[best]), float(places[best])
    least, most = places[max(best - 1, 0)], places[min(best + 1, len(places) - 1)]
    for _ in range(_ROUNDS):
        closer = np.linspace(least, most, _WIDTH)
        values = function(closer)
        values = np.where(np.isnan(values), -np.inf, values)
        best = int(np.argmax(values))
        if values[best] > value:
            value, place = float(values[best]), float(closer[best])
        least, most = closer[max(best - 1, 0)], closer[min(best + 1, _WIDTH - 1)]
    return value, place


def highest(loss: Loss, *, classes: int = CLASSES) -> float:
    """Least upper bound of the penalty over (0, 1) along both paths."""
    bounds = []
    for path in PATHS:

        def penalty(log_p: Array, path: Path = path) -> Array:
            return loss.along_log("penalty", log_p, classes=classes, path=path)

        bounds += [largest(penalty)[0], limit(penalty, to_zero=True), limit(penalty, to_zero=False)]
    return max(bound for bound in bounds if not math.isnan(bound))


def _place(function: Function, *, noise: float) -> float | None:
    """The p where a function is greatest, if it is above the noise there."""
    value, log_p = largest(function)
    return math.exp(log_p) if value > noise else None


def singular_places(loss: Loss, *, classes: int = CLASSES, path: Path = "even") -> tuple[float, ...]:
    """The p inside (0, 1) where the penalty is infinite or no number.

    It may be so at a single place, which no grid meets: so every divisor, every base of a power and what logarithms are taken of are followed to
    their zeros.
    """
    tree = loss.formula.curve("even" if classes == 2 else path).penalty
    constants = (*loss.values.items(), ("K", float(classes)))
    found: list[float] = []

    def unknown(log_p: Array) -> Array:
        values = loss.along_log("penalty", log_p, classes=classes, path=path)
        return ~np.isfinite(values)

    places = grid()
    inner = (places > np.log(1e-6)) & (places < np.log1p(-1e-6))  # nearer to the ends the limits speak
    bad = places[inner & unknown(places)]
    if bad.size:
        found.append(math.exp(float(bad[0])))
    for divisor in dict.fromkeys(_divisors(tree)):
        run = program((divisor,), constants).run

        def nearness(log_p: Array, run: Callable[..., list[object]] = run) -> Array:
            with np.errstate(all="ignore"):
                return -np.abs(np.broadcast_to(np.asarray(run(NUMPY, {"l": log_p})[0], dtype=np.float64), log_p.shape))

        heights = nearness(places)
        peaks = np.flatnonzero((heights[1:-1] >= heights[:-2]) & (heights[1:-1] >= heights[2:]) & (heights[1:-1] < 0)) + 1
        for peak in peaks[inner[peaks]][:4]:
            zero, log_p = _closer(nearness, places[peak - 1], places[peak + 1])
            if -zero <= 1e-12 * float(np.nanmedian(-heights)) and _explodes(loss, log_p, classes, path):
                found.append(math.exp(log_p))
    return tuple(sorted(set(found)))


def _closer(function: Function, least: float, most: float) -> tuple[float, float]:
    value, place = -math.inf, least
    for _ in range(2 * _ROUNDS):
        places = np.linspace(least, most, _WIDTH)
        values = function(places)
        best = int(np.nanargmax(values))
        value, place = float(values[best]), float(places[best])
        least, most = places[max(best - 1, 0)], places[min(best + 1, _WIDTH - 1)]
    return value, place


def _explodes(loss: Loss, log_p: float, classes: int, path: Path) -> bool:
    """Whether the penalty grows as fast each time that one comes ten times as near, from either side: a logarithm does."""
    nearer = 10.0 ** -np.arange(4.0, 11.0)
    for side in (1 + nearer, 1 - nearer):
        values = loss.along_log("penalty", log_p * side, classes=classes, path=path)
        if not np.isfinite(values).all():
            return True
        steps = np.abs(np.diff(values))
        if steps[-1] > 1e-9 * (1 + abs(values[-1])) and steps[-1] >= 0.7 * steps[0]:
            return True
    return False


def _signs(penalty: Function, singular: tuple[float, ...]) -> list[float]:
    """Which way the penalty goes at the singular places, on either side."""
    near = np.log(np.array(singular))[:, None] * (1 + np.array([-1e-10, -1e-4, 1e-4, 1e-10]))
    values = penalty(near.ravel()).reshape(-1, 4)
    with np.errstate(invalid="ignore"):
        changes = np.concatenate([values[:, 0] - values[:, 1], values[:, 3] - values[:, 2]])
    return [float(change) for change in changes]


def _divisors(tree: Tree) -> list[Tree]:
    """The parts of a tree whose zeros may be singular."""
    if not isinstance(tree, tuple):
        return []
    found = [part for branch in tree[1:] for part in _divisors(branch)]
    at = {"div": 2, "log": 1, "pow": 1}.get(tree[0])
    return [*found, tree[at]] if at and isinstance(tree[at], tuple) else found


def lipschitz(loss: Loss, *, classes: int = CLASSES) -> float:
    """The greatest length of the gradient by the logits.

    A loss of p alone pulls hardest where one rival has the rest: ``sqrt(2) weight(p) (1 - p)``. For one of all classes it is the greatest that is
    found where all classes but the true one and one rival are alike.
    """
    along = max(_steepest(loss, classes, path) for path in PATHS)
    return max(along, _steepest_between(loss, classes)) if loss.formula.of_classes and classes > 2 else along


def _steepest(loss: Loss, classes: int, path: Path) -> float:
    def length(log_p: Array) -> Array:
        if not loss.formula.of_classes:
            return math.sqrt(2) * np.abs(loss.along_log("weight", log_p, classes=classes)) * -np.expm1(log_p)
        return _lengths(loss.of_logits(_logits(log_p, classes, path))[1])

    ends = [limit(length, to_zero=True), limit(length, to_zero=False)]
    return max([largest(length)[0], *(end for end in ends if not math.isnan(end))])


def _steepest_between(loss: Loss, classes: int) -> float:
    """The same between the paths: the true class's logit moves against the rival's, and the others' below the rival's."""
    best, place, reach = -math.inf, np.array([0.0, -6.0]), np.array([12.0, 6.0])
    for _ in range(_ROUNDS):
        true, rest = np.meshgrid(*(place[i] + reach[i] * np.linspace(-1, 1, _WIDTH // 2 + 1) for i in range(2)))
        logits = np.broadcast_to(np.minimum(rest, 0.0).reshape(-1, 1), (true.size, classes)).copy()
        logits[:, 0], logits[:, 1] = true.ravel(), 0.0
        lengths = np.nan_to_num(_lengths(loss.of_logits(logits)[1]), nan=0.0, posinf=math.inf)
        if lengths.max() > best:
            best, place = float(lengths.max()), np.array([logits[lengths.argmax(), 0], logits[lengths.argmax(), -1]])
        reach = reach / 4
    return best


def _lengths(vectors: Array) -> Array:
    with np.errstate(over="ignore"):
        lengths: Array = np.linalg.norm(vectors, axis=-1)
    return lengths


def _logits(log_p: Array, classes: int, path: Path) -> Array:
    """Logits along a path, the true class first."""
    beside = np.log(-np.expm1(log_p))[:, None]
    rest = np.broadcast_to(beside - math.log(classes - 1), (len(log_p), classes - 1)).copy()
    if path == "rival" and classes > 2:
        rest[:, :1] = beside + math.log1p(-SPARED)
        rest[:, 1:] = beside + math.log(SPARED / (classes - 2))
    return np.concatenate([log_p[:, None], rest], axis=1)


def hard_share(loss: Loss, *, classes: int = CLASSES) -> float:
    """Share of the gradient's length that goes to examples with p below 0.1, over 4,096 examples whose logits are normal noise of variance 1.

    The noise is the same for every loss.
    """
    logits = np.random.default_rng(0).standard_normal((_SAMPLE, classes))
    lengths = _lengths(loss.of_logits(logits)[1])
    log_p = logits[:, 0] - np.log(np.exp(logits).sum(axis=1))
    total = float(lengths.sum())
    return float(lengths[log_p < math.log(_HARD)].sum()) / total if total > 0 else math.nan
