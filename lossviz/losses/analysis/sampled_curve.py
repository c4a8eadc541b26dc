"""A loss along a path, sampled so that nothing between its thresholds is missed: its jumps, where
it rises, and where it is constant.
"""

from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from lossviz.language.numpy_backend import elementwise
from lossviz.language.simplex_paths import SimplexPath
from lossviz.language.tree import Call, Tree, negate, subtrees
from lossviz.losses.analysis.extrema import grid
from lossviz.losses.analysis.thresholds import find_thresholds, wide_grid
from lossviz.losses.evaluation import Array, evaluate_tree, program_for
from lossviz.losses.loss import Loss

_IN_A_PIECE = 12  # samples that each piece gets, besides those of the grid
_LEAST_LOG_P, _GREATEST_LOG_P = -744.0, -1e-16
# Where a formula that is free of switches is compared with itself.
_PROBE_LOG_P = np.log([1e-3, 0.01, 0.05, 0.2, 0.35, 0.5, 0.65, 0.8, 0.95, 0.99, 0.999, 0.99999])
# Away from both ends, where rounding and underflow cannot pass for a property of the loss.
_INNER_LOG_P = np.log([0.01, 0.99])


@dataclass(frozen=True, slots=True, kw_only=True)
class Jump:
    """A p at which the penalty changes at once.

    Attributes:
        log_p: Its logarithm.
        before: The penalty just below it.
        after: The penalty just above it.
    """

    log_p: float
    before: float
    after: float

    @property
    def is_upward(self) -> bool:
        """Whether the greater p costs more."""
        return self.after > self.before


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SampledCurve:
    """The penalty along a path, with samples in every piece between two thresholds.

    Attributes:
        log_p: The samples, increasing, shape [N].
        penalty: At the samples.
        weight: ``-p f'(p)`` at the samples.
        edges: Log p where the pieces begin and end: minus infinity, the thresholds, 0.
        piece: The index of each sample's piece, shape [N].
        jumps: By increasing p.
        flat_stretches: Log p where each stretch begins and ends over which the penalty is constant.
    """

    log_p: Array
    penalty: Array
    weight: Array
    edges: Array
    piece: NDArray[np.int64] = field(repr=False)
    jumps: tuple[Jump, ...]
    flat_stretches: tuple[tuple[float, float], ...]

    @property
    def rises(self) -> NDArray[np.bool_]:
        """At which samples the penalty rises with p, by more than rounding."""
        return self.weight < -1e-9 * self._scales[self.piece]

    @property
    def falls(self) -> NDArray[np.bool_]:
        """At which samples the penalty falls with p, by more than rounding."""
        return self.weight > 1e-9 * self._scales[self.piece]

    @property
    def _scales(self) -> Array:
        """For each piece the usual size of its weights, away from both ends where it has part in
        between.
        """
        scales = np.zeros(len(self.edges) - 1)
        sizes = np.abs(self.weight)
        counts = np.isfinite(sizes) & (sizes > 0)
        inner = (self.log_p > _INNER_LOG_P[0]) & (self.log_p < _INNER_LOG_P[1])
        overall = float(np.median(sizes[counts & inner])) if (counts & inner).any() else 0.0
        for piece in range(len(scales)):
            ours = counts & (self.piece == piece)
            chosen = ours & inner if (ours & inner).any() else ours
            # a piece beyond the inner range may hold nothing but rounding
            scale = float(np.median(sizes[chosen])) if chosen.any() else 0.0
            scales[piece] = max(scale, 1e-9 * overall)
        return scales


@lru_cache(maxsize=256)
def sampled_curve(loss: Loss, *, classes: int, path: SimplexPath = "even") -> SampledCurve:
    """Sample a loss along a path; arguments as ``Loss.penalty``.

    >>> from lossviz import parse_loss
    >>> jump, = sampled_curve(parse_loss("where(p < 0.5, 1-p, 2-p)"), classes=37).jumps
    >>> round(jump.before, 9), round(jump.after, 9), jump.is_upward
    (0.5, 1.5, True)
    >>> curve = sampled_curve(parse_loss("max(0.6 - p, 0)"), classes=37)
    >>> [np.exp(stretch).round(6).tolist() for stretch in curve.flat_stretches]
    [[0.6, 1.0]]
    """
    tree = loss.formula.curve("even" if classes == 2 else path).penalty
    thresholds = find_thresholds(tree, loss.values, classes)
    edges = np.concatenate([[-np.inf], np.unique(thresholds.above), [0.0]])
    log_p = np.unique(np.concatenate([wide_grid(), thresholds.below, _inside(edges)]))
    at_threshold = np.searchsorted(thresholds.above, log_p, side="right") < np.searchsorted(
        thresholds.below, log_p, side="left"
    )
    log_p = log_p[(log_p < 0) & ~at_threshold]
    piece = np.searchsorted(edges, log_p, side="right") - 1
    penalty = loss.evaluate("penalty", log_p, classes=classes, path=path)
    return SampledCurve(
        log_p=log_p,
        penalty=penalty,
        weight=loss.evaluate("weight", log_p, classes=classes, path=path),
        edges=edges,
        piece=piece,
        jumps=_jumps(loss, classes, path, thresholds.below, thresholds.above),
        flat_stretches=_flat_stretches(tree, loss, classes, edges, log_p, penalty, piece),
    )


