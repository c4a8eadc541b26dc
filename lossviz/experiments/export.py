"""A whole comparison as JSON: what was requested, how every trial ended, and what it reported."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from lossviz.experiments.confidence_bins import BINS, bin_edges
from lossviz.experiments.descriptions import describe_comparison
from lossviz.experiments.fingerprints import FingerprintsByTrial
from lossviz.experiments.folder_paths import printable
from lossviz.experiments.records import Comparison, Evaluation, Preparation, Trial
from lossviz.experiments.results import History, LossResult, summarise


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonSnapshot:
    """All that is known of a comparison; metrics by the ids of their trials."""

    comparison: Comparison
    trials: Sequence[Trial]
    preparation: Preparation
    history: History
    evaluations: Mapping[str, Sequence[Evaluation]]
    fingerprints: FingerprintsByTrial


def export_comparison(snapshot: ComparisonSnapshot) -> dict[str, Any]:
    """Plain data for JSON; a loss that is not finite is null."""
    comparison = snapshot.comparison
    results = summarise(comparison, snapshot.trials, snapshot.history)
    return {
        "description": describe_comparison(comparison, snapshot.preparation),
        "recipe": comparison.recipe,
        "settings": (
            asdict(comparison.settings)
            | {
                "learning_rate": snapshot.preparation.learning_rate,
                # other programs refuse JSON with bytes that are not UTF-8
                "folder": printable(comparison.settings.folder),
            }
        ),
        "losses": comparison.losses,
        "seeds": comparison.seeds,
        "threads": snapshot.preparation.threads,
        "notes": snapshot.preparation.notes,
        "results": [_result(result) for result in results],
        "histogram_edges": bin_edges(BINS),
        "trials": [_trial(snapshot, trial) for trial in snapshot.trials],
    }


def _result(result: LossResult) -> dict[str, Any]:
    return {
        "loss": result.loss,
        "mean_error_rate": result.mean,
        "finished_seeds": sorted(result.error_rates),
        "diverged_seeds": result.diverged_seeds,
        "coverage": result.coverage,
    }


def _trial(snapshot: ComparisonSnapshot, trial: Trial) -> dict[str, Any]:
    return {
        "loss": trial.loss,
        "seed": trial.seed,
        "state": trial.state,
        "reason": trial.reason,
        "stderr": trial.stderr,
        "origin": trial.origin,
        "fingerprints": snapshot.fingerprints.get(trial.id, {}),
        "epochs": [
            {name: _finite(value) for name, value in asdict(metrics).items()}
            for metrics in snapshot.history.get(trial.id, ())
        ],
        "evaluations": [
            asdict(evaluation) for evaluation in snapshot.evaluations.get(trial.id, ())
        ],
    }


def _finite(value: object) -> object:
    return None if isinstance(value, float) and not math.isfinite(value) else value
