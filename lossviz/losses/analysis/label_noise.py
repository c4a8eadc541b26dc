"""How a loss takes wrong labels: how far its sum over all labels is from constant, and what it
makes of labels of which 40% are wrong.
"""

import math
from functools import partial

import numpy as np

from lossviz.language.simplex_paths import PATHS
from lossviz.losses.analysis.class_groups import log_probabilities, losses_by_group
from lossviz.losses.analysis.extrema import limit
from lossviz.losses.analysis.prediction_search import descend, group_sizes, spread_scores
from lossviz.losses.analysis.sampled_curve import sampled_curve
from lossviz.losses.evaluation import Array
from lossviz.losses.loss import DEFAULT_CLASSES, Loss

NOISE_RATE = 0.4
_MOST_CLASSES = 64  # above, predictions without equal classes cost too much
_RANDOM_PREDICTIONS = 24
_SAME_SUM = 1e-9  # relative to the loss's range: rounding


def noise_variation(loss: Loss, *, classes: int = DEFAULT_CLASSES) -> float:
    """How far the mean over all labels, ``sum_k f(q; k is the true class) / K``, varies with the
    prediction q: its range over the simplex as a share of the loss's own range.

    A loss tolerates symmetric label noise if that sum is the same for every prediction: the best
    classifier is then the same with and without the noise, for less than (K - 1)/K of wrong labels
    (Ghosh, Kumar, Sastry 2017, theorem 1). The ranges are the greatest found: among predictions
    that give any number of classes one probability and the rest another, up to 1e-278; those in
    which two classes have any; random ones; and from the best of them on by ever smaller steps.

    Returns:
        0 to 1; infinity where the loss is unbounded and the sum is not constant.

    >>> from lossviz import get_loss
    >>> noise_variation(get_loss("mean_absolute_error")), noise_variation(get_loss("inverse"))
    (0.0, inf)
    >>> round(noise_variation(get_loss("brier"), classes=10), 6)
    0.45
    """
    costs, means = [], []
    for scores, sizes in _predictions(loss, classes):
        found = losses_by_group(loss, scores, sizes)
        costs.append(found.ravel())
        means.append(_mean(found, sizes, classes).ravel())
    every_cost, every_mean = np.concatenate(costs), np.concatenate(means)
    is_infinite = bool(np.isinf(every_cost).any())
    finite = every_cost[np.isfinite(every_cost)]
    sums = every_mean[np.isfinite(every_mean)]
    if not (finite.size and sums.size):
        return math.nan
    if np.ptp(sums) <= _SAME_SUM * np.ptp(finite):
        return 0.0
    if is_infinite or _is_unbounded(loss, classes):
        return math.inf
    reached = [finite.min(), finite.max()]
    lowest, highest = sums.min(), sums.max()
    sizes = group_sizes(classes)
    scores = spread_scores(classes)
    for sign in (1, -1):

        def objective(trial: Array, sign: int = sign) -> Array:
            return sign * _mean(losses_by_group(loss, trial, sizes), sizes, classes)

        start = scores[np.nanargmin(objective(scores))]
        end, value = descend(objective, start[None, None, :])
        reached += losses_by_group(loss, end, sizes).ravel().tolist()
        lowest, highest = min(lowest, sign * value[0]), max(highest, sign * value[0])
    return float((highest - lowest) / np.ptp(reached))


def noisy_answer(loss: Loss, *, classes: int = DEFAULT_CLASSES) -> float:
    """The p that the clean class gets in the prediction of the least expected loss, where 40% of
    its labels are wrong, each other class being as likely; among predictions that give all other
    classes the same.

    Returns:
        In (0, 1): 0.6 for cross-entropy and every other proper loss, nearer to 1 for one that
        tolerates the noise. NaN where predictions far apart are equally good, or none is best.

    >>> from lossviz import get_loss
    >>> round(noisy_answer(get_loss("brier")), 6), round(noisy_answer(get_loss("inverse")), 3)
    (0.6, 0.17)
    """
    scores = np.concatenate([np.linspace(-40, 40, 1601), [60.0, 100.0, 300.0, 600.0]])
    sizes = np.array([1.0, classes - 1.0])

    def expected(trial: Array) -> Array:
        pair = np.stack([trial, np.zeros_like(trial)], axis=-1)
        by_group = losses_by_group(loss, pair, sizes)
        with np.errstate(invalid="ignore"):
            costs: Array = (1 - NOISE_RATE) * by_group[..., 0] + NOISE_RATE * by_group[..., 1]
        return costs

    def probability(score: Array) -> Array:
        return np.exp(log_probabilities(np.stack([score, np.zeros_like(score)], axis=-1), sizes))[
            ..., 0
        ]

    costs = expected(scores)
    known = np.isfinite(costs)
    if not known.any() or np.isneginf(costs).any():
        return math.nan
    costs = np.where(known, costs, np.inf)
    best = int(np.argmin(costs))
    tolerance = 1e-12 * min(np.ptp(costs[known]), abs(costs[best]))
    as_good = probability(scores[costs <= costs[best] + tolerance])
    if np.ptp(as_good) > 0.01:
        return math.nan
    low, high = scores[max(best - 1, 0)], scores[min(best + 1, scores.size - 1)]
    for _ in range(12):
        places = np.linspace(low, high, 17)
        values = np.where(np.isnan(found := expected(places)), np.inf, found)
        at = int(np.argmin(values))
        low, high = places[max(at - 1, 0)], places[min(at + 1, 16)]
    return float(probability((low + high) / 2))


def _predictions(loss: Loss, classes: int) -> list[tuple[Array, Array]]:
    """Scores [..., G] and group sizes [..., G] of predictions all over the simplex."""
    far = np.array([20.0, 40.0, 80.0, 160.0, 320.0, 640.0])
    one = np.concatenate([np.linspace(-12, 12, 97), far, -far])
    pairs = np.stack([one, np.zeros_like(one)], axis=1)
    # where the loss switches, it may do so on a stretch too short for all of these
    log_p = sampled_curve(loss, classes=classes).log_p
    even = log_p - np.log(-np.expm1(log_p)) + math.log(classes - 1)
    counts = np.unique(np.round(np.geomspace(1, classes - 1, 9)))
    sizes = np.stack([counts, classes - counts], axis=1)
    found = [
        (np.broadcast_to(pairs, (len(sizes), *pairs.shape)), sizes[:, None, :]),
        (spread_scores(classes), group_sizes(classes)),
        (np.stack([even, np.zeros_like(even)], axis=1), np.array([1.0, classes - 1.0])),
    ]
    if classes <= _MOST_CLASSES:
        random = np.random.default_rng(0)
        spread = random.choice([1.0, 3.0, 10.0], size=(_RANDOM_PREDICTIONS, 1))
        scores = spread * random.standard_normal((_RANDOM_PREDICTIONS, classes))
        found.append((scores, np.ones(classes)))
    return found


def _mean(by_group: Array, sizes: Array, classes: int) -> Array:
    """The mean over all labels, from [..., G] to [...]."""
    with np.errstate(invalid="ignore", over="ignore"):
        mean: Array = np.sum(by_group * sizes, axis=-1) / classes
    return mean


def _is_unbounded(loss: Loss, classes: int) -> bool:
    """Whether the loss is infinite, or has no limit, at an end of a path."""
    return not all(
        math.isfinite(
            limit(partial(loss.evaluate, "penalty", classes=classes, path=path), to_zero=to_zero)
        )
        for path in PATHS
        for to_zero in (True, False)
    )
