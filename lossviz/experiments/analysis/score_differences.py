"""Proper scores and calibration beside the baseline's, seed by seed.

Only the error rate after the last epoch is planned, so only it gets a verdict; what is said here of
other scores is an interval each, as if it were the only one.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Final

from lossviz.experiments.records import TemperatureScaling
from lossviz.statistics.paired import PairedInterval, paired_interval


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreDifference:
    """A loss's score beside the baseline's, over the seeds that both have.

    Attributes:
        mean: The loss's own mean over these seeds.
        difference: The loss's score minus the baseline's.
    """

    mean: float
    difference: PairedInterval

    @property
    def words(self) -> str:
        """What the interval says."""
        if self.difference.pairs < 2:
            return "too few seeds"
        low, high = self.difference.interval or (self.difference.mean, self.difference.mean)
        if low == high == 0:
            return "equal"
        if low > 0:
            return "higher"
        return "lower" if high < 0 else "cannot be told apart"


@dataclass(frozen=True, slots=True, kw_only=True)
class TemperatureEffect:
    """What temperature scaling changes of the difference between a loss and the baseline.

    Attributes:
        temperature: The mean of the loss's temperatures; above 1 where it is too sure.
        before: The difference of the scores as the networks were trained.
        after: The same, each network scaled by its own temperature.
    """

    temperature: float
    before: ScoreDifference
    after: ScoreDifference


def score_difference(
    scores: Mapping[int, float], baseline: Mapping[int, float]
) -> ScoreDifference | None:
    """A loss's scores beside the baseline's.

    Args:
        scores: The loss's by seed.
        baseline: The baseline's by seed.

    Returns:
        None where they have no seed in common.

    >>> found = score_difference({0: 0.5, 1: 0.61, 2: 0.6}, {0: 0.4, 1: 0.5, 2: 0.5, 3: 0.1})
    >>> found.difference.pairs, found.words
    (3, 'higher')
    """
    seeds = sorted(set(scores) & set(baseline))
    if not seeds:
        return None
    return ScoreDifference(
        mean=sum(scores[seed] for seed in seeds) / len(seeds),
        difference=paired_interval([scores[seed] - baseline[seed] for seed in seeds]),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaledScore:
    """A score that temperature scaling may change.

    Attributes:
        name: What it is called.
        before: It as the networks were trained.
        after: It with the temperature.
    """

    name: str
    before: Callable[[TemperatureScaling], float]
    after: Callable[[TemperatureScaling], float]


SCALED_SCORES: Final = (
    ScaledScore(
        name="negative log-likelihood",
        before=attrgetter("nll_before"),
        after=attrgetter("nll_after"),
    ),
    ScaledScore(
        name="Brier score", before=attrgetter("brier_before"), after=attrgetter("brier_after")
    ),
)


def temperature_effect(
    scaled: Mapping[int, TemperatureScaling],
    baseline: Mapping[int, TemperatureScaling],
    score: ScaledScore = SCALED_SCORES[0],
) -> TemperatureEffect | None:
    """What temperature scaling changes of the difference in a score.

    Args:
        scaled: The loss's by seed.
        baseline: The baseline's by seed, fitted on the same images.
        score: Which.

    Returns:
        None where they have no seed in common.
    """
    before, after = (
        score_difference(
            {seed: value(one) for seed, one in scaled.items()},
            {seed: value(one) for seed, one in baseline.items()},
        )
        for value in (score.before, score.after)
    )
    if before is None or after is None:
        return None
    temperatures = [one.temperature for seed, one in scaled.items() if seed in baseline]
    return TemperatureEffect(
        temperature=sum(temperatures) / len(temperatures), before=before, after=after
    )
