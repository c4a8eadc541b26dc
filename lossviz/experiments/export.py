"""A whole comparison as JSON: what was planned, its verdicts, and what every trial reported."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from lossviz.experiments.comparison_data import ComparisonData, read_comparison_data
from lossviz.experiments.conditions import describe_conditions
from lossviz.experiments.confidence_bins import BINS, bin_edges
from lossviz.experiments.descriptions import describe_comparison
from lossviz.experiments.judging.convergence import read_earlier_evaluations
from lossviz.experiments.judging.judgement import Judgement, LossJudgement, judge_comparison
from lossviz.experiments.rate_search import chosen_rates
from lossviz.experiments.records import (
    Comparison,
    EpochMetrics,
    Evaluation,
    Predictions,
    Trial,
)
from lossviz.experiments.store.store import Store
from lossviz.experiments.trial_devices import describe_devices
from lossviz.experiments.uploads.reference import folder_name
from lossviz.statistics.verdicts import LossVerdict

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
    )


def _by_trial(rows: Iterable[tuple[str, _Row]]) -> dict[str, list[_Row]]:
    """Metrics by their trials, in order."""
    by_trial: dict[str, list[_Row]] = {}
    for trial_id, row in rows:
        by_trial.setdefault(trial_id, []).append(row)
    return by_trial


def export_comparison(snapshot: ComparisonSnapshot) -> dict[str, Any]:
    """Plain data for JSON; a number that is not finite is null.

    ``lossviz verdict`` reads ``plan`` and, of ``trials``, ``loss``, ``seed``, ``state`` and the
    last error rate of ``epochs``.
    """
    data, judgement = snapshot.data, snapshot.judgement
    comparison, preparation = data.comparison, data.preparation
    document = {
        "description": describe_comparison(comparison, preparation, data.trials),
        "recipe": comparison.recipe,
        "settings": (
            asdict(comparison.settings)
            | {
                "learning_rate": preparation.learning_rate,
                # other programs refuse JSON with bytes that are not UTF-8
                "folder": folder_name(comparison.settings.folder),
            }
        ),
        "losses": comparison.losses,
        "seeds": comparison.seeds,
        "plan": asdict(comparison.plan),
        "rate_search": _rate_search(data),
        "threads": preparation.threads,
        "devices": describe_devices(trial.computed_on for trial in data.trials if trial.device),
        "notes": preparation.notes,
        "images": judgement.images,
        "training_images": judgement.training_images,
        "conditions": describe_conditions(data),
        "summary": judgement.verdicts.summary if judgement.verdicts else "",
        "results": [_result(loss) for loss in judgement.losses],
        "histogram_edges": bin_edges(BINS),
        "trials": [_trial(snapshot, trial) for trial in data.trials],
        "search_trials": [_trial(snapshot, trial) for trial in data.search_trials],
    }
    return {name: _finite(value) for name, value in document.items()}


def _rate_search(data: ComparisonData) -> dict[str, Any] | None:
    search = data.comparison.rate_search
    return asdict(search) | {"chosen": chosen_rates(data.trials)} if search else None


def _result(loss: LossJudgement) -> dict[str, Any]:
    return {
        "loss": loss.loss,
        "mean_error_rate": loss.mean,
        "deviation": loss.deviation,
        "finished_seeds": [seed.trial.seed for seed in loss.seeds if seed.finished],
        "diverged_seeds": loss.diverged_seeds,
        "coverage": loss.coverage,
        "brier": loss.brier,
        "nll": loss.nll,
        "seconds": loss.seconds,
        "verdict": _verdict(loss.verdict) if loss.verdict else None,
    }


def _verdict(verdict: LossVerdict) -> dict[str, Any]:
    """What a program wants of a verdict, and its sentences."""
    return {
        "word": verdict.word,
        "difference": verdict.difference,
        "interval": verdict.interval,
        "interval_new_images": verdict.interval_new_images,
        "p": verdict.p,
        "limit": verdict.limit,
        "seeds": verdict.seeds,
        "dropped": verdict.dropped,
        "final": verdict.final,
        "clear": verdict.clear,
        "added": verdict.added,
        "seeds_needed": verdict.seeds_needed,
        "sentence": verdict.sentence,
        "sentence_new_images": verdict.sentence_new_images,
    }


def _trial(snapshot: ComparisonSnapshot, trial: Trial) -> dict[str, Any]:
    epochs = snapshot.history.get(trial.id, ())
    evaluations = snapshot.evaluations.get(trial.id, ())
    predictions = snapshot.predictions.get(trial.id)
    started, ended = trial.started_at, trial.ended_at
    return {
        "loss": trial.loss,
        "seed": trial.seed,
        "learning_rate": trial.learning_rate or snapshot.data.preparation.learning_rate,
        "state": trial.state,
        "reason": trial.reason,
        "stderr": trial.stderr,
        "origin": trial.origin,
        "device": trial.device,
        "precision": trial.precision,
        "training_images": trial.training_images,
        "validation_images": trial.validation_images,
        "seconds": None if started is None or ended is None else ended - started,
        "fingerprints": snapshot.data.fingerprints.get(trial.id, {}),
        "epochs": [asdict(metrics) for metrics in epochs],
        "evaluations": [asdict(evaluation) for evaluation in evaluations],
        "predictions": _summary(predictions) if predictions else None,
    }


def _summary(predictions: Predictions) -> dict[str, Any]:
    """What predictions come to; the images themselves are in the app's database."""
    pairs = zip(predictions.targets, predictions.predicted, strict=True)
    scaling = predictions.temperature
    return {
        "images": len(predictions.rows),
        "errors": sum(target != predicted for target, predicted in pairs),
        "mean_confidence": sum(predictions.confidence) / max(1, len(predictions.confidence)),
        "temperature_scaling": asdict(scaling) if scaling else None,
    }


def _finite(value: Any) -> Any:
    """The value with null for every number in it that JSON does not have."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {name: _finite(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(inner) for inner in value]
    return value
