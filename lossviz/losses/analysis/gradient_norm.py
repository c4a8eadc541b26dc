"""The norm of a loss's gradient with respect to the logits: its maximum, and who contributes."""

import math
from functools import partial

import numpy as np

from lossviz.language.simplex_paths import NON_RIVAL_SHARE, PATHS, SimplexPath
from lossviz.losses.analysis.extrema import FunctionOfLogP, limit, refine_maximum
from lossviz.losses.analysis.sampled_curve import sampled_curve
from lossviz.losses.evaluation import Array
from lossviz.losses.loss import DEFAULT_CLASSES, Loss

# of the logits of the true class and one rival above the others, for a first search: a loss that is
# normalised over the classes can be steepest where they lie hundreds apart
_SCORES = np.array([0, 1, 2, 3, 4, 5, 6, 8, 11, 16, 23, 32, 45, 64, 90, 128, 180, 256, 512.0])
_SPREADS = (0.3, 1.0, 3.0, 10.0, 30.0)  # of random logits
_RANDOM = 40  # at each spread
_STARTS, _STEPS = 24, 40  # of the ascent
_NUDGE = 1e-5  # of the logits, for a derivative by differences
_EXAMPLES = 4096
_HARD_BELOW_P = 0.1  # an example with a lower p of the true class is hard


def lipschitz(loss: Loss, *, classes: int = DEFAULT_CLASSES) -> float:
    """The Lipschitz constant with respect to the logits: the greatest norm of the gradient.

    The loss changes by at most this times the distance that the logits move; infinite where it
    jumps. For a loss of p alone the norm is greatest where a single rival has the rest:
    ``sqrt(2) weight(p) (1 - p)``, whose maximum over p is searched. For a loss of all classes it is
    the greatest norm found, which no bound proves: along the paths, over logits of the true class,
    one rival and the rest, over random logits, and by ascent from the steepest of all these.

    >>> from lossviz import get_loss
    >>> round(lipschitz(get_loss("cross_entropy")) ** 2, 9)
    2.0
    """
    if any(sampled_curve(loss, classes=classes, path=path).jumps for path in PATHS):
        return math.inf
    if not loss.formula.depends_on_pj:

        def rival_norm(log_p: Array) -> Array:
            weight = loss.evaluate("weight", log_p, classes=classes)
            return math.sqrt(2) * np.abs(weight) * -np.expm1(log_p)

        return _maximum(rival_norm, sampled_curve(loss, classes=classes).log_p)
    on_paths = [
        _maximum(
            partial(_norms_along, loss, classes, path),
            sampled_curve(loss, classes=classes, path=path).log_p,
        )
        for path in PATHS
    ]
    return max(_greatest_norm_found(loss, classes), *on_paths)


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


def _maximum(norm: FunctionOfLogP, places: Array) -> float:
    """The maximum over (0, 1) and its ends."""
    limits = [limit(norm, to_zero=True), limit(norm, to_zero=False)]
    inside, _ = refine_maximum(norm, places, rounds=8)
    return max([inside, *(end for end in limits if not math.isnan(end))])


def _greatest_norm_found(loss: Loss, classes: int) -> float:
    """The greatest norm over all logits that a search finds."""
    random = np.random.default_rng(0)
    true, rival = (
        axis.ravel() for axis in np.meshgrid(*2 * [np.concatenate([-_SCORES[:0:-1], _SCORES])])
    )
    grouped = np.zeros((true.size, classes))
    grouped[:, 0], grouped[:, 1] = true, rival
    starts = np.concatenate(
        [grouped, *(s * random.standard_normal((_RANDOM, classes)) for s in _SPREADS)]
    )
    norms = _finite(_norms(loss, starts))
    steepest = np.argsort(-norms)[:_STARTS]
    logits, norms, step = starts[steepest], norms[steepest], np.ones(_STARTS)
    for _ in range(_STEPS):
        # half the squared norm has the gradient "Hessian times gradient"
        along = _unit(loss.value_and_gradient(logits)[1])
        uphill = (
            loss.value_and_gradient(logits + _NUDGE * along)[1]
            - loss.value_and_gradient(logits - _NUDGE * along)[1]
        )
        trial = logits + step[:, None] * _unit(uphill)
        found = _finite(_norms(loss, trial))
        better = found > norms
        logits = np.where(better[:, None], trial, logits)
        norms = np.where(better, found, norms)
        step = np.where(better, step * 1.5, step / 2)
    return float(norms.max())


def _unit(vectors: Array) -> Array:
    """Of length 1, or 0 where they are 0 or not finite."""
    known = np.where(np.isfinite(vectors), vectors, 0.0)
    unit: Array = known / (np.linalg.norm(known, axis=-1, keepdims=True) + 1e-300)
    return unit


def _finite(norms: Array) -> Array:
    """The norms, 0 where there is none; infinity stays."""
    return np.nan_to_num(norms, nan=0.0, posinf=math.inf)


def _norms(loss: Loss, logits: Array) -> Array:
    """The gradient norms [...] for logits [..., K], the first class being the true one."""
    with np.errstate(over="ignore"):
        norms: Array = np.linalg.norm(loss.value_and_gradient(logits)[1], axis=-1)
    return norms
