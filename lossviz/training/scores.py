"""Proper scores of each validation image, from its logits."""

from torch import Tensor


def negative_log_likelihoods(logits: Tensor, targets: Tensor) -> Tensor:
    """Each image's -ln p of its true class, computed from ln p, as p may underflow.

    Args:
        logits: [N, K].
        targets: The true classes, int64 [N].

    Returns:
        [N], 0 or more; in float64.

    >>> import torch
    >>> logits = torch.tensor([[0.0, 2000.0], [0.0, 0.0]])
    >>> negative_log_likelihoods(logits, torch.tensor([0, 0])).round(decimals=3).tolist()
    [2000.0, 0.693]
    """
    return -logits.double().log_softmax(1).gather(1, targets[:, None]).flatten()


def brier_scores(logits: Tensor, targets: Tensor) -> Tensor:
    """Each image's sum over the classes of (p - target)^2, where the target is 0 or 1 (Brier 1950).

    Args:
        logits: [N, K].
        targets: The true classes, int64 [N].

    Returns:
        [N], 0 to 2; in float64.

    >>> import torch
    >>> brier_scores(torch.tensor([[0.0, 0.0], [0.0, 2000.0]]), torch.tensor([0, 0])).tolist()
    [0.5, 2.0]
    """
    p = logits.double().softmax(1)
    p.scatter_add_(1, targets[:, None], -p.new_ones((len(p), 1)))
    return p.square().sum(1)
