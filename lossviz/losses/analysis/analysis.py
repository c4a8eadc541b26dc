"""A loss as a whole: its limits, bounds, shape, properness and gradient norm."""

import math
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from lossviz.errors import InvalidInput
from lossviz.language.simplex_paths import PATHS, SimplexPath
from lossviz.losses.analysis.class_groups import losses_by_group
from lossviz.losses.analysis.extrema import grid, limit, maximize, refine_maximum
from lossviz.losses.analysis.gradient_norm import hard_example_share, lipschitz
from lossviz.losses.analysis.label_noise import noise_variation, noisy_answer
from lossviz.losses.analysis.prediction_search import group_sizes, spread_scores
from lossviz.losses.analysis.properness import Properness, properness
from lossviz.losses.analysis.sampled_curve import Jump, SampledCurve, sampled_curve
from lossviz.losses.analysis.singularities import divergence_signs, find_singularities
from lossviz.losses.evaluation import Array
from lossviz.losses.loss import DEFAULT_CLASSES, CurveQuantity, Loss

# Away from both ends, where rounding and underflow cannot pass for a property of the loss.
_INNER = (grid() > np.log(0.01)) & (grid() < np.log(0.99))
_ROUNDS = 8  # of refining a maximum
WRONG_P, RIGHT_P = 0.01, 0.9  # an example that is wrong, and one that is right


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
        negated_maximum, _ = refine_maximum(
            lambda log_p: -self._penalty(log_p), self._curve.log_p, rounds=_ROUNDS
        )
        return min([-negated_maximum, *self._limits]) + 0.0  # without negative zero

    @cached_property
    def supremum(self) -> float:
        """Least upper bound of the penalty over (0, 1)."""
        if any(sign > 0 for sign in self._divergence_signs):
            return math.inf
        maximum, _ = refine_maximum(self._penalty, self._curve.log_p, rounds=_ROUNDS)
        return max([maximum, *self._limits])

    @cached_property
    def range_found(self) -> float:
        """The penalty of the costliest prediction less that of the best one, over the simplex.

        For a loss of p alone ``supremum - infimum``. For a loss of all classes the greatest
        difference found: along both paths and among predictions all over the simplex.
        """
        on_paths = [replace(self, path=path) for path in self._paths]
        least = min(analysis.infimum for analysis in on_paths)
        greatest = max(analysis.supremum for analysis in on_paths)
        if self.loss.formula.depends_on_pj:
            costs = losses_by_group(
                self.loss, spread_scores(self.classes), group_sizes(self.classes)
            )
            costs = costs[~np.isnan(costs)]
            least, greatest = min(least, float(costs.min())), max(greatest, float(costs.max()))
        return greatest - least

    @cached_property
    def is_constant(self) -> bool:
        """Whether every prediction costs the same, by more than rounding."""
        logits = 3 * np.random.default_rng(0).standard_normal((16, self.classes))
        costs = self.loss.value_and_gradient(logits)[0]
        values = np.concatenate([costs, self._curve.penalty])
        values = values[np.isfinite(values)]
        return bool(values.size and np.ptp(values) <= 1e-13 * np.abs(values).max())

    @cached_property
    def jumps(self) -> tuple[Jump, ...]:
        """The p where the penalty changes at once, along the path."""
        return self._curve.jumps

    @cached_property
    def flat_stretches(self) -> tuple[tuple[float, float], ...]:
        """The p between which the penalty is constant."""
        return tuple(
            (math.exp(first), math.exp(last)) for first, last in self._curve.flat_stretches
        )

    @property
    def has_flat_stretch(self) -> bool:
        """Whether the penalty is constant over a whole stretch of p."""
        return bool(self._curve.flat_stretches)

    @cached_property
    def rising_range(self) -> tuple[float, float] | None:
        """Least and greatest p where the penalty rises with p or jumps up, within 8% of the odds.

        None where it never rises.
        """
        places = [jump.log_p for jump in self.jumps if jump.is_upward]
        places += self._curve.log_p[self._curve.rises].tolist()
        return (math.exp(min(places)), math.exp(max(places))) if places else None

    @property
    def rises_by_jumps_alone(self) -> bool:
        """Whether the penalty rises only where it jumps."""
        return self.rising_range is not None and not self._curve.rises.any()

    @cached_property
    def rises_throughout(self) -> bool:
        """Whether the penalty rises with p and nowhere falls or jumps down."""
        falls = self._curve.falls.any() or any(not jump.is_upward for jump in self.jumps)
        return self.rising_range is not None and not falls

    @cached_property
    def lowest_at(self) -> float | None:
        """The p up to which the penalty falls and from which on it rises; None without such a p."""
        rises, falls, log_p = self._curve.rises, self._curve.falls, self._curve.log_p
        if self.jumps or not (rises.any() and falls.any()):
            return None
        last_fall, first_rise = np.flatnonzero(falls)[-1], np.flatnonzero(rises)[0]
        if last_fall > first_rise:
            return None
        _, lowest = refine_maximum(
            lambda places: -self._penalty(places), log_p[last_fall : first_rise + 1], rounds=_ROUNDS
        )
        return math.exp(lowest)

    @cached_property
    def nonconvex_at(self) -> float | None:
        """A p at or just beyond which the penalty is not convex in p; None where it is convex."""
        if self.jumps:
            return math.exp(self.jumps[0].log_p)

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
        return self.weight_at(1 / self.classes)

    @cached_property
    def wrong_to_right(self) -> float:
        """The weight of a wrong example, p = 0.01, in weights of a right one, p = 0.9.

        Cross-entropy has 1. A scale of the loss does not change it, nor what Adam does much, which
        divides a gradient by its size. NaN where the right one has no weight above 0.

        >>> from lossviz import get_loss
        >>> round(Analysis(loss=get_loss("dot_product")).wrong_to_right, 6)
        0.011111
        """
        return self.weight_ratio(WRONG_P, RIGHT_P)

    def weight_at(self, p: float) -> float:
        """The weight at one p; where there is a kink, the mean of both sides."""
        either_side = p * np.array([0.999, 1.001])
        with np.errstate(invalid="ignore"):
            weights = self.loss.weight(either_side, classes=self.classes, path=self.path)
            return float(weights.mean())

    def weight_ratio(self, p: float, other_p: float) -> float:
        """The weight at one p in weights at another; NaN where the other has none above 0."""
        other = self.weight_at(other_p)
        return self.weight_at(p) / other if other > 0 else math.nan

    @cached_property
    def noise_variation(self) -> float:
        """See ``lossviz.losses.analysis.label_noise.noise_variation``."""
        return noise_variation(self.loss, classes=self.classes)

    @cached_property
    def noisy_answer(self) -> float:
        """See ``lossviz.losses.analysis.label_noise.noisy_answer``."""
        return noisy_answer(self.loss, classes=self.classes)

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
        return properness(self.loss, classes=self.classes)

    @property
    def _curve(self) -> SampledCurve:
        return sampled_curve(self.loss, classes=self.classes, path=self.path)

    @property
    def _paths(self) -> tuple[SimplexPath, ...]:
        return tuple(PATHS) if self.loss.formula.depends_on_pj else (self.path,)

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
