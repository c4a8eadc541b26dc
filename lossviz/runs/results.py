"""What a comparison says: the last error rate of each trial, and of each loss over its seeds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from lossviz.runs.records import Comparison, EpochMetrics, Trial, TrialState

History = Mapping[str, Sequence[EpochMetrics]]


@dataclass(frozen=True, slots=True, kw_only=True)
class LossResult:
    """One loss of a comparison, over its finished trials.

    Attributes:
        loss: The loss as one string.
        error_rates: The last error rate of each finished trial, 0 to 1, by its seed.
    """

    loss: str
    error_rates: Mapping[int, float]

    @property
    def mean(self) -> float | None:
        """Mean error rate over the seeds, None before any trial has finished."""
        return fmean(self.error_rates.values()) if self.error_rates else None


def summarise(comparison: Comparison, trials: Sequence[Trial], history: History) -> list[LossResult]:
    """One result for each loss, in the comparison's order. Trials that did not finish do not count."""
    finished = [trial for trial in trials if trial.state is TrialState.FINISHED and history.get(trial.id)]
    return [
        LossResult(loss=loss, error_rates={trial.seed: history[trial.id][-1].error_rate for trial in finished if trial.loss == loss})
        for loss in comparison.losses
    ]
