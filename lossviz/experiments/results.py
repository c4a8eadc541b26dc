"""The results of a comparison: the last error rates of each trial and of each loss."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import TypeVar

from lossviz.experiments.descriptions import format_count
from lossviz.experiments.records import Comparison, EpochMetrics, Evaluation, Trial, TrialState

_Row = TypeVar("_Row")
History = Mapping[str, Sequence[EpochMetrics]]


@dataclass(frozen=True, slots=True, kw_only=True)
class LossResult:
    """One loss of a comparison.

    Attributes:
        loss: The loss as one string.
        error_rates: The last error rate of each finished trial, 0 to 1, by its seed.
        states: Where each of its trials stands, by seed.
    """

    loss: str
    error_rates: Mapping[int, float]
    states: Mapping[int, TrialState]

    @property
    def mean(self) -> float | None:
        """Mean error rate over the finished seeds, None before any trial has finished."""
        return fmean(self.error_rates.values()) if self.error_rates else None

    @property
    def diverged_seeds(self) -> list[int]:
        """The seeds with which the training diverged."""
        return sorted(seed for seed, state in self.states.items() if state is TrialState.DIVERGED)

    @property
    def coverage(self) -> str:
        """Over how many of the seeds the mean is, and how the others ended; empty where it is over
        all.

        >>> states = {0: TrialState.FINISHED, 1: TrialState.DIVERGED, 2: TrialState.FINISHED}
        >>> LossResult(loss="inverse", error_rates={0: 0.5, 2: 0.25}, states=states).coverage
        '2 of 3 seeds, 1 diverged'
        """
        if len(self.error_rates) == len(self.states):
            return ""
        ended = Counter(
            state
            for state in self.states.values()
            if state.ended and state is not TrialState.FINISHED
        )
        parts = [f"{len(self.error_rates)} of {format_count(len(self.states), 'seed')}"]
        return ", ".join([*parts, *(f"{count} {state}" for state, count in ended.items())])


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
            states={trial.seed: trial.state for trial in trials if trial.loss == loss},
        )
        for loss in comparison.losses
    ]
