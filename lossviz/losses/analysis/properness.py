"""Whether a loss is proper: no prediction has a lower expected loss than the true distribution.

Savage 1971; Gneiting, Raftery 2007, section 2.1.
"""

from dataclasses import dataclass, replace

import numpy as np

from lossviz.losses.analysis.class_groups import log_probabilities, losses_by_group
from lossviz.losses.analysis.prediction_search import descend, group_sizes, spread_scores
from lossviz.losses.analysis.sampled_curve import sampled_curve
from lossviz.losses.evaluation import Array
from lossviz.losses.loss import DEFAULT_CLASSES, Loss

# The true probabilities of two classes, from simple to odd and on into the corners; the others
# share what is left. (0.2, 0.1) has no majority where there are many classes.
_TRUTHS = np.array(
    [
        [0.5, 0.3],
        [0.7, 0.2],
        [0.4, 0.35],
        [0.9, 0.07],
        [0.6, 0.38],
        [0.34, 0.33],
        [0.97, 0.02],
        [0.48, 0.47],
        [0.2, 0.1],
        [0.999, 0.0009],
        [0.99999, 0.000005],
        [0.6, 1e-5],
    ]
)
_TRUTHS_OF_TWO = np.array([0.7, 0.6, 0.9, 0.52, 0.8, 0.97, 0.999, 0.99999])
MIN_GAIN = 1e-7  # relative to the scale of the expected losses: what shows in a chart
_LEAST_GAIN = 1e-10  # relative to the same: what shows at all
_CLEAR_GAIN = 2e-3  # relative to the same: what is worth reporting
_ROUNDING = 1e-14  # relative to the expected losses themselves
_UNDERFLOW = 1e-200  # relative to the same scale: what is no more than 0
_SAME_WEIGHT = 1e-6  # relative, between weights that count as equal


@dataclass(frozen=True, slots=True, kw_only=True)
class Properness:
    """Whether the true distribution is the best prediction, at a number of classes.

    Attributes:
        is_proper: Whether no prediction is known to beat the truth.
        is_certain: Whether that follows from the weights alone, and not from a search: for a loss
            of p alone, and for two classes.
        truths: The number of true distributions for which a better prediction was searched.
        truth: Of an improper loss, a true distribution that a prediction beats clearly, shape [K];
            empty where the weights alone show that it is improper.
        better_prediction: The best prediction found for it, shape [K].
        truth_cost: The expected loss of predicting the truth.
        better_cost: The expected loss of the better prediction.
        misnamed_truth: A true distribution with one most likely class for which a best prediction
            has another one, or several, shape [K]; empty where there is none among those tried.
        misnaming_prediction: That prediction, shape [K].
    """

    is_proper: bool
    is_certain: bool
    truths: int
    truth: tuple[float, ...] = ()
    better_prediction: tuple[float, ...] = ()
    truth_cost: float = float("nan")
    better_cost: float = float("nan")
    misnamed_truth: tuple[float, ...] = ()
    misnaming_prediction: tuple[float, ...] = ()


def properness(loss: Loss, *, classes: int = DEFAULT_CLASSES) -> Properness:
    """Search for a prediction whose expected loss is below that of the truth itself.

    The expected loss of predicting q where t is true is ``sum_k t_k f(q; k is the true class)``.
    For each of several true distributions that reach into the corners of the simplex, predictions
    all over it are tried, and the neighbourhoods of the best and of the truth are searched with
    ever smaller steps.

    Where the answer follows from the weights, they decide: for three classes or more a loss of p
    alone is proper only if it is ``-log p`` up to scale and shift (McCarthy 1956; Bernardo 1979),
    that is, its weight is the same at every p; for two classes a loss without jumps is proper
    if and only if its weight is the same at p and 1 - p and nowhere negative (the derivative of
    the expected loss changes its sign only at the truth).

    >>> from lossviz import get_loss, parse_loss
    >>> properness(get_loss("cross_entropy")).is_proper
    True
    >>> squared = parse_loss("(1-p)**2")
    >>> properness(squared, classes=2).is_proper, properness(squared, classes=3).is_proper
    (True, False)
    """
    sizes = group_sizes(classes)
    truths = _truths(loss, classes)
    shares = truths * sizes  # what a whole group has

    def expected(scores: Array) -> Array:
        with np.errstate(invalid="ignore", over="ignore"):
            costs: Array = np.sum(losses_by_group(loss, scores, sizes) * shares, axis=-1)
        return costs

    at_truth, spread = expected(np.log(truths)), spread_scores(classes)
    with np.errstate(invalid="ignore", over="ignore"):
        costs = losses_by_group(loss, spread, sizes) @ shares.T
    costs = np.where(np.isfinite(costs), costs, np.inf)
    usable = np.isfinite(at_truth) & np.isfinite(costs.min(axis=0))
    truths, shares, at_truth, costs = (
        truths[usable],
        shares[usable],
        at_truth[usable],
        costs[:, usable],
    )
    if not usable.any():
        return Properness(is_proper=False, is_certain=False, truths=0)
    known = np.where(np.isfinite(costs), costs, np.nan)
    best, value = descend(expected, np.stack([spread[costs.argmin(axis=0)], np.log(truths)]))
    # a loss may be as large as you like in the corners, or its least value be 0
    scale = np.minimum(
        np.nanmedian(np.abs(known - at_truth), axis=0), np.abs(at_truth) + np.abs(value)
    )
    gain = (at_truth - value) / (scale + 1e-300)
    is_beaten = at_truth - value > _LEAST_GAIN * scale + _ROUNDING * (
        np.abs(at_truth) + np.abs(value)
    )
    decided = _by_weights(loss, classes)
    found = Properness(
        is_proper=not is_beaten.any() if decided is None else decided,
        is_certain=decided is not None,
        truths=len(truths),
    )
    if found.is_proper:
        return found
    if is_beaten.any():
        # Of the truths that are clearly beaten the first: they are listed from simple to odd.
        case = int(np.argmax(gain >= min(gain.max() / 4, _CLEAR_GAIN)))
        found = replace(
            found,
            truth=_vector(truths[case], sizes),
            better_prediction=_vector(np.exp(log_probabilities(best[case], sizes)), sizes),
            truth_cost=float(at_truth[case]),
            better_cost=float(value[case]),
        )
    return _with_misnaming(found, truths, sizes, (spread, costs), (best, value), scale)


