"""How often a verdict errs, measured on simulated comparisons in whole images.

``python -m tests.support.verdict_risks`` prints the numbers that docs/verdict.md gives, in about a
minute.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from lossviz.statistics.looks import judge_paths, p_values, take_looks
from lossviz.statistics.measurements import ROUNDING
from lossviz.statistics.power import seeds_for

IMAGES: Final = 359
SPREAD: Final = 4.0  # standard deviation of the images that one loss's runs miss
MOST_SEEDS: Final = 50  # that a user trains who adds seeds while he is undecided


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How often something happened, with its 95% interval; all from 0 to 1."""

    rate: float
    low: float
    high: float

    @classmethod
    def of(cls, happened: NDArray[np.bool_]) -> "Rate":
        """The rate of what happened in each comparison."""
        interval = binomtest(int(happened.sum()), happened.size).proportion_ci()
        return cls(rate=float(happened.mean()), low=interval.low, high=interval.high)

    def __str__(self) -> str:
        return f"{self.rate:.2%} ({self.low:.2%} to {self.high:.2%})"


def simulated_differences(
    *, comparisons: int, losses: int, seeds: int, effect: float = 0.0, seed: int = 0
) -> NDArray[np.float64]:
    """Differences of error rates, [comparisons, losses, seeds].

    Each run misses a whole number of images; the baseline's are subtracted from all losses', so
    that the losses depend on each other as they do in a comparison.

    Args:
        comparisons: How many are simulated.
        losses: How many are compared with a baseline.
        seeds: Pairs of each.
        effect: The first loss's true mean difference in standard deviations of the differences.
        seed: Of the random numbers.
    """
    runs = np.random.default_rng(seed).standard_normal((comparisons, losses + 1, seeds)) * SPREAD
    runs[:, 1] += effect * SPREAD * np.sqrt(2.0)
    missed = np.round(30.0 + runs)
    return (missed[:, 1:] - missed[:, :1]) / IMAGES


def clear_at(differences: NDArray[np.float64], planned: int) -> NDArray[np.int64]:
    """The place of the seed at which each loss became clear, [comparisons, losses]; else -1."""
    floor = ROUNDING / IMAGES
    return judge_paths(differences, planned=planned, alpha=0.05, floor=floor)[2].first


def risk_without_limits(planned: int, losses: int, comparisons: int) -> Rate:
    """How often a 5% t test of each loss after every seed, from the third on, finds anything."""
    differences = simulated_differences(
        comparisons=comparisons, losses=losses, seeds=planned, seed=planned
    )
    p = p_values(take_looks(differences, floor=ROUNDING / IMAGES), planned)
    return Rate.of((p[..., 2:] < 0.05).any(axis=(1, 2)))


def risk_of_plan(planned: int, losses: int, comparisons: int) -> Rate:
    """How often any look calls any loss better or worse where none is."""
    differences = simulated_differences(
        comparisons=comparisons, losses=losses, seeds=planned, seed=planned
    )
    return Rate.of((clear_at(differences, planned) >= 0).any(axis=1))


def risk_with_added_seeds(planned: int, losses: int, comparisons: int) -> tuple[Rate, Rate]:
    """The same where seeds are added while anything is undecided, up to 50; and how often it is a
    look after the plan that errs.
    """
    differences = simulated_differences(
        comparisons=comparisons, losses=losses, seeds=MOST_SEEDS, seed=100 + planned
    )
    first = clear_at(differences, planned)
    return Rate.of((first >= 0).any(axis=1)), Rate.of((first >= planned).any(axis=1))


def power_as_promised(effect: float, losses: int, comparisons: int) -> tuple[int, Rate]:
    """How many seeds are said to be needed, and how often so many see the first loss's effect."""
    planned = seeds_for(effect, 0.05 / losses)
    differences = simulated_differences(
        comparisons=comparisons, losses=losses, seeds=planned, effect=effect, seed=3
    )
    return planned, Rate.of(clear_at(differences, planned)[:, 0] >= 0)


def risk_of_skewed_runs(planned: int, comparisons: int) -> Rate:
    """How often a loss is called better or worse whose runs now and then go badly, with the same
    mean as the baseline's: exponential differences.
    """
    random = np.random.default_rng(planned)
    missed = np.round((random.exponential(1.0, (comparisons, 1, planned)) - 1.0) * 2 * SPREAD)
    return Rate.of(clear_at(missed / IMAGES, planned)[:, 0] >= 0)


def main() -> None:
    """Print all rates."""
    comparisons = 100_000
    print("falsely clear at any look, without limits")
    for planned in (6, 10):
        for losses in (1, 3):
            risk = risk_without_limits(planned, losses, comparisons // 2)
            print(f"  {planned} seeds, {losses}: {risk}")
    print("falsely clear at any look")
    for planned in (2, 3, 5, 6, 10, 20):
        for losses in (1, 3, 11):
            print(f"  {planned} seeds, {losses}: {risk_of_plan(planned, losses, comparisons // 2)}")
    print("falsely clear, with seeds added up to 50; of these after the plan")
    for planned in (1, 2, 3, 5, 6, 10):
        for losses in (1, 3):
            whole, after = risk_with_added_seeds(planned, losses, comparisons // 2)
            print(f"  {planned} seeds, {losses}: {whole}; {after}")
    print("seen with as many seeds as are said to be needed")
    for losses in (1, 3):
        for effect in (0.5, 0.8, 1.2, 2.0):
            planned, rate = power_as_promised(effect, losses, 20_000)
            print(f"  d/s {effect}, {losses}: {planned} seeds, {rate}")
    print("falsely clear where differences are skewed")
    for planned in (3, 6, 10, 20):
        print(f"  {planned} seeds: {risk_of_skewed_runs(planned, comparisons)}")


if __name__ == "__main__":
    main()