def _inside(edges: Array) -> Array:
    """Samples inside each piece, and its first."""
    ends = np.clip(edges, _LEAST_LOG_P, _GREATEST_LOG_P)
    shares = np.linspace(0, 1, _IN_A_PIECE, endpoint=False)
    inside: Array = ends[:-1, None] + np.diff(ends)[:, None] * shares
    return np.concatenate([edges[1:-1], inside.ravel()])


def _jumps(
    loss: Loss, classes: int, path: SimplexPath, below: Array, above: Array
) -> tuple[Jump, ...]:
    """The thresholds at which the penalty itself changes, and does not just change its slope."""

    def penalty(log_p: Array) -> Array:
        return loss.evaluate("penalty", log_p, classes=classes, path=path)

    if not below.size:
        return ()
    inner = penalty(grid()[(grid() > _INNER_LOG_P[0]) & (grid() < _INNER_LOG_P[1])])
    inner = inner[np.isfinite(inner)]
    spread = float(np.ptp(inner)) if inner.size else 0.0
    before, after = penalty(below), penalty(above)
    nearby = 1e-6
    with np.errstate(invalid="ignore", over="ignore"):
        change = np.abs(after - before)
        # what is continuous but steep changes far more a little farther away
        wide = np.maximum(
            np.abs(penalty(above * (1 - nearby)) - after),
            np.abs(penalty(below * (1 + nearby)) - before),
        )
        size = np.maximum(np.abs(before), np.abs(after))
        is_jump = np.isfinite(change) & (change > 1e-12 * size + 1e-9 * spread)
        is_jump &= ~(change < 0.5 * wide) & (size < 1e10 * (1 + spread))
    return tuple(
        Jump(log_p=float(place), before=float(first), after=float(last))
        for place, first, last in zip(above[is_jump], before[is_jump], after[is_jump], strict=True)
    )


def _flat_stretches(
    tree: Tree,
    loss: Loss,
    classes: int,
    edges: Array,
    log_p: Array,
    penalty: Array,
    piece: NDArray[np.int64],
) -> tuple[tuple[float, float], ...]:
    """The stretches over which the penalty is constant.

    That it does not change in float64 may be underflow (-p**64). Between two thresholds a formula
    is analytic, so it is constant there only where the formula that holds there, taken without its
    switches, is constant everywhere.
    """
    found: list[tuple[float, float]] = []
    for index in range(len(edges) - 1):
        values = penalty[piece == index]
        values = values[np.isfinite(values)]
        is_wide = edges[index + 1] - edges[index] > 1e-12 * abs(edges[index + 1])
        if not is_wide or values.size < 2 or not _is_constant(values):
            continue
        places = log_p[piece == index]
        settled = _without_switches(tree, loss, classes, float(places[places.size // 2]))
        probes = np.concatenate([_PROBE_LOG_P, places])
        elsewhere = evaluate_tree(settled, loss.values, classes, probes)
        if not _is_constant(elsewhere[np.isfinite(elsewhere)]):
            continue
        if found and found[-1][1] == edges[index] and _continues(penalty, piece, index):
            found[-1] = (found[-1][0], float(edges[index + 1]))
        else:
            found.append((float(edges[index]), float(edges[index + 1])))
    return tuple(found)


def _continues(penalty: Array, piece: NDArray[np.int64], index: int) -> bool:
    """Whether a constant piece has the value of the one before."""
    return _is_constant(np.array([penalty[piece == index - 1][-1], penalty[piece == index][0]]))


def _is_constant(values: Array) -> bool:
    return bool(np.ptp(values) <= 1e-13 * np.abs(values).max())


def _without_switches(tree: Tree, loss: Loss, classes: int, log_p: float) -> Tree:
    """The formula that holds at a place, every ``where``, ``min``, ``max`` and ``abs`` decided."""
    switches = [part for part in subtrees(tree) if _is_switch(part)]
    operands = list(dict.fromkeys(operand for part in switches for operand in _operands(part)))
    if not operands:
        return tree
    with np.errstate(all="ignore"):
        values = program_for(tuple(operands), loss.values, classes).run(
            elementwise, {"l": np.array([log_p])}
        )
    value_of = {
        operand: float(np.ravel(value)[0]) for operand, value in zip(operands, values, strict=True)
    }
    settled: dict[Tree, Tree] = {}

    def settle(part: Tree) -> Tree:
        if not isinstance(part, Call):
            return part
        if part not in settled:
            settled[part] = _settle(part)
        return settled[part]

    def _settle(part: Call) -> Tree:
        if not _is_switch(part):
            return Call(part.operation, tuple(map(settle, part.arguments)))
        if part.operation == "where":
            condition, then, otherwise = part.arguments
            return settle(then if value_of[condition] else otherwise)
        if part.operation == "abs":
            inner = settle(part.arguments[0])
            return inner if value_of[part.arguments[0]] >= 0 else negate(inner)
        choose = min if part.operation == "min" else max
        return settle(choose(part.arguments, key=value_of.__getitem__))

    return settle(tree)


def _is_switch(tree: Tree) -> bool:
    return isinstance(tree, Call) and tree.operation in ("where", "min", "max", "abs")


def _operands(switch: Tree) -> tuple[Tree, ...]:
    """What decides a switch."""
    assert isinstance(switch, Call)
    return switch.arguments[:1] if switch.operation == "where" else switch.arguments