def true_distributions(classes: int) -> Array:
    """The true distributions for which better predictions are searched, shape [T, K]."""
    if classes == 2:
        return _of_groups(_TRUTHS_OF_TWO[:, None], classes)
    return np.repeat(_of_groups(_TRUTHS, classes), group_sizes(classes).astype(int), axis=1)


def _truths(loss: Loss, classes: int) -> Array:
    """The probability of one class of each group, shape [T, G].

    For a loss of p alone one truth more, which has the p at which its weight is the most unusual.
    """
    if classes == 2:
        return _of_groups(_TRUTHS_OF_TWO[:, None], classes)
    pairs = _TRUTHS
    if not loss.formula.depends_on_pj:
        curve = sampled_curve(loss, classes=classes)
        deviation = np.abs(curve.weight - np.median(curve.weight))
        deviation = np.where(np.isfinite(deviation), deviation, 0.0)
        unusual = float(np.exp(curve.log_p[np.argmax(deviation)]).clip(1e-12, 1 - 1e-12))
        other = (1 - unusual) * 0.9
        pairs = np.append(pairs, [sorted((unusual, other), reverse=True)], axis=0)
    return _of_groups(pairs, classes)


def _of_groups(named: Array, classes: int) -> Array:
    """The classes that are named, and one of those that share the rest."""
    others = classes - named.shape[1]
    rest = (1 - named.sum(axis=1, keepdims=True)) / others
    return np.concatenate([named, rest], axis=1)


def _vector(by_group: Array, sizes: Array) -> tuple[float, ...]:
    """All K probabilities."""
    return tuple(np.repeat(by_group, sizes.astype(int)).tolist())


def _by_weights(loss: Loss, classes: int) -> bool | None:
    """Whether the loss is proper where its weights tell; None where they do not."""
    curve = sampled_curve(loss, classes=classes)
    weight = curve.weight
    if classes > 2:
        if loss.formula.depends_on_pj:
            return None
        weight = weight[np.isfinite(weight)]
        is_same = np.ptp(weight) <= _SAME_WEIGHT * np.abs(weight).max()
        return bool(is_same and weight.min() > 0 and not curve.jumps)
    if curve.jumps:
        return None
    inner = (curve.log_p > np.log(1e-9)) & (curve.log_p < np.log1p(-1e-9))
    weight = weight[inner]
    opposite = loss.evaluate("weight", np.log(-np.expm1(curve.log_p[inner])), classes=2)
    if not (np.isfinite(weight).all() and np.isfinite(opposite).all()):
        return None
    noise = _SAME_WEIGHT * np.maximum(np.abs(weight), 1e-6 * np.median(np.abs(weight)))
    return bool((np.abs(weight - opposite) <= noise).all() and (weight >= -noise).all())


def _with_misnaming(
    found: Properness,
    truths: Array,
    sizes: Array,
    tried: tuple[Array, Array],
    best: tuple[Array, Array],
    scale: Array,
) -> Properness:
    """The finding, with a truth whose most likely class is not that of every best prediction.

    Args:
        found: What is known so far.
        truths: Shape [T, G].
        sizes: See ``group_sizes``.
        tried: Scores [N, G] all over the simplex and their expected losses [N, T].
        best: The scores [T, G] and expected losses [T] of the best predictions found.
        scale: Of each truth's expected losses, shape [T].
    """
    for case, truth in enumerate(truths[: len(_TRUTHS)]):
        top = int(np.argmax(truth))
        if sizes[top] > 1 or np.sum(truth > truth[top] * (1 - 1e-9)) > 1:
            continue
        scores = np.concatenate([best[0][case][None], tried[0]])
        costs = np.append(best[1][case], tried[1][:, case])
        rivals = np.where(np.arange(len(sizes)) == top, -np.inf, scores).max(axis=1)
        # the difference of scores is that of the logarithms of the probabilities
        misnames = scores[:, top] <= rivals + 1e-9
        tolerance = 1e-9 * min(scale[case], abs(best[1][case])) + _UNDERFLOW * scale[case]
        as_good = costs <= best[1][case] + tolerance
        if (misnames & as_good).any():
            prediction = scores[int(np.argmax(misnames & as_good))]
            return replace(
                found,
                misnamed_truth=_vector(truth, sizes),
                misnaming_prediction=_vector(np.exp(log_probabilities(prediction, sizes)), sizes),
            )
    return found
