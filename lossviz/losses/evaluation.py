"""A formula in float64: along a path through the simplex, and over whole vectors of logits."""

from collections.abc import Mapping
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from lossviz.language.binding import bind
from lossviz.language.formula import Formula, Gradient
from lossviz.language.numpy_backend import elementwise, over_classes
from lossviz.language.program import Program, program
from lossviz.language.tree import Tree

Array = NDArray[np.float64]
Values = Mapping[str, float]
_MIN_DISTANCE = 1e-300  # of log p from 0 where the limit at p = 1 is read off


def program_for(trees: tuple[Tree, ...], values: Values, classes: int) -> Program:
    """The program of some trees, with the values of the parameters and the number of classes."""
    return program(trees, (*values.items(), ("K", float(classes))))


def evaluate_tree(tree: Tree, values: Values, classes: int, log_p: Array) -> Array:
    """A tree over ``l`` = log p, as a new array of the shape of ``log_p``.

    Infinities are values; where p = 1 gives no number, such as 0*log(0) of the other classes, the
    value is the limit.
    """
    run = program_for((tree,), values, classes).run
    with np.errstate(all="ignore"):
        (result,) = run(elementwise, {"l": log_p})
        undefined = np.isnan(result) & (log_p == 0)
        if undefined.any():
            (limit,) = run(elementwise, {"l": np.minimum(log_p, -_MIN_DISTANCE)})
            result = np.where(undefined, limit, result)
    return np.broadcast_to(result, log_p.shape) + 0.0  # without negative zeros


def value_and_gradient(
    formula: Formula, values: Values, logits: Array, targets: NDArray[np.int64]
) -> tuple[Array, Array]:
    """The loss [...] and its gradient by the logits [..., K], for the true classes [...]."""
    classes = logits.shape[-1]
    indices = np.arange(classes)
    others = indices != targets[..., None]
    run = _gradient_program(formula.one_hot.penalty, (*values.items(), ("K", float(classes)))).run
    with np.errstate(all="ignore"):
        log_p, log_pj = _log_probabilities(logits, targets[..., None], others)
        penalty, own, *parts = run(
            over_classes(others), {"l": np.minimum(log_p, -_MIN_DISTANCE), "lj": log_pj}
        )
        by_class = np.zeros(others.shape)
        for outer, inner in zip(parts[::2], parts[1::2], strict=True):
            by_class = by_class + np.where(others, outer * inner, 0.0)
        total = by_class.sum(axis=-1, keepdims=True)
        at_target = -np.expm1(log_p) * own - np.exp(log_p) * total
        gradient = np.where(others, by_class - np.exp(log_pj) * (own + total), at_target)
        # a rival with nearly all of 1 - p: its entry is the difference of nearly equal terms
        rival = others & (np.where(others, log_pj, -np.inf).argmax(-1)[..., None] == indices)
        balance = -np.where(rival, 0.0, gradient).sum(axis=-1, keepdims=True)
        gradient = np.where(rival & np.isfinite(balance), balance, gradient)
    return np.broadcast_to(penalty, log_p.shape)[..., 0] + 0.0, gradient


@lru_cache(maxsize=256)
def _gradient_program(penalty: Tree, values: tuple[tuple[str, float], ...]) -> Program:
    """Computes a loss and its derivatives, in the order of ``Gradient``."""
    bound = Gradient.of(bind(penalty, dict(values)))
    return Program((bound.penalty, *bound.derivatives), {})


def _log_probabilities(
    logits: Array, targets: NDArray[np.int64], others: NDArray[np.bool_]
) -> tuple[Array, Array]:
    """The true class's log p [..., 1] and every class's log pj [..., K], exact near 1 too."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    scaled = np.exp(shifted)
    rest = scaled.copy()  # without the largest, which is 1
    np.put_along_axis(rest, logits.argmax(axis=-1, keepdims=True), 0.0, axis=-1)
    log_pj = shifted - np.log1p(rest.sum(axis=-1, keepdims=True))
    at_target = np.broadcast_to(targets, (*logits.shape[:-1], 1))
    complement = np.sum(scaled * others, axis=-1, keepdims=True)
    log_p = -np.log1p(complement / np.take_along_axis(scaled, at_target, axis=-1))
    # where exp underflows, p is too small to be the denominator of that fraction
    from_logits = np.take_along_axis(log_pj, at_target, axis=-1)
    return np.where(np.isneginf(log_p), from_logits, log_p), log_pj
