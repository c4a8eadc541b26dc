"""Temperature scaling (Guo et al. 2017): one number that all logits are divided by."""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from lossviz.experiments.records import TemperatureScaling
from lossviz.training.data.dataset import seeded_generator
from lossviz.training.scores import brier_scores, negative_log_likelihoods

MIN_TEMPERATURE, MAX_TEMPERATURE = 0.05, 20.0
_TEMPERATURE_STREAM = 3  # of random numbers, beside those of label noise and imbalance
_HALVINGS = 50  # of ln(400): to 5e-15 of the logarithm


def fit_temperature(logits: Tensor, targets: Tensor) -> float:
    """The temperature T that minimises the mean negative log-likelihood of softmax(logits / T).

    The likelihood is convex in 1/T (Guo et al. 2017, section 4.2), with the derivative
    mean(E_p[logit] - true logit), which grows with 1/T; its sign is followed by halving.

    Args:
        logits: [N, K], finite, N at least 1.
        targets: The true classes, int64 [N].

    Returns:
        T, within ``MIN_TEMPERATURE`` and ``MAX_TEMPERATURE``. The ends are the answer where the
        likelihood has no minimum between them, as where every image is classified rightly.

    >>> logits = torch.tensor([[2.0, 0.0]] * 4)
    >>> round(fit_temperature(logits, torch.tensor([0, 0, 0, 1])), 4)  # 3 : 1, so ln 3 = 2 / T
    1.8205
    """
    logits = logits.double()
    true_logits = logits.gather(1, targets[:, None]).flatten()

    def is_too_sure(log_temperature: float) -> bool:
        """Whether a higher temperature has a greater likelihood."""
        p = (logits / math.exp(log_temperature)).softmax(1)
        return bool(((p * logits).sum(1) - true_logits).mean() > 0)

    return math.exp(
        _where_it_ends(is_too_sure, math.log(MIN_TEMPERATURE), math.log(MAX_TEMPERATURE))
    )


def scale_temperature(logits: Tensor, targets: Tensor, *, seed: int) -> TemperatureScaling | None:
    """Fit the temperature on one half of the images and measure it on the other.

    The halves are drawn from the seed, so they are the same images for all losses of a seed.

    Args:
        logits: [N, K], finite.
        targets: The true classes, int64 [N].
        seed: The trial's.

    Returns:
        The fit; None for fewer than two images, which have no halves.
    """
    if len(targets) < 2:
        return None
    order = torch.randperm(len(targets), generator=seeded_generator(seed, _TEMPERATURE_STREAM))
    fitted, measured = order[: len(order) // 2], order[len(order) // 2 :]
    temperature = fit_temperature(logits[fitted], targets[fitted])
    before, targets = logits[measured].double(), targets[measured]
    after = before / temperature
    return TemperatureScaling(
        temperature=temperature,
        images=len(measured),
        nll_before=negative_log_likelihoods(before, targets).mean().item(),
        nll_after=negative_log_likelihoods(after, targets).mean().item(),
        brier_before=brier_scores(before, targets).mean().item(),
        brier_after=brier_scores(after, targets).mean().item(),
    )


def _where_it_ends(is_below: Callable[[float], bool], low: float, high: float) -> float:
    """The place between ``low`` and ``high`` from which on ``is_below`` no longer holds."""
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        if is_below(middle):
            low = middle
        else:
            high = middle
    return (low + high) / 2
