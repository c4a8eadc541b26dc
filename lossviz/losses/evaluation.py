"""A formula in float64: along a path through the probabilities, and over whole vectors of logits."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from lossviz.language.formula import Formula
from lossviz.language.numpy_backend import elementwise, over_classes
from lossviz.language.program import Program, program
from lossviz.language.tree import Tree

Array = NDArray[np.float64]
Values = Mapping[str, float]
_TINY = 1e-300  # the least distance from certainty that is told apart from it


def program_for(trees: tuple[Tree, ...], values: Values, classes: int) -> Program:
    """The program of some trees where the parameters and the number of classes have these values."""
    return program(trees, (*values.items(), ("K", float(classes))))


def evaluate_tree(tree: Tree, values: Values, classes: int, log_p: Array) -> Array:
    """A tree over ``l`` = log p, as a new array of the same shape; infinities are answers."""
    run = program_for((tree,), values, classes).run
    with np.errstate(all="ignore"):
        (result,) = run(elementwise, {"l": log_p})
        # such as 0*log(0) for the other classes: the limit
        if (unknown := np.isnan(result) & (log_p == 0)).any():
            result = np.where(
                unknown, run(elementwise, {"l": np.minimum(log_p, -_TINY)})[0], result
            )
    return np.broadcast_to(result, log_p.shape) + 0.0  # without negative zeros


def value_and_gradient(
    formula: Formula, values: Values, logits: Array, targets: NDArray[np.int64]
) -> tuple[Array, Array]:
    """The loss [...] and its gradient by the logits [..., K], where ``targets`` [...] are the true
    classes.
    """
    classes = logits.shape[-1]
    others = np.arange(classes) != targets[..., None]
    trees = formula.one_hot
    with np.errstate(all="ignore"):
        log_p, log_pj = _log_probabilities(logits, targets[..., None], others)
        run = program_for((trees.penalty, *trees.derivatives), values, classes).run
        penalty, own, *parts = run(
            over_classes(others), {"l": np.minimum(log_p, -_TINY), "lj": log_pj}
        )
        by_class = np.zeros(others.shape)
        for outer, inner in zip(parts[::2], parts[1::2], strict=True):
            by_class = by_class + np.where(others, outer * inner, 0.0)
        total = by_class.sum(axis=-1, keepdims=True)
        at_target = -np.expm1(log_p) * own - np.exp(log_p) * total
        gradient = np.where(others, by_class - np.exp(log_pj) * (own + total), at_target)
    return np.broadcast_to(penalty, log_p.shape)[..., 0] + 0.0, gradient


def _log_probabilities(
    logits: Array, targets: NDArray[np.int64], others: NDArray[np.bool_]
) -> tuple[Array, Array]:
    """The log p of the true class [..., 1], to the last digit near p = 1 too, and log pj of every
    class [..., K].
    """
    shifted = logits - logits.max(axis=-1, keepdims=True)
    scaled = np.exp(shifted)
    log_pj = shifted - np.log(scaled.sum(axis=-1, keepdims=True))
    at_target = np.broadcast_to(targets, (*logits.shape[:-1], 1))
    log_p = -np.log1p(
        np.sum(scaled * others, axis=-1, keepdims=True)
        / np.take_along_axis(scaled, at_target, axis=-1)
    )
    # exp underflows for a hopeless class
    return (
        np.where(np.isneginf(log_p), np.take_along_axis(log_pj, at_target, axis=-1), log_p),
        log_pj,
    )
