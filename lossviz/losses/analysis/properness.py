"""Whether a loss is proper: no prediction has a lower expected loss than the true distribution.

Savage 1971; Gneiting, Raftery 2007, section 2.1. The search is written here because SciPy's
optimisers would add 52 MB to the process that serves the pages.
"""

from dataclasses import dataclass

import numpy as np

from lossviz.losses.evaluation import Array
from lossviz.losses.loss import Loss

_SIDE = 48  # divisions of a side of the triangle of predictions
TRUE_DISTRIBUTIONS = np.array(
    [
        [0.5, 0.3, 0.2],
        [0.7, 0.2, 0.1],
        [0.4, 0.35, 0.25],
        [0.9, 0.07, 0.03],
        [0.6, 0.38, 0.02],
        [0.34, 0.33, 0.33],
        [0.97, 0.02, 0.01],
        [0.48, 0.47, 0.05],
    ]
)
_ROUNDS = 28
MIN_GAIN = 1e-7  # relative to the scale of the expected losses: less is rounding


@dataclass(frozen=True, slots=True, kw_only=True)
class Properness:
    """Whether the true distribution is the best prediction, checked on three classes.

    Attributes:
        is_proper: Whether no prediction beat the truth, for any of the true distributions tried.
        truth: Of an improper loss, a true distribution that a prediction beats clearly, shape [3].
        better_prediction: The best prediction found for it, shape [3].
        truth_cost: The expected loss of predicting the truth.
        better_cost: The expected loss of the better prediction.
    """

    is_proper: bool
    truth: tuple[float, ...] = ()
    better_prediction: tuple[float, ...] = ()
    truth_cost: float = float("nan")
    better_cost: float = float("nan")


def properness(loss: Loss) -> Properness:
    """Search for a prediction whose expected loss is below that of the truth itself.

    The expected loss of predicting q where t is true is ``sum_k t_k f(q; k is the true class)``.
    For each of eight true distributions over three classes the best of 1,081 predictions is taken;
    its neighbourhood and that of the truth are then searched with ever smaller steps.

    >>> from lossviz import get_loss
    >>> properness(get_loss("cross_entropy")).is_proper
    True
    >>> properness(get_loss("dot_product")).is_proper
    False
    """
    predictions = _triangle()
    expected = losses_by_true_class(loss, predictions) @ TRUE_DISTRIBUTIONS.T
    at_truth = np.diagonal(losses_by_true_class(loss, TRUE_DISTRIBUTIONS) @ TRUE_DISTRIBUTIONS.T)
    known = np.where(np.isfinite(expected), expected, np.nan)
    scale = np.nanmedian(np.abs(known - at_truth), axis=0) + 1e-12
    better, value = _search(
        loss, np.stack([predictions[np.nanargmin(known, axis=0)], TRUE_DISTRIBUTIONS])
    )
    gain = (at_truth - value) / scale
    if not gain.max() > MIN_GAIN:
        return Properness(is_proper=True)
    # Of the truths that are clearly beaten the first: they are listed from simple to odd.
    case = int(np.argmax(gain >= gain.max() / 4))
    return Properness(
        is_proper=False,
        truth=tuple(TRUE_DISTRIBUTIONS[case].tolist()),
        better_prediction=tuple(better[case].tolist()),
        truth_cost=float(at_truth[case]),
        better_cost=float(value[case]),
    )


def losses_by_true_class(loss: Loss, predictions: Array) -> Array:
    """The loss of each prediction [..., K] for every true class: shape [..., K]."""
    with np.errstate(divide="ignore"):
        logits = np.log(predictions)
    classes = predictions.shape[-1]
    repeated = np.broadcast_to(logits[..., None, :], (*logits.shape[:-1], classes, classes))
    return loss.value_and_gradient(repeated, np.arange(classes))[0]


def _triangle() -> Array:
    """Predictions spread over the inside of the triangle, shape [N, 3]."""
    i, j = np.indices((_SIDE, _SIDE)).reshape(2, -1)
    inside = np.flatnonzero((i > 0) & (j > 0) & (i + j < _SIDE))
    first, second = i[inside] / _SIDE, j[inside] / _SIDE
    return np.stack([first, second, 1 - first - second], axis=1)


def _directions() -> Array:
    """Twelve unit steps in the plane p1 + p2 + p3 = 1, shape [12, 3]."""
    angles = np.arange(12) * (np.pi / 6)
    along = np.outer(np.cos(angles), [1, -1, 0]) / np.sqrt(2)
    across = np.outer(np.sin(angles), [1, 1, -2]) / np.sqrt(6)
    directions: Array = along + across
    return directions


def _search(loss: Loss, starts: Array) -> tuple[Array, Array]:
    """Descend from some predictions by steps that halve where none leads down.

    Args:
        loss: Any loss.
        starts: For each of the T true distributions S predictions, shape [S, T, 3].

    Returns:
        For each true distribution the best prediction [T, 3] and its expected loss [T].
    """
    directions = _directions()
    best = starts
    value = np.sum(losses_by_true_class(loss, best) * TRUE_DISTRIBUTIONS, axis=-1)
    step = np.full(value.shape, 0.05)
    for _ in range(_ROUNDS):
        around = best[..., None, :] + step[..., None, None] * directions
        inside = (around > 1e-9).all(axis=-1, keepdims=True)
        around = np.where(inside, around, best[..., None, :])
        by_class = losses_by_true_class(loss, around)
        expected = np.sum(by_class * TRUE_DISTRIBUTIONS[:, None, :], axis=-1)
        lowest = np.argmin(np.where(np.isnan(expected), np.inf, expected), axis=-1)[..., None]
        lowest_value = np.take_along_axis(expected, lowest, axis=-1)[..., 0]
        neighbour = np.take_along_axis(around, lowest[..., None], axis=-2)[..., 0, :]
        improves = lowest_value < value
        best = np.where(improves[..., None], neighbour, best)
        value = np.where(improves, lowest_value, value)
        step = np.where(improves, step, step / 2)
    winner = np.argmin(np.where(np.isnan(value), np.inf, value), axis=0)[None]
    return (
        np.take_along_axis(best, winner[..., None], axis=0)[0],
        np.take_along_axis(value, winner, axis=0)[0],
    )
