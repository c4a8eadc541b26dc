"""Least squares by Levenberg and Marquardt's method, from many starts at once.

Written here because SciPy's optimisers would add 52 MB to the process that serves the pages.
"""

from collections.abc import Callable, Sequence

import numpy as np

from lossviz.losses.evaluation import Array

Residuals = Callable[[Array], Array]

_MAX_STEPS = 50


def minimize_residuals(
    residuals: Residuals,
    points: Array,
    *,
    free: Sequence[int],
    bounds: Array,
    min_gain: float,
    patience: int,
    tolerance: float,
) -> Array:
    """Move each point to where its residuals are least, within bounds.

    Args:
        residuals: From T points [T, n] to their residuals [T, M].
        points: Where the T searches start, shape [T, n].
        free: The F coordinates that may change.
        bounds: Lowest and highest value of each coordinate, shape [n, 2].
        min_gain: A step counts as progress where it shortens some residual below this share.
        patience: Steps without progress after which the search ends.
        tolerance: Length of a residual at which the search ends.

    Returns:
        The points reached, shape [T, n].
    """
    low, high = bounds[list(free)].T
    damping, stale = np.full(len(points), 1e-3), 0
    residual, jacobian = _linearize(residuals, points, free, bounds)
    for _ in range(_MAX_STEPS):
        transposed = jacobian.transpose(0, 2, 1)
        normal = transposed @ jacobian
        diagonal = damping[:, None] * (np.diagonal(normal, axis1=1, axis2=2) + 1e-12)
        steps = np.linalg.solve(
            normal + diagonal[:, :, None] * np.eye(len(free)),
            transposed @ np.nan_to_num(residual)[:, :, None],
        )
        trial = points.copy()
        trial[:, free] = np.clip(points[:, free] - steps[:, :, 0], low, high)
        trial_residual, trial_jacobian = _linearize(residuals, trial, free, bounds)
        before, after = lengths(residual), lengths(trial_residual)
        better = after < before
        points = np.where(better[:, None], trial, points)
        residual = np.where(better[:, None], trial_residual, residual)
        jacobian = np.where(better[:, None, None], trial_jacobian, jacobian)
        damping = np.where(better, damping / 10, damping * 10).clip(1e-12, 1e12)
        stale = 0 if (after < min_gain * before).any() else stale + 1
        if stale >= patience or after.min() < tolerance:
            break
    return points


def lengths(residuals: Array) -> Array:
    """The length of each row, infinite where a number is missing: from [T, M] to [T]."""
    found = np.sqrt(np.sum(residuals**2, axis=1))
    return np.where(np.isfinite(found), found, np.inf)


def _linearize(
    residuals: Residuals, points: Array, free: Sequence[int], bounds: Array
) -> tuple[Array, Array]:
    """The residuals [T, M] and their Jacobian by the free coordinates [T, M, F].

    By central differences within the bounds. All points are evaluated in one call: a call costs
    more than the numbers in it.
    """
    places = np.repeat(points[None], 1 + 2 * len(free), axis=0)
    above, below = places[1::2], places[2::2]  # views: writing to them fills places
    for row, i in enumerate(free):
        step = 1e-5 * (bounds[i, 1] - bounds[i, 0])
        above[row, :, i] = np.minimum(points[:, i] + step, bounds[i, 1])
        below[row, :, i] = np.maximum(points[:, i] - step, bounds[i, 0])
    found = residuals(places.reshape(-1, points.shape[1])).reshape(*places.shape[:2], -1)
    widths = np.stack([above[row, :, i] - below[row, :, i] for row, i in enumerate(free)])
    slopes = (found[1::2] - found[2::2]) / widths[:, :, None]
    return found[0], np.nan_to_num(slopes.transpose(1, 2, 0), posinf=0.0, neginf=0.0)
