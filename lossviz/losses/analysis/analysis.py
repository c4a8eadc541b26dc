"""What a loss is like as a whole: its ends, its bounds, its shape, and how strongly it can pull."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from lossviz.errors import InvalidInput
from lossviz.language.simplex_paths import PATHS, SimplexPath
from lossviz.losses.analysis.extrema import grid, limit, maximize
from lossviz.losses.analysis.gradient_norm import hard_example_share, lipschitz
from lossviz.losses.analysis.properness import Properness, properness
from lossviz.losses.analysis.singularities import divergence_signs, find_singularities
from lossviz.losses.evaluation import Array
from lossviz.losses.loss import DEFAULT_CLASSES, CurveQuantity, Loss

_INNER = (grid() > np.log(0.01)) & (grid() < np.log(0.99))


@dataclass(frozen=True, kw_only=True)
class Analysis:
    """What a loss is like in a problem of so many classes, as a curve along a path. Each answer is
    worked out when it is first asked for.

    Attributes:
        loss: Any loss.
        classes: Number of classes K, 2 or more.
        path: How the other classes share 1 - p, see ``Loss.penalty``.

    Raises:
        InvalidInput: Fewer than 2 classes.

    >>> from lossviz import get_loss
    >>> brier = Analysis(loss=get_loss("brier"), classes=2)
    >>> brier.limit_at_zero, brier.rising_range, brier.properness.is_proper
    (2.0, None, True)
    """

    loss: Loss
    classes: int = DEFAULT_CLASSES
    path: SimplexPath = "even"

    def __post_init__(self) -> None:
        if self.classes < 2:
            raise InvalidInput(f"a classification has 2 classes or more, got {self.classes}")

    @cached_property
    def limit_at_zero(self) -> float:
        """The penalty's limit as p tends to 0; infinite where it grows without bound, NaN where it
        has none.
        """
        return limit(self._penalty, to_zero=True)

    @cached_property
    def limit_at_one(self) -> float:
        """The same as p tends to 1."""
        return limit(self._penalty, to_zero=False)

    @cached_property
    def infimum(self) -> float:
        """Greatest lower bound of the penalty over (0, 1)."""
        if any(side < 0 for side in self._sides):
            return -math.inf
        return (
            -max([maximize(lambda log_p: -self._penalty(log_p))[0], *(-end for end in self._ends)])
            + 0.0
        )

    @cached_property
    def supremum(self) -> float:
        """Least upper bound of the penalty over (0, 1)."""
        return (
            math.inf
            if any(side > 0 for side in self._sides)
            else max([maximize(self._penalty)[0], *self._ends])
        )

    @cached_property
    def supremum_over_paths(self) -> float:
        """The same over all paths."""
        return max(
            Analysis(loss=self.loss, classes=self.classes, path=path).supremum for path in PATHS
        )

    @cached_property
    def rising_range(self) -> tuple[float, float] | None:
        """The least and the greatest p at which the penalty rises with p, to 8 % in the odds; None
        where it never rises.
        """
        rising = np.exp(grid()[self._weights < -1e-9 * self._scale])
        return (float(rising[0]), float(rising[-1])) if rising.size else None

    @cached_property
    def has_flat_stretch(self) -> bool:
        """Whether there are whole stretches of p where the penalty does not change."""
        return bool((np.abs(self._weights) <= 1e-14 * self._scale)[_INNER].sum() > 3)

    @cached_property
    def nonconvex_at(self) -> float | None:
        """A p at or just beyond which the penalty is not convex in p, None where it is convex."""

        def bulge(log_p: Array) -> Array:  # -f'' p**2, of which only the sign is wanted
            return self._evaluate("weight_slope", log_p) - self._evaluate("weight", log_p)

        noise = 1e-7 * self._scale
        value, log_p = maximize(bulge)
        if value > noise:
            return math.exp(log_p)
        with np.errstate(invalid="ignore"):  # at a corner no curvature shows that the slope falls
            slopes_fall = self._weights[1:] - self._weights[:-1] * np.exp(
                np.diff(grid())
            ) > noise + 1e-9 * np.abs(self._weights[1:])
        return float(np.exp(grid()[1:][slopes_fall][0])) if slopes_fall.any() else None

    @cached_property
    def singularities(self) -> tuple[float, ...]:
        """Places in (0, 1) where it is infinite or no number."""
        return find_singularities(self.loss, classes=self.classes, path=self.path)

    @cached_property
    def initial_weight(self) -> float:
        """The weight at p = 1/K, where a network begins; cross-entropy has 1."""
        beside = np.array([0.999, 1.001]) / self.classes  # a kink may lie right there
        return float(self.loss.weight(beside, classes=self.classes, path=self.path).mean())

    @cached_property
    def lipschitz(self) -> float:
        """See ``lossviz.losses.analysis.gradient_norm.lipschitz``."""
        return lipschitz(self.loss, classes=self.classes)

    @cached_property
    def hard_example_share(self) -> float:
        """See ``lossviz.losses.analysis.gradient_norm.hard_example_share``."""
        return hard_example_share(self.loss, classes=self.classes)

    @cached_property
    def properness(self) -> Properness:
        """Whether the true distribution is the best prediction, see
        ``lossviz.losses.analysis.properness``.
        """
        return properness(self.loss)

    def _evaluate(self, quantity: CurveQuantity, log_p: Array) -> Array:
        return self.loss.evaluate(quantity, log_p, classes=self.classes, path=self.path)

    def _penalty(self, log_p: Array) -> Array:
        return self._evaluate("penalty", log_p)

    @cached_property
    def _ends(self) -> list[float]:
        return [end for end in (self.limit_at_zero, self.limit_at_one) if not math.isnan(end)]

    @cached_property
    def _sides(self) -> list[float]:
        return divergence_signs(self._penalty, self.singularities)

    @cached_property
    def _weights(self) -> Array:
        return self._evaluate("weight", grid())

    @cached_property
    def _scale(self) -> float:
        """The middle of the sizes of those weights that are finite and not 0; 0 where there is
        none.
        """
        inner = self._weights[_INNER]
        sizes = np.abs(inner[np.isfinite(inner) & (inner != 0)])
        return float(np.median(sizes)) if sizes.size else 0.0
