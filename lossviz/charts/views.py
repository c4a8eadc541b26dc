"""The four quantities in which a loss is drawn: penalty, slope, weight and pull."""

from collections.abc import Callable
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from lossviz.losses.evaluation import Array
from lossviz.losses.loss import Loss

CurveFunction = Callable[[Loss, Array, int], Array]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """A quantity of a loss, as a curve.

    Attributes:
        name: In the control that chooses it.
        axis: Title of the vertical axis.
        description: What the reader sees in it.
        values: A loss's values at an array of log p, for a number of classes.
        y_range: Vertical range that shows the article's losses well: as far as curves that grow
            without end are shown.
        from_zero: Whether a vertical axis always shows 0: where ratios count.
        log_axis: Title of a logarithmic axis; empty where it is the same.
        log_sign: Factor on a logarithmic axis, by which a good loss's values are positive.
        log_range: Vertical range of a logarithmic axis.
    """

    name: str
    axis: str
    description: str
    values: CurveFunction
    y_range: tuple[float, float]
    from_zero: bool = True
    log_axis: str = ""
    log_sign: int = 1
    log_range: tuple[float, float]


def penalty(loss: Loss, log_p: Array, classes: int) -> Array:
    """f(p)."""
    return loss.evaluate("penalty", log_p, classes=classes)


def weight(loss: Loss, log_p: Array, classes: int) -> Array:
    """``-p f'(p)``."""
    return loss.evaluate("weight", log_p, classes=classes)


def slope(loss: Loss, log_p: Array, classes: int) -> Array:
    """``f'(p)``."""
    return -weight(loss, log_p, classes) * np.exp(-log_p)


def pull(loss: Loss, log_p: Array, classes: int) -> Array:
    """``weight(p) (1 - p)``; NaN at p = 1 where the weight is infinite there."""
    with np.errstate(invalid="ignore"):
        return weight(loss, log_p, classes) * -np.expm1(log_p)


VIEWS = MappingProxyType(
    {
        "penalty": View(
            name="Penalty",
            axis="penalty f(p)",
            description=(
                "How much a prediction costs. A good loss falls all the way from a wrong answer"
                " (left) to a right one (right)."
            ),
            values=penalty,
            y_range=(-1.25, 6.0),
            from_zero=False,
            log_range=(1e-3, 1e2),
        ),
        "slope": View(
            name="Slope",
            axis="slope f′(p)",
            description=(
                "How fast the penalty falls as the answer gets better. The weight is −p times this"
                " slope."
            ),
            values=slope,
            y_range=(-12.0, 0.5),
            log_axis="steepness −f′(p)",
            log_sign=-1,
            log_range=(1e-2, 1e4),
        ),
        "weight": View(
            name="Weight",
            axis="weight −p · f′(p)",
            description=(
                "How much an example counts in training, compared with others. Cross-entropy gives"
                " all examples the same weight, the dot product almost ignores its mistakes, and"
                " the inverse is dominated by them. Only ratios count: a factor before the loss"
                " scales all weights alike."
            ),
            values=weight,
            y_range=(-1.0, 5.0),
            log_range=(1e-3, 1e3),
        ),
        "pull": View(
            name="Pull",
            axis="pull, weight · (1 − p)",
            description=(
                "How hard one example pushes the logit of the true class up, or down where it is"
                " negative."
            ),
            values=pull,
            y_range=(-1.0, 3.0),
            log_range=(1e-4, 1e3),
        ),
    }
)
