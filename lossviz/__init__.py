"""Understand classification losses with eyes and hands, then prove it on real training.

``import lossviz`` does not import torch; calling ``objective`` does.
"""

from typing import TYPE_CHECKING, Literal

from lossviz.losses.analysis.analysis import Analysis
from lossviz.losses.analysis.lint import Finding, lint
from lossviz.losses.catalogue import LOSSES, get_loss
from lossviz.losses.loss import Loss
from lossviz.losses.parsing import loss_from_spec, parse_loss

if TYPE_CHECKING:
    from torch import Tensor

    from lossviz.losses.objective.module import Objective

__all__ = [
    "LOSSES",
    "Analysis",
    "Finding",
    "Loss",
    "get_loss",
    "lint",
    "loss_from_spec",
    "objective",
    "parse_loss",
]


def objective(
    loss: Loss,
    reduction: Literal["mean", "sum", "none"] = "mean",
    *,
    axis: int = -1,
    weight: "Tensor | None" = None,
    ignore_index: int = -100,
) -> "Objective":
    """The torch objective of a loss: an ``nn.Module`` of logits [N, K] and targets [N] (int64) or
    [N, K] (soft). See ``Objective``.
    """
    from lossviz.losses.objective.module import (
        Objective,  # torch: 2 s and 400 MB, when training only
    )

    return Objective(loss, reduction=reduction, axis=axis, weight=weight, ignore_index=ignore_index)
