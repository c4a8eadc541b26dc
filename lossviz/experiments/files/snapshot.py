"""A comparison as it stands at one moment: all its records, and how they are judged."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from lossviz.experiments.comparison_data import ComparisonData, read_comparison_data
from lossviz.experiments.comparison_records import ComparisonRecords
from lossviz.experiments.judging.convergence import read_earlier_evaluations
from lossviz.experiments.judging.judgement import Judgement, judge_comparison
from lossviz.experiments.records import (
    BatchLoss,
    Comparison,
    EpochMetrics,
    Evaluation,
    Predictions,
)
from lossviz.experiments.store.store import Store

_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonSnapshot:
    """All that is known of a comparison. Metrics stand by the ids of their trials, also of those
    that searched for learning rates.
    """

    data: ComparisonData
    judgement: Judgement
    history: Mapping[str, Sequence[EpochMetrics]]
    evaluations: Mapping[str, Sequence[Evaluation]]
    predictions: Mapping[str, Predictions]
    batches: Mapping[str, Sequence[BatchLoss]] = field(default_factory=dict)

    @property
    def records(self) -> ComparisonRecords:
        """Its records, without those of attempts that others have replaced."""
        trials = (*self.data.trials, *self.data.search_trials)

        def of_trials(reported: Mapping[str, _Row]) -> dict[str, _Row]:
            return {trial.id: reported[trial.id] for trial in trials if trial.id in reported}

        return ComparisonRecords(
            comparison=self.data.comparison,
            preparation=self.data.preparation,
            trials=trials,
            epochs=of_trials(self.history),
            evaluations=of_trials(self.evaluations),
            batches=of_trials(self.batches),
            predictions=of_trials(self.predictions),
            fingerprints=of_trials(self.data.fingerprints),
        )

    def without_server(self) -> "ComparisonSnapshot":
        """The same, but for what names things of the server, see ``ComparisonData``."""
        return replace(self, data=self.data.without_server())


def read_snapshot(store: Store, comparison: Comparison) -> ComparisonSnapshot:
    """Read a comparison with all that its trials reported, and judge it.

    Side effects: reads the store.
    """
    data = read_comparison_data(store, comparison)
    return ComparisonSnapshot(
        data=data,
        judgement=judge_comparison(
            data, earlier=read_earlier_evaluations(store, comparison, data.trials)
        ),
        history=_by_trial(store.epochs(comparison.id)[0]),
        evaluations=_by_trial(store.evaluations(comparison.id)[0]),
        predictions=store.predictions(comparison.id),
        batches=_by_trial(store.batches(comparison.id)[0]),
    )


def _by_trial(rows: Iterable[tuple[str, _Row]]) -> dict[str, list[_Row]]:
    """Metrics by their trials, in order."""
    by_trial: dict[str, list[_Row]] = {}
    for trial_id, row in rows:
        by_trial.setdefault(trial_id, []).append(row)
    return by_trial
