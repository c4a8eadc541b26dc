"""Snapshots of comparisons, made of their trials."""

from collections.abc import Mapping, Sequence

from lossviz.experiments.comparison_data import ComparisonData
from lossviz.experiments.files.snapshot import ComparisonSnapshot
from lossviz.experiments.judging.judgement import judge_comparison
from lossviz.experiments.records import Comparison, EpochMetrics, Preparation, Trial


def snapshot_of(data: ComparisonData) -> ComparisonSnapshot:
    """What is known of a comparison of which nothing but the ends of its trials is."""
    return ComparisonSnapshot(
        data=data,
        judgement=judge_comparison(data),
        history={},
        evaluations={id: [evaluation] for id, evaluation in data.last.items()},
        predictions={},
    )


def snapshot_of_trials(
    comparison: Comparison,
    trials: Sequence[Trial],
    *,
    preparation: Preparation | None = None,
    history: Mapping[str, Sequence[EpochMetrics]] | None = None,
) -> ComparisonSnapshot:
    """The same of trials that were never evaluated, but have a history."""
    data = ComparisonData(
        comparison=comparison,
        preparation=preparation or Preparation(),
        trials=trials,
        search_trials=(),
        last={},
        fingerprints={},
    )
    return ComparisonSnapshot(
        data=data,
        judgement=judge_comparison(data),
        history=history or {},
        evaluations={},
        predictions={},
    )
