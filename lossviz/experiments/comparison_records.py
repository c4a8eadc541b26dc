"""A comparison as it travels between databases: with all that its trials have reported."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from lossviz.experiments.records import (
    BatchLoss,
    Comparison,
    EpochMetrics,
    Evaluation,
    Predictions,
    Preparation,
    Trial,
    trial_id,
)

_Reported = TypeVar("_Reported")


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonRecords:
    """All records of one comparison. What trials have reported stands by their ids.

    Attributes:
        comparison: What was planned.
        preparation: What was done for all of its trials.
        trials: Those that are judged and those of a search, of each the last attempt.
        epochs: In order, as all that follows.
        evaluations: On the validation images.
        batches: Training losses.
        predictions: Of trials that have finished.
        fingerprints: By part.
    """

    comparison: Comparison
    preparation: Preparation
    trials: Sequence[Trial]
    epochs: Mapping[str, Sequence[EpochMetrics]] = field(default_factory=dict)
    evaluations: Mapping[str, Sequence[Evaluation]] = field(default_factory=dict)
    batches: Mapping[str, Sequence[BatchLoss]] = field(default_factory=dict)
    predictions: Mapping[str, Predictions] = field(default_factory=dict)
    fingerprints: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def with_id(self, comparison_id: str) -> "ComparisonRecords":
        """The same under another id, which those of the trials follow."""
        ids = {
            trial.id: trial_id(
                comparison_id, trial.position, purpose=trial.purpose, attempt=trial.attempt
            )
            for trial in self.trials
        }

        def by_new_id(reported: Mapping[str, _Reported]) -> dict[str, _Reported]:
            return {ids[old]: value for old, value in reported.items()}

        return ComparisonRecords(
            comparison=replace(self.comparison, id=comparison_id),
            preparation=self.preparation,
            trials=[
                replace(trial, id=ids[trial.id], comparison_id=comparison_id)
                for trial in self.trials
            ],
            epochs=by_new_id(self.epochs),
            evaluations=by_new_id(self.evaluations),
            batches=by_new_id(self.batches),
            predictions=by_new_id(self.predictions),
            fingerprints=by_new_id(self.fingerprints),
        )
