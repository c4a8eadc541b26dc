"""The results of a comparison: the last error rates of each trial and of each loss."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TypeVar

from lossviz.experiments.records import Comparison, EpochMetrics, Evaluation, Trial, TrialState

_Row = TypeVar("_Row")
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


def group_by_trial(rows: Iterable[tuple[str, _Row]]) -> dict[str, list[_Row]]:
    """Metrics by their trials, in order.

    >>> group_by_trial([("a", 1), ("b", 2), ("a", 3)])
    {'a': [1, 3], 'b': [2]}
    """
    by_trial: dict[str, list[_Row]] = {}
    for trial_id, row in rows:
        by_trial.setdefault(trial_id, []).append(row)
    return by_trial


def error_rate_curves(
    history: History, evaluations: Mapping[str, Sequence[Evaluation]]
) -> dict[str, list[tuple[float, float]]]:
    """Each trial's error rates, as pairs of epochs done and error rate.

    Trials of a lossviz that stored no evaluations yet have one error rate an epoch.
    """
    by_epoch = {
        trial_id: [(float(metrics.epoch), metrics.error_rate) for metrics in epochs]
        for trial_id, epochs in history.items()
    }
    return by_epoch | {
        trial_id: [(evaluation.at, evaluation.error_rate) for evaluation in of_trial]
        for trial_id, of_trial in evaluations.items()
    }


def summarise(
    comparison: Comparison, trials: Sequence[Trial], history: History
) -> list[LossResult]:
    """One result for each loss, in the comparison's order; only finished trials count."""
    finished = [
        trial for trial in trials if trial.state is TrialState.FINISHED and history.get(trial.id)
    ]
    return [
        LossResult(
            loss=loss,
            error_rates={
                trial.seed: history[trial.id][-1].error_rate
                for trial in finished
                if trial.loss == loss
            },
        )
        for loss in comparison.losses
    ]
