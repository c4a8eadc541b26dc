"""Understand classification losses with eyes and hands, then prove it on real training.

``import lossviz`` does not import torch; calling ``objective`` does.
"""

from typing import TYPE_CHECKING, Literal

from lossviz.errors import MissingExtra
from lossviz.losses.analysis.analysis import Analysis
from lossviz.losses.analysis.lint import Finding, lint
from lossviz.losses.catalogue import LOSSES, get_loss
from lossviz.losses.loss import Loss
from lossviz.losses.parsing import loss_from_spec, parse_loss

if TYPE_CHECKING:
    from lossviz.losses.objective.class_weights import Weights
    from lossviz.losses.objective.module import Objective

__version__ = "0.1.0.dev0"  # the only place; pyproject.toml reads it

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
    axis: int | None = None,
    weight: "Weights | None" = None,
    ignore_index: int = -100,
) -> "Objective":
    """The torch objective of a loss: an ``nn.Module`` of logits and targets.

    Args:
        loss: What to train with.
        reduction: As in ``torch.nn.CrossEntropyLoss``, like ``weight`` and ``ignore_index``.
        axis: The axis of the classes; None is the last, where the shapes leave no doubt.
        weight: Of each class, [K]: a tensor, an array or a list.
        ignore_index: A target that does not count.

    Returns:
        A module of logits [N, K] and targets, integers [N] or soft [N, K]. See ``Objective``.

    Raises:
        MissingExtra: torch is not installed.
    """
    try:  # here, as torch costs 2 s and 400 MB, and the core of lossviz does without it
        from lossviz.losses.objective.module import Objective
    except ModuleNotFoundError as error:
        if error.name != "torch":
            raise
        raise MissingExtra("train", "an objective") from None
    return Objective(loss, reduction=reduction, axis=axis, weight=weight, ignore_index=ignore_index)
