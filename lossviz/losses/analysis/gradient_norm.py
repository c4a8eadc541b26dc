"""How strongly a loss pulls on the logits, at most and on whom at the start."""

import math
from functools import partial

import numpy as np

from lossviz.language.simplex_paths import NON_RIVAL_SHARE, PATHS, SimplexPath
from lossviz.losses.analysis.extrema import FunctionOfLogP, limit, maximize
from lossviz.losses.evaluation import Array
from lossviz.losses.loss import DEFAULT_CLASSES, Loss

_ROUNDS, _SIDE = 8, 17  # refinement rounds between the paths, points a side
_EXAMPLES = 4096
_HARD_BELOW_P = 0.1


def lipschitz(loss: Loss, *, classes: int = DEFAULT_CLASSES) -> float:
    """The greatest length of the gradient by the logits: the loss changes by at most this times the
    distance that the logits move.

    A loss of p alone pulls hardest where one rival has the rest: ``sqrt(2) weight(p) (1 - p)``. For
    one of all classes it is the greatest that is found where all classes but the true one and one
    rival are alike.

    >>> from lossviz import get_loss
    >>> round(lipschitz(get_loss("cross_entropy")) ** 2, 9)
    2.0
    """
    if not loss.formula.depends_on_pj:
        return _greatest(
            lambda log_p: (
                math.sqrt(2)
                * np.abs(loss.evaluate("weight", log_p, classes=classes))
                * -np.expm1(log_p)
            )
        )
    on_paths = [_greatest(partial(_lengths_along, loss, classes, path)) for path in PATHS]
    return max(_between(loss, classes), *on_paths)


def hard_example_share(loss: Loss, *, classes: int = DEFAULT_CLASSES) -> float:
    """Share of the gradient's length that goes to examples with p below 0.1, over 4,096 examples
    whose logits are normal noise of variance 1.

    The noise is the same for every loss. NaN where no example pulls at all.
    """
    logits = np.random.default_rng(0).standard_normal((_EXAMPLES, classes))
    lengths = _lengths(loss, logits)
    log_p = logits[:, 0] - np.log(np.exp(logits).sum(axis=1))
    total = float(lengths.sum())
    return float(lengths[log_p < math.log(_HARD_BELOW_P)].sum()) / total if total > 0 else math.nan


def path_logits(log_p: Array, classes: int, path: SimplexPath) -> Array:
    """Logits [..., K] along a path, the true class first."""
    beside = np.log(-np.expm1(log_p))[..., None]
    shares = np.full(classes - 1, 1 / (classes - 1))
    if path == "rival" and classes > 2:
        shares = np.array([1 - NON_RIVAL_SHARE, *[NON_RIVAL_SHARE / (classes - 2)] * (classes - 2)])
    return np.concatenate([log_p[..., None], beside + np.log(shares)], axis=-1)


def _lengths_along(loss: Loss, classes: int, path: SimplexPath, log_p: Array) -> Array:
    return _lengths(loss, path_logits(log_p, classes, path))


def _greatest(length: FunctionOfLogP) -> float:
    ends = [limit(length, to_zero=True), limit(length, to_zero=False)]
    return max([maximize(length)[0], *(end for end in ends if not math.isnan(end))])


def _between(loss: Loss, classes: int) -> float:
    """The same between the paths: the true class's logit moves against the rival's, and the others'
    below the rival's.
    """
    best, place, reach = -math.inf, np.array([0.0, -6.0]), np.array([12.0, 6.0])
    for _ in range(_ROUNDS):
        true, rest = np.meshgrid(
            *(place[i] + reach[i] * np.linspace(-1, 1, _SIDE) for i in range(2))
        )
        logits = np.broadcast_to(np.minimum(rest, 0.0).reshape(-1, 1), (true.size, classes)).copy()
        logits[:, 0], logits[:, 1] = true.ravel(), 0.0
        lengths = np.nan_to_num(_lengths(loss, logits), nan=0.0, posinf=math.inf)
        at = int(lengths.argmax())
        if lengths[at] > best:
            best, place = float(lengths[at]), logits[at, [0, -1]]
        reach = reach / 4
    return best


def _lengths(loss: Loss, logits: Array) -> Array:
    """The length of the gradient [...] for logits [..., K], the first class being true."""
    with np.errstate(over="ignore"):
        lengths: Array = np.linalg.norm(loss.value_and_gradient(logits)[1], axis=-1)
    return lengths
