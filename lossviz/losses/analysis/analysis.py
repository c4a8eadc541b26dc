"""A loss as a whole: its limits, bounds, shape, properness and gradient norm."""

import math
from dataclasses import dataclass, replace
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

# Away from both ends, where rounding and underflow cannot pass for a property of the loss.
_INNER = (grid() > np.log(0.01)) & (grid() < np.log(0.99))


@dataclass(frozen=True, kw_only=True)
class Analysis:
    """The properties of a loss as a curve over p, each computed when it is first read.

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
        """The penalty's limit as p tends to 0: maybe infinite; NaN where it has none."""
        return limit(self._penalty, to_zero=True)

    @cached_property
    def limit_at_one(self) -> float:
        """The penalty's limit as p tends to 1: maybe infinite; NaN where it has none."""
        return limit(self._penalty, to_zero=False)

    @cached_property
    def infimum(self) -> float:
        """Greatest lower bound of the penalty over (0, 1)."""
        if any(sign < 0 for sign in self._divergence_signs):
            return -math.inf
        negated_maximum, _ = maximize(lambda log_p: -self._penalty(log_p))
        return min([-negated_maximum, *self._limits]) + 0.0  # without negative zero

    @cached_property
    def supremum(self) -> float:
        """Least upper bound of the penalty over (0, 1)."""
        if any(sign > 0 for sign in self._divergence_signs):
            return math.inf
        maximum, _ = maximize(self._penalty)
        return max([maximum, *self._limits])

    @cached_property
    def supremum_over_paths(self) -> float:
        """Least upper bound of the penalty over (0, 1) and all paths."""
        on_paths = [replace(self, path=path) for path in PATHS]
        return max(analysis.supremum for analysis in on_paths)

    @cached_property
    def rising_range(self) -> tuple[float, float] | None:
        """Least and greatest p where the penalty rises with p, within 8 % of the odds.

        None where it never rises.
        """
        rising = np.exp(grid()[self._weights < -1e-9 * self._scale])
        return (float(rising[0]), float(rising[-1])) if rising.size else None

    @cached_property
    def has_flat_stretch(self) -> bool:
        """Whether the penalty is constant over a whole stretch of p."""
        is_flat = np.abs(self._weights) <= 1e-14 * self._scale
        return bool(is_flat[_INNER].sum() > 3)

    @cached_property
    def nonconvex_at(self) -> float | None:
        """A p at or just beyond which the penalty is not convex in p; None where it is convex."""

        def concavity(log_p: Array) -> Array:  # -f''(p) p**2, whose sign is that of -f''
            return self._evaluate("weight_slope", log_p) - self._evaluate("weight", log_p)

        noise = 1e-7 * self._scale
        value, log_p = maximize(concavity)
        if value > noise:
            return math.exp(log_p)
        # At a corner the second derivative does not show that the slope falls; differences do.
        before, after = self._weights[:-1], self._weights[1:]
        with np.errstate(invalid="ignore"):
            falls = after - before * np.exp(np.diff(grid())) > noise + 1e-9 * np.abs(after)
        return float(np.exp(grid()[1:][falls][0])) if falls.any() else None

    @cached_property
    def singularities(self) -> tuple[float, ...]:
        """The p in (0, 1) where the penalty is infinite or undefined."""
        return find_singularities(self.loss, classes=self.classes, path=self.path)

    @cached_property
    def initial_weight(self) -> float:
        """The weight at p = 1/K, where an untrained network stands; cross-entropy has 1."""
        either_side = np.array([0.999, 1.001]) / self.classes  # there may be a kink at 1/K
        return float(self.loss.weight(either_side, classes=self.classes, path=self.path).mean())

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
        """Whether the true distribution is the best prediction, see ``properness.Properness``."""
        return properness(self.loss)

    def _evaluate(self, quantity: CurveQuantity, log_p: Array) -> Array:
        return self.loss.evaluate(quantity, log_p, classes=self.classes, path=self.path)

    def _penalty(self, log_p: Array) -> Array:
        return self._evaluate("penalty", log_p)

    @cached_property
    def _limits(self) -> list[float]:
        return [end for end in (self.limit_at_zero, self.limit_at_one) if not math.isnan(end)]

    @cached_property
    def _divergence_signs(self) -> list[float]:
        return divergence_signs(self._penalty, self.singularities)

    @cached_property
    def _weights(self) -> Array:
        return self._evaluate("weight", grid())

    @cached_property
    def _scale(self) -> float:
        """The median size of the weights that are finite and not 0; 0 where there are none."""
        inner = self._weights[_INNER]
        sizes = np.abs(inner[np.isfinite(inner) & (inner != 0)])
        return float(np.median(sizes)) if sizes.size else 0.0
