"""Understand classification losses with eyes and hands, then prove it on real training.

``import lossviz`` does not import torch; calling ``objective`` does. ``LossvizCallback`` and
``compare`` need fastai, and so are not among what ``from lossviz import *`` imports.
"""

import importlib
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, Literal

from lossviz.errors import MissingExtra

if TYPE_CHECKING:
    from lossviz.losses.analysis.analysis import Analysis
    from lossviz.losses.analysis.lint import Finding, lint
    from lossviz.losses.catalogue import LOSSES, get_loss
    from lossviz.losses.loss import Loss
    from lossviz.losses.objective.class_weights import Weights
    from lossviz.losses.objective.module import Objective
    from lossviz.losses.parsing import loss_from_spec, parse_loss
    from lossviz.notebook.callback import LossvizCallback as LossvizCallback
    from lossviz.notebook.comparing import compare as compare
    from lossviz.statistics.loss_verdict import LossVerdict

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
    "verdict",
]

_HOMES: Final = {  # imported when first used, as sympy costs a second
    "LOSSES": "lossviz.losses.catalogue",
    "Analysis": "lossviz.losses.analysis.analysis",
    "Finding": "lossviz.losses.analysis.lint",
    "Loss": "lossviz.losses.loss",
    "LossvizCallback": "lossviz.notebook.callback",
    "compare": "lossviz.notebook.comparing",
    "get_loss": "lossviz.losses.catalogue",
    "lint": "lossviz.losses.analysis.lint",
    "loss_from_spec": "lossviz.losses.parsing",
    "parse_loss": "lossviz.losses.parsing",
}


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = _HOMES[name]
    if home.startswith("lossviz.notebook"):
        _require_training(name)
    found: object = getattr(importlib.import_module(home), name)
    globals()[name] = found
    return found


def _require_training(name: str) -> None:
    from lossviz.extras import require_extra  # here, as nothing else of the core needs it

    require_extra("train", needed_by=f"lossviz.{name}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})


def objective(
    loss: "Loss",
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


def verdict(
    errors: Mapping[str, Mapping[int, float | None] | Sequence[float | None]],
    baseline: str = "cross_entropy",
    planned_seeds: int | None = None,
    images: int | None = None,
    *,
    training_images: int | None = None,
    margin: float | None = None,
) -> "Mapping[str, LossVerdict]":
    """Which losses are better than a baseline, over seeds that both were trained with.

    Runs of the same seed are compared in pairs. One may look after every seed: the limits allow for
    that, and for the number of losses, so that any loss is falsely called better or worse with a
    risk of at most 5%.

    Args:
        errors: The error rate of each run, 0 to 1, by loss and seed; a sequence is of the seeds
            0, 1, … None where a run ended without an error rate, NaN where it diverged. A seed that
            a loss lacks is still to come where it has no later one; between others it is left out.
        baseline: The loss that the others are compared with.
        planned_seeds: How many seeds were planned before the first result was looked at; by default
            all that are given. Further ones count as added after looking.
        images: Validation images; without them the sentences speak of points.
        training_images: Training images, for what is said of new images.
        margin: Differences of the error rate up to this are practically the same; by default one
            image or half a point, whichever is more.

    Returns:
        For each other loss its verdict, in the order of ``errors``: ``word``, ``difference``,
        ``interval``, ``p``, ``seeds``, ``sentence`` and more; see ``LossVerdict``.

    Raises:
        InvalidInput: What is given makes no sense.

    >>> errors = {"cross_entropy": [0.08, 0.09, 0.07], "inverse": [0.05, 0.06, 0.04]}
    >>> inverse = verdict(errors, images=100)["inverse"]
    >>> str(inverse.word), inverse.seeds, [round(end, 3) for end in inverse.interval]
    ('better', 3, [-0.037, -0.023])
    """
    # here, as few programs that import lossviz judge runs
    from lossviz.statistics.given_errors import checked_rates, judge_given

    verdicts = judge_given(
        checked_rates(errors),
        baseline=baseline,
        planned_seeds=planned_seeds,
        images=images,
        training_images=training_images,
        margin=margin,
    )
    return verdicts.by_loss
