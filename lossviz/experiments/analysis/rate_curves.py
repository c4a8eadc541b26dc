"""Error over learning rate, as the search of a comparison found it."""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean

from lossviz.experiments.comparison_data import ComparisonData
from lossviz.experiments.records import Trial, TrialState


@dataclass(frozen=True, slots=True, kw_only=True)
class RatePoint:
    """A learning rate that was tried with one loss.

    Attributes:
        learning_rate: Above 0.
        errors: The last error rate by seed; of those that have finished.
        lost: The seeds whose training diverged, failed or was stopped, and how they ended.
    """

    learning_rate: float
    errors: Mapping[int, float]
    lost: Mapping[int, TrialState]

    @property
    def mean(self) -> float | None:
        """Mean error rate; None where a seed is lost, as the others alone would flatter the rate,
        and before any has finished.
        """
        return fmean(self.errors.values()) if self.errors and not self.lost else None


@dataclass(frozen=True, slots=True, kw_only=True)
class RateCurve:
    """The learning rates of one loss.

    Attributes:
        loss: The loss as one string.
        points: What was tried, in rising order of the rate.
        chosen: The rate that its judged trials take; None before it is chosen.
        judged: The last error rates at that rate, by judged seed.
    """

    loss: str
    points: tuple[RatePoint, ...]
    chosen: float | None
    judged: Mapping[int, float]

    @property
    def judged_mean(self) -> float | None:
        """Mean error rate of the judged seeds that have finished."""
        return fmean(self.judged.values()) if self.judged else None


def rate_curves(data: ComparisonData) -> list[RateCurve]:
    """The curve of each loss of a comparison with a search, in the comparison's order."""
    return [_curve(data, loss) for loss in data.comparison.losses]


def _curve(data: ComparisonData, loss: str) -> RateCurve:
    tried: dict[float, list[Trial]] = {}
    for trial in data.search_trials:
        if trial.loss == loss and trial.learning_rate is not None:
            tried.setdefault(trial.learning_rate, []).append(trial)
    judged = [trial for trial in data.trials if trial.loss == loss]
    rates = [trial.learning_rate for trial in judged if trial.learning_rate is not None]
    return RateCurve(
        loss=loss,
        points=tuple(
            RatePoint(
                learning_rate=rate,
                errors=_errors(data, trials),
                lost={
                    trial.seed: trial.state
                    for trial in trials
                    if trial.state.ended and trial.state is not TrialState.FINISHED
                },
            )
            for rate, trials in sorted(tried.items())
        ),
        chosen=rates[0] if rates else None,
        judged=_errors(data, judged),
    )


def _errors(data: ComparisonData, trials: list[Trial]) -> dict[int, float]:
    return {
        trial.seed: data.last[trial.id].error_rate
        for trial in trials
        if trial.state is TrialState.FINISHED and trial.id in data.last
    }
