"""Each loss of the catalogue as its paper defines it: on one-hot targets and the whole softmax
vector, in float64, without the formulas.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional as F

Reference = Callable[..., Tensor]


class _Read(NamedTuple):
    """Prediction and target, with every digit that float64 has.

    Attributes:
        target: One-hot, [N, K].
        p: Softmax, [N, K].
        log_p: Its logarithm, [N, K].
        true: p of the true class, [N].
        log_true: Its logarithm, [N].
        missing: 1 - true, as the sum of the other probabilities, [N].
    """

    target: Tensor
    p: Tensor
    log_p: Tensor
    true: Tensor
    log_true: Tensor
    missing: Tensor


def _read(logits: Tensor, targets: Tensor) -> _Read:
    z, target = logits.double(), F.one_hot(targets, logits.shape[1]).double()
    others = torch.where(target == 1, -torch.inf, z).logsumexp(1)
    margin = (z * target).sum(1) - others
    log_true = F.logsigmoid(margin)
    log_p = torch.where(target == 1, log_true[:, None], F.log_softmax(z, 1))
    return _Read(target, log_p.exp(), log_p, log_true.exp(), log_true, torch.sigmoid(-margin))


def _box_cox(log_p: Tensor, q: float) -> Tensor:
    """(1 - p**q)/q, and its limit -log p at q = 0."""
    return -log_p if q == 0 else -torch.expm1(q * log_p) / q


def cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    read = _read(logits, targets)
    return -(read.target * read.log_p).sum(1)


def dot_product(logits: Tensor, targets: Tensor) -> Tensor:
    read = _read(logits, targets)
    return -(read.target * read.p).sum(1)


def inverse(logits: Tensor, targets: Tensor) -> Tensor:
    read = _read(logits, targets)
    return 1 / (read.target * read.p).sum(1)


def inverse_power(logits: Tensor, targets: Tensor, *, k: float) -> Tensor:
    read = _read(logits, targets)
    return 1 / (read.target * read.p).sum(1) ** k


def generalized(logits: Tensor, targets: Tensor, *, q: float) -> Tensor:
    return _box_cox(_read(logits, targets).log_true, q)


def alpha(logits: Tensor, targets: Tensor, *, a: float) -> Tensor:
    log_true = _read(logits, targets).log_true
    return -log_true if a == 1 else -a / (a - 1) * torch.expm1((1 - 1 / a) * log_true)


def focal(logits: Tensor, targets: Tensor, *, gamma: float) -> Tensor:
    read = _read(logits, targets)
    return -(read.missing**gamma) * read.log_true


def poly(logits: Tensor, targets: Tensor, *, eps: float) -> Tensor:
    return cross_entropy(logits, targets) + eps * _read(logits, targets).missing


def taylor(logits: Tensor, targets: Tensor, *, t: float) -> Tensor:
    missing = _read(logits, targets).missing
    return torch.stack([missing**i / i for i in range(1, int(t) + 1)]).sum(0)


def mean_absolute_error(logits: Tensor, targets: Tensor) -> Tensor:
    return _difference(_read(logits, targets)).abs().sum(1)


def symmetric_cross_entropy(
    logits: Tensor,
    targets: Tensor,
    *,
    alpha: float,
    beta: float,
    A: float,  # noqa: N803
) -> Tensor:
    read = _read(logits, targets)
    log_target = -A * (1 - read.target)
    return alpha * cross_entropy(logits, targets) - beta * (read.p * log_target).sum(1)


def huberised(logits: Tensor, targets: Tensor, *, tau: float) -> Tensor:
    read = _read(logits, targets)
    line = tau * read.missing - tau + math.log(tau) + 1
    return torch.where(read.true > 1 / tau, -read.log_true, line)


def truncated(logits: Tensor, targets: Tensor, *, k: float, q: float) -> Tensor:
    read = _read(logits, targets)
    return torch.where(read.true > k, _box_cox(read.log_true, q), (1 - k**q) / q)


def agce(logits: Tensor, targets: Tensor, *, a: float, q: float) -> Tensor:
    return (
        -((a + 1) ** q)
        / q
        * torch.expm1(q * torch.log1p(-_read(logits, targets).missing / (a + 1)))
    )


def aue(logits: Tensor, targets: Tensor, *, a: float, q: float) -> Tensor:
    return (a - 1) ** q / q * torch.expm1(q * torch.log1p(_read(logits, targets).missing / (a - 1)))


def ael(logits: Tensor, targets: Tensor, *, a: float) -> Tensor:
    return torch.exp(-_read(logits, targets).true / a)


def jensen_shannon(logits: Tensor, targets: Tensor, *, pi1: float) -> Tensor:
    read = _read(logits, targets)
    log_mixture = torch.where(
        read.target == 1,
        torch.log1p(-(1 - pi1) * read.missing)[:, None],
        math.log(1 - pi1) + read.log_p,
    )
    target_to_mixture = -(read.target * log_mixture).sum(1)
    prediction_to_mixture = (read.p * (read.log_p - log_mixture)).sum(1)
    return pi1 * target_to_mixture + (1 - pi1) * prediction_to_mixture


def cosine(logits: Tensor, targets: Tensor) -> Tensor:
    read = _read(logits, targets)
    length = read.p.norm(dim=1)
    beside = ((1 - read.target) * read.p).norm(dim=1)
    return beside**2 / (length * (length + read.true))


def brier(logits: Tensor, targets: Tensor) -> Tensor:
    return _difference(_read(logits, targets)).square().sum(1)


def label_smoothing(logits: Tensor, targets: Tensor, *, eps: float) -> Tensor:
    read = _read(logits, targets)
    return -(_smoothed(read, eps) * read.log_p).sum(1)


def confidence_penalty(logits: Tensor, targets: Tensor, *, beta: float) -> Tensor:
    read = _read(logits, targets)
    entropy = -(read.p * read.log_p).sum(1)
    return cross_entropy(logits, targets) - beta * entropy


def normalised_cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    return _share(_read(logits, targets), 0.0)


def normalised_generalized(logits: Tensor, targets: Tensor, *, q: float) -> Tensor:
    return _share(_read(logits, targets), q)


def asymmetric(logits: Tensor, targets: Tensor, *, gp: float, gn: float, eps: float) -> Tensor:
    read = _read(logits, targets)
    focusing = torch.where(read.target == 1, read.missing[:, None] ** gp, read.p**gn)
    return -(_smoothed(read, eps) * focusing * read.log_p).sum(1)


def hinge(logits: Tensor, targets: Tensor) -> Tensor:
    read = _read(logits, targets)
    rival = torch.where(read.target == 1, -torch.inf, read.p).amax(1)
    return (read.missing + rival).clamp(min=0)


def _difference(read: _Read) -> Tensor:
    """Target minus prediction."""
    return torch.where(read.target == 1, read.missing[:, None], -read.p)


def _smoothed(read: _Read, eps: float) -> Tensor:
    """The target, mixed with the uniform distribution."""
    return (1 - eps) * read.target + eps / read.target.shape[1]


def _share(read: _Read, q: float) -> Tensor:
    """The true label's L_q among that of every label."""
    every = _box_cox(read.log_p, q)
    return (read.target * every).sum(1) / every.sum(1)


REFERENCES: dict[str, Reference] = {
    function.__name__: function
    for function in (
        cross_entropy,
        dot_product,
        inverse,
        inverse_power,
        generalized,
        alpha,
        focal,
        poly,
        taylor,
        mean_absolute_error,
        symmetric_cross_entropy,
        huberised,
        truncated,
        agce,
        aue,
        ael,
        jensen_shannon,
        cosine,
        brier,
        label_smoothing,
        confidence_penalty,
        normalised_cross_entropy,
        normalised_generalized,
        asymmetric,
        hinge,
    )
}
