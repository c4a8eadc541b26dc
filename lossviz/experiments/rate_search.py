"""Which learning rate a loss is trained with where each gets its own best one: pure.

A small grid of rates is trained on seeds of its own. While the best of them lies at its edge, the
grid grows there; the best one inside is chosen. What the trials of one loss have come to decides
what is done next, and nothing else does, so an interrupted search goes on where it was.
"""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final, TypeAlias

from lossviz.experiments.records import (
    Comparison,
    Purpose,
    RateSearch,
    Trial,
    TrialState,
    trial_id,
)
from lossviz.experiments.settings import RANGES

MAX_RATES: Final = 9  # for each loss: with the factor 3 they span four powers of ten


@dataclass(frozen=True, slots=True, kw_only=True)
class TryRates:
    """These learning rates are to be tried next, on every seed of the search."""

    rates: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RateChosen:
    """The search is over: this is the loss's learning rate."""

    learning_rate: float


@dataclass(frozen=True, slots=True, kw_only=True)
class NoRate:
    """The search is over, and no rate can be trained with.

    Attributes:
        state: How the trials that waited for it end: diverged where training diverged, which
            another attempt would repeat, else failed.
        reason: Why.
    """

    state: TrialState
    reason: str


NextStep: TypeAlias = TryRates | RateChosen | NoRate


def next_step(
    search: RateSearch, *, base_rate: float, trials: Sequence[Trial], errors: Mapping[str, float]
) -> NextStep:
    """What a search does next.

    A rate is as good as the mean error rate after its last epoch over the search's seeds. One with
    which a trial diverged, failed or was stopped is worse than any that has a mean. Of those that
    lie within one validation image of the best the lowest is chosen: a few seeds cannot tell them
    apart, and it is the one farthest from divergence.

    Args:
        search: How it is searched.
        base_rate: The learning rate that the factors are of, above 0.
        trials: What one loss has been tried with; all have ended.
        errors: The last error rate of each trial that has one, by its id.
    """
    grid = first_rates(search, base_rate)
    tried = mean_errors(trials, errors)
    if missing := tuple(rate for rate in grid if rate not in tried):
        return TryRates(rates=missing)
    lowest_error = min(tried.values())
    if not math.isfinite(lowest_error):
        return _below_divergence(search, trials, tried)
    tie = lowest_error + _one_image(trials)
    best = min(rate for rate, error in tried.items() if error <= tie)
    further = _beyond(search, best, tried)
    return RateChosen(learning_rate=best) if further is None else TryRates(rates=(further,))


def first_rates(search: RateSearch, base_rate: float) -> tuple[float, ...]:
    """The rates that are tried first: those that lie within the range of learning rates.

    >>> first_rates(RateSearch(), 0.004)
    (0.001333, 0.004, 0.012)
    """
    lowest, highest = RANGES["learning_rate"]
    rates = {min(max(_rounded(base_rate * factor), lowest), highest) for factor in search.factors}
    return tuple(sorted(rates))


def search_trials(
    comparison: Comparison, loss: str, rates: Sequence[float], *, first_position: int
) -> list[Trial]:
    """The queued trials that try a loss with some rates on every seed of the search.

    Args:
        comparison: One with a search.
        loss: One of its losses.
        rates: What to try.
        first_position: How many search trials the comparison has already.
    """
    assert comparison.rate_search
    pairs = [(rate, seed) for rate in rates for seed in comparison.rate_search.seeds]
    return [
        Trial(
            id=trial_id(comparison.id, position, purpose=Purpose.SEARCH),
            comparison_id=comparison.id,
            position=position,
            loss=loss,
            seed=seed,
            purpose=Purpose.SEARCH,
            learning_rate=rate,
        )
        for position, (rate, seed) in enumerate(pairs, start=first_position)
    ]


def chosen_rates(trials: Sequence[Trial]) -> dict[str, float]:
    """The learning rate of each loss that has one of its own, from the trials that are judged."""
    return {trial.loss: trial.learning_rate for trial in trials if trial.learning_rate is not None}


def mean_errors(trials: Sequence[Trial], errors: Mapping[str, float]) -> dict[float, float]:
    """The mean error rate of each rate that was tried; infinite where a seed has none."""
    by_rate: defaultdict[float, list[float]] = defaultdict(list)
    for trial in trials:
        if trial.learning_rate is not None:
            finished = trial.state is TrialState.FINISHED
            by_rate[trial.learning_rate].append(
                errors.get(trial.id, math.inf) if finished else math.inf
            )
    return {rate: fmean(values) for rate, values in by_rate.items()}


def _one_image(trials: Sequence[Trial]) -> float:
    """By how much one validation image changes the error rate; 0 where their number is unknown."""
    images = [trial.validation_images for trial in trials if trial.validation_images]
    return 1 / images[0] if images else 0.0


def _below_divergence(
    search: RateSearch, trials: Sequence[Trial], tried: Mapping[float, float]
) -> NextStep:
    """What to do where no rate could be trained with: a lower one, if it was for divergence."""
    lowest, highest = min(tried), max(tried)
    diverged = any(trial.state is TrialState.DIVERGED for trial in trials)
    further = _lower(search, lowest) if diverged and len(tried) < MAX_RATES else None
    if further is not None:
        return TryRates(rates=(further,))
    where = f"at every learning rate that was tried, {lowest:.2g} to {highest:.2g}"
    if diverged:
        return NoRate(state=TrialState.DIVERGED, reason=f"the training diverged {where}")
    reasons = [trial.reason for trial in trials if trial.reason]
    return NoRate(
        state=TrialState.FAILED,
        reason=(
            f"the search for its learning rate was interrupted or failed {where}"
            f" ({reasons[0] if reasons else 'for an unknown reason'})"
        ),
    )


def _beyond(search: RateSearch, best: float, tried: Mapping[float, float]) -> float | None:
    """The rate beyond the best one where that lies at the edge; None where it lies inside, or the
    grid may not grow.
    """
    if len(tried) >= MAX_RATES:
        return None
    if best == max(tried):
        return _higher(search, best)
    return _lower(search, best) if best == min(tried) else None


def _higher(search: RateSearch, rate: float) -> float | None:
    higher = _rounded(rate * _ratio(search.factors[-2:]))
    return higher if rate < higher <= RANGES["learning_rate"][1] else None


def _lower(search: RateSearch, rate: float) -> float | None:
    lower = _rounded(rate / _ratio(search.factors[:2]))
    return lower if RANGES["learning_rate"][0] <= lower < rate else None


def _ratio(factors: Sequence[float]) -> float:
    """By how much the grid's step at an edge multiplies; 3 where there is one factor only."""
    return factors[-1] / factors[0] if len(factors) > 1 else 3.0


def _rounded(rate: float) -> float:
    """Four digits, so that people read and type what was trained with."""
    return float(f"{rate:.4g}")
