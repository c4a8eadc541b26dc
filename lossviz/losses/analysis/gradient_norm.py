"""The norm of a loss's gradient with respect to the logits: its maximum, and who contributes."""

import math
from functools import partial

import numpy as np

from lossviz.language.simplex_paths import NON_RIVAL_SHARE, PATHS, SimplexPath
from lossviz.losses.analysis.extrema import FunctionOfLogP, limit, maximize
from lossviz.losses.evaluation import Array
from lossviz.losses.loss import DEFAULT_CLASSES, Loss

_ROUNDS, _SIDE = 8, 17  # of refining the grid between the paths; points on its side
_EXAMPLES = 4096
_HARD_BELOW_P = 0.1  # an example with a lower p of the true class is hard


def lipschitz(loss: Loss, *, classes: int = DEFAULT_CLASSES) -> float:
    """The Lipschitz constant with respect to the logits: the maximum norm of the gradient.

    The loss changes by at most this times the distance that the logits move. For a loss of p alone
    the norm is greatest where a single rival has the rest: ``sqrt(2) weight(p) (1 - p)``. For a
    loss of all classes the maximum is searched among logits that are equal for all classes but the
    true one and one rival.

    >>> from lossviz import get_loss
    >>> round(lipschitz(get_loss("cross_entropy")) ** 2, 9)
    2.0
    """
    if not loss.formula.depends_on_pj:

        def rival_norm(log_p: Array) -> Array:
            weight = loss.evaluate("weight", log_p, classes=classes)
            return math.sqrt(2) * np.abs(weight) * -np.expm1(log_p)

        return _maximum(rival_norm)
    on_paths = [_maximum(partial(_norms_along, loss, classes, path)) for path in PATHS]
    return max(_maximum_between_paths(loss, classes), *on_paths)


def hard_example_share(loss: Loss, *, classes: int = DEFAULT_CLASSES) -> float:
    """The share of the gradient norm that comes from examples with p below 0.1.

    Summed over 4,096 examples whose logits are standard normal noise, the same for every loss.

    Returns:
        0 to 1; NaN where the gradient of every example is 0.
    """
    logits = np.random.default_rng(0).standard_normal((_EXAMPLES, classes))
    norms = _norms(loss, logits)
    log_p = logits[:, 0] - np.log(np.exp(logits).sum(axis=1))
    total = float(norms.sum())
    if total <= 0:
        return math.nan
    return float(norms[log_p < math.log(_HARD_BELOW_P)].sum()) / total


def _path_logits(log_p: Array, classes: int, path: SimplexPath) -> Array:
    """Logits [..., K] along a path, the true class first."""
    log_complement = np.log(-np.expm1(log_p))[..., None]
    shares = np.full(classes - 1, 1 / (classes - 1))
    if path == "rival" and classes > 2:
        shares = np.full(classes - 1, NON_RIVAL_SHARE / (classes - 2))
        shares[0] = 1 - NON_RIVAL_SHARE
    return np.concatenate([log_p[..., None], log_complement + np.log(shares)], axis=-1)


def _norms_along(loss: Loss, classes: int, path: SimplexPath, log_p: Array) -> Array:
    return _norms(loss, _path_logits(log_p, classes, path))


def _maximum(norm: FunctionOfLogP) -> float:
    """The maximum over (0, 1) and its ends."""
    limits = [limit(norm, to_zero=True), limit(norm, to_zero=False)]
    inside, _ = maximize(norm)
    return max([inside, *(end for end in limits if not math.isnan(end))])


def _maximum_between_paths(loss: Loss, classes: int) -> float:
    """The maximum norm where the logits are the true class's, 0 for the rival, one for the rest.

    The true class's logit and that of the rest, which is at most 0, are searched on ever finer
    grids.
    """
    best, center, reach = -math.inf, np.array([0.0, -6.0]), np.array([12.0, 6.0])
    for _ in range(_ROUNDS):
        axes = center[:, None] + reach[:, None] * np.linspace(-1, 1, _SIDE)
        true, rest = np.meshgrid(*axes)
        logits = np.broadcast_to(np.minimum(rest, 0.0).reshape(-1, 1), (true.size, classes)).copy()
        logits[:, 0], logits[:, 1] = true.ravel(), 0.0
        norms = np.nan_to_num(_norms(loss, logits), nan=0.0, posinf=math.inf)
        at = int(norms.argmax())
        if norms[at] > best:
            best, center = float(norms[at]), logits[at, [0, -1]]
        reach = reach / 4
    return best


def _norms(loss: Loss, logits: Array) -> Array:
    """The gradient norms [...] for logits [..., K], the first class being the true one."""
    with np.errstate(over="ignore"):
        norms: Array = np.linalg.norm(loss.value_and_gradient(logits)[1], axis=-1)
    return norms
