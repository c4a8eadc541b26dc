"""Predictions over all of the simplex, and a search among them for the least of an expected loss.

Two classes have any probability and the others share the rest alike: what is found there is found
for any number of classes. The search is written here because SciPy's optimisers would add 52 MB to
the process that serves the pages.
"""

from collections.abc import Callable

import numpy as np

from lossviz.losses.evaluation import Array

Objective = Callable[[Array], Array]

_FIRST_STEP, _ROUNDS = 0.75, 34
# of the scores of the two classes: near each other, and on to the corners of the simplex
_SCORES = np.concatenate([np.arange(-12, 12.1, 1.5), [-20, -40, 20, 40]])
_FARTHEST_SCORES = np.array([80.0, 160.0, 320.0, 640.0])


def group_sizes(classes: int) -> Array:
    """How many classes each group has: one, one and the rest; of two classes one and one.

    >>> group_sizes(37).tolist(), group_sizes(2).tolist()
    ([1.0, 1.0, 35.0], [1.0, 1.0])
    """
    return np.array([1.0, 1.0] if classes == 2 else [1.0, 1.0, classes - 2.0])


def spread_scores(classes: int) -> Array:
    """Scores [N, G] of predictions all over the simplex, the uniform one and its corners too."""
    if classes == 2:
        one = np.concatenate([np.linspace(-12, 12, 97), -_FARTHEST_SCORES, _FARTHEST_SCORES])
        return np.stack([one, np.zeros(one.size)], axis=1)
    first, second = (axis.ravel() for axis in np.meshgrid(_SCORES, _SCORES))
    inside = np.stack([first, second, np.zeros(first.size)], axis=1)
    far = _FARTHEST_SCORES[:, None, None] * np.array(
        [[1, 0, 0], [-1, 0, 0], [1, 1, 0], [-1, -1, 0], [1, 0.5, 0], [0, -1, 0], [0, 1, 0]]
    )
    return np.concatenate([inside, far.reshape(-1, 3)])


def descend(objective: Objective, scores: Array) -> tuple[Array, Array]:
    """Move predictions to lower values, by steps that halve where none leads down.

    Args:
        objective: From scores [..., T, G] to values [..., T]; the T columns are searched apart.
        scores: Where the searches start, shape [S, T, G].

    Returns:
        For each column the best of its S ends, [T, G], and its value [T].
    """
    directions = _directions(scores.shape[-1])
    best, value = scores, objective(scores)
    value = np.where(np.isnan(value), np.inf, value)
    step = np.full(value.shape, _FIRST_STEP)
    for _ in range(_ROUNDS):
        around = best[None] + step[None, ..., None] * directions[:, None, None, :]
        found = objective(around)
        found = np.where(np.isnan(found), np.inf, found)
        lowest = np.argmin(found, axis=0)[None]
        lowest_value = np.take_along_axis(found, lowest, axis=0)[0]
        neighbour = np.take_along_axis(around, lowest[..., None], axis=0)[0]
        improves = lowest_value < value
        best = np.where(improves[..., None], neighbour, best)
        value = np.where(improves, lowest_value, value)
        step = np.where(improves, step, step / 2)
    winner = np.argmin(value, axis=0)[None]
    return (
        np.take_along_axis(best, winner[..., None], axis=0)[0],
        np.take_along_axis(value, winner, axis=0)[0],
    )


def _directions(groups: int) -> Array:
    """Unit steps of the scores of all groups but the last, shape [D, G]."""
    if groups == 2:
        return np.array([[1.0, 0.0], [-1.0, 0.0]])
    angles = np.arange(16) * (np.pi / 8)  # among them those that keep one score, or their sum
    return np.stack([np.cos(angles), np.sin(angles), np.zeros(16)], axis=1)
