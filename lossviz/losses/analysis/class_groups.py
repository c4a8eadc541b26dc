"""Losses of predictions in which groups of classes share a probability, at any number of classes.

A thousand classes of three probabilities cost no more than three classes.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossviz.language.numpy_backend import elementwise
from lossviz.language.operations import OPERATIONS
from lossviz.language.program import Backend
from lossviz.losses.evaluation import Array, program_for
from lossviz.losses.loss import Loss

Counts = NDArray[np.float64]
_MIN_DISTANCE = 1e-300  # of log p from 0, see ``lossviz.losses.evaluation``


def losses_by_group(loss: Loss, scores: Array, counts: Counts) -> Array:
    """The loss of each prediction for a true class of each group.

    Args:
        loss: Any loss.
        scores: Logits of the groups, shape [..., G], finite.
        counts: How many classes each group has, 1 or more, shape [..., G].

    Returns:
        Shape [..., G]: the loss where one class of that group is the true one.

    >>> from lossviz import get_loss
    >>> losses_by_group(get_loss("brier"), np.zeros((1, 2)), np.array([1.0, 3.0])).tolist()
    [[0.75, 0.75]]
    """
    log_p, log_pj, others = _predictions(scores, counts)
    classes = float(np.unique(np.sum(np.broadcast_to(counts, scores.shape), axis=-1))[0])
    tree = loss.formula.one_hot.penalty
    run = program_for((tree,), loss.values, int(classes)).run
    with np.errstate(all="ignore"):
        (penalty,) = run(
            _backend(counts[..., None, :], others),
            {"l": np.minimum(log_p, -_MIN_DISTANCE), "lj": log_pj},
        )
    return np.broadcast_to(penalty, log_p.shape)[..., 0] + 0.0


def log_probabilities(scores: Array, counts: Counts) -> Array:
    """The log-probability of one class of each group, [..., G]."""
    shifted = scores - scores.max(axis=-1, keepdims=True)
    total = np.sum(counts * np.exp(shifted), axis=-1, keepdims=True)
    log_p: Array = shifted - np.log(total)
    return log_p


def _predictions(scores: Array, counts: Counts) -> tuple[Array, Array, Array]:
    """For a true class of each group: its log p, exact near 1, [..., G, 1]; every group's log pj
    [..., 1, G]; how many classes but the true one each group has, [..., G, G].
    """
    log_pj = log_probabilities(scores, counts)[..., None, :]
    others = counts[..., None, :] - np.eye(scores.shape[-1])
    with np.errstate(all="ignore"):
        own = np.swapaxes(scores[..., None, :], -1, -2)
        terms = np.where(others > 0, others * np.exp(scores[..., None, :] - own), 0.0)
        log_p = -np.log1p(terms.sum(axis=-1, keepdims=True))
    return np.where(np.isneginf(log_p), np.swapaxes(log_pj, -1, -2), log_p), log_pj, others


def _backend(counts: Array, others: Array) -> Backend:
    """All operations, reductions running over the groups' classes."""

    def backend(operation: str) -> Callable[..., Any]:
        reduction = OPERATIONS[operation].reduction
        if reduction is None:
            return elementwise(operation)

        def reduce_groups(term: Any) -> Any:
            sizes = others if reduction.skips_true_class else counts
            shape = np.broadcast_shapes(np.shape(term), others.shape)
            terms, sizes = np.broadcast_to(term, shape), np.broadcast_to(sizes, shape)
            if reduction.is_maximum:
                return np.where(sizes > 0, terms, -np.inf).max(axis=-1, keepdims=True)
            return np.where(sizes > 0, sizes * terms, 0.0).sum(axis=-1, keepdims=True)

        return reduce_groups

    return backend
