"""Whether a loss is proper: whether, in expectation, no prediction beats the true distribution
(Savage 1971; Gneiting, Raftery 2007, section 2.1).
"""

from dataclasses import dataclass

import numpy as np

from lossviz.losses.evaluation import Array
from lossviz.losses.loss import Loss

_SIDE = 48  # points on a side of the triangle of predictions
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
_GAIN = 1e-7  # of the scale of the expected losses: less is rounding


@dataclass(frozen=True, slots=True, kw_only=True)
class Properness:
    """Whether the true distribution is the best prediction, checked on three classes.

    Attributes:
        is_proper: No prediction was found that beats the truth, for any of the true distributions
            that were tried.
        truth: Where it fails, the true distribution for which it fails worst, shape [3].
        better_prediction: And the best prediction that was found instead, shape [3].
        truth_cost: The expected loss of predicting the truth.
        better_cost: The expected loss of that prediction.
    """

    is_proper: bool
    truth: tuple[float, ...] = ()
    better_prediction: tuple[float, ...] = ()
    truth_cost: float = float("nan")
    better_cost: float = float("nan")


def properness(loss: Loss) -> Properness:
    """Look for a prediction whose expected loss under the truth is below that of the truth itself.

    The expected loss of predicting q where t is true is ``sum_k t_k f(q; k is the true class)``.
    For each of eight true distributions over three classes the best of 1,081 predictions is taken,
    and the neighbourhoods of it and of the truth are searched ever more closely.

    >>> from lossviz import get_loss
    >>> properness(get_loss("cross_entropy")).is_proper, properness(get_loss("dot_product")).is_proper
    (True, False)
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
    if not gain.max() > _GAIN:
        return Properness(is_proper=True)
    # the first, which is the simplest, of those where it fails clearly
    case = int(np.argmax(gain >= gain.max() / 4))
    return Properness(
        is_proper=False,
        truth=tuple(TRUE_DISTRIBUTIONS[case].tolist()),
        better_prediction=tuple(better[case].tolist()),
        truth_cost=float(at_truth[case]),
        better_cost=float(value[case]),
    )


def losses_by_true_class(loss: Loss, predictions: Array) -> Array:
    """The loss of each prediction [..., K] were each class the true one: shape [..., K]."""
    with np.errstate(divide="ignore"):
        logits = np.log(predictions)
    classes = predictions.shape[-1]
    every = np.broadcast_to(logits[..., None, :], (*logits.shape[:-1], classes, classes))
    return loss.value_and_gradient(every, np.arange(classes))[0]


def _triangle() -> Array:
    """Predictions all over the inside of the triangle."""
    i, j = (
        side.ravel()
        for side in np.meshgrid(np.arange(1, _SIDE), np.arange(1, _SIDE), indexing="ij")
    )
    first, second = i[i + j < _SIDE] / _SIDE, j[i + j < _SIDE] / _SIDE
    return np.stack([first, second, 1 - first - second], axis=1)


def _search(loss: Loss, starts: Array) -> tuple[Array, Array]:
    """For each truth the best prediction near its starts [S, T, 3], by steps that halve where none
    leads down; and its expected loss [T].
    """
    angles = np.arange(12) * (np.pi / 6)
    directions = np.outer(np.cos(angles), [1, -1, 0]) / np.sqrt(2) + np.outer(
        np.sin(angles), [1, 1, -2]
    ) / np.sqrt(6)
    best = starts
    value = np.sum(losses_by_true_class(loss, best) * TRUE_DISTRIBUTIONS, axis=-1)
    step = np.full(value.shape, 0.05)
    for _ in range(_ROUNDS):
        around = best[..., None, :] + step[..., None, None] * directions
        inside = (around > 1e-9).all(axis=-1)
        around = np.where(inside[..., None], around, best[..., None, :])
        expected = np.sum(
            losses_by_true_class(loss, around) * TRUE_DISTRIBUTIONS[:, None, :], axis=-1
        )
        nearest = np.argmin(np.where(np.isnan(expected), np.inf, expected), axis=-1)[..., None]
        lower = np.take_along_axis(expected, nearest, axis=-1)[..., 0] < value
        best = np.where(
            lower[..., None],
            np.take_along_axis(around, nearest[..., None], axis=-2)[..., 0, :],
            best,
        )
        value = np.where(lower, np.take_along_axis(expected, nearest, axis=-1)[..., 0], value)
        step = np.where(lower, step, step / 2)
    winner = np.argmin(np.where(np.isnan(value), np.inf, value), axis=0)[None]
    return (
        np.take_along_axis(best, winner[..., None], axis=0)[0],
        np.take_along_axis(value, winner, axis=0)[0],
    )
