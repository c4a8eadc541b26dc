"""What follows from a comparison's records, as plain data for those who read its document."""

import math
from dataclasses import asdict
from typing import Any

from lossviz.experiments.conditions import describe_conditions
from lossviz.experiments.confidence_bins import BINS, bin_edges
from lossviz.experiments.descriptions import describe_comparison
from lossviz.experiments.files.snapshot import ComparisonSnapshot
from lossviz.experiments.judging.judgement import LossJudgement
from lossviz.experiments.rate_search import chosen_rates
from lossviz.experiments.records import Predictions, Trial
from lossviz.experiments.trial_devices import describe_devices
from lossviz.losses.functions import loss_label
from lossviz.statistics.verdicts import LossVerdict


def derived_parts(snapshot: ComparisonSnapshot) -> dict[str, Any]:
    """Plain data for JSON; a number that is not finite is null."""
    data, judgement = snapshot.data, snapshot.judgement
    comparison, preparation = data.comparison, data.preparation
    parts = {
        "description": describe_comparison(comparison, preparation, data.trials),
        "labels": {loss: loss_label(loss) for loss in comparison.losses},
        "learning_rate": preparation.learning_rate,
        "chosen_learning_rates": chosen_rates(data.trials) if comparison.rate_search else None,
        "devices": describe_devices(trial.computed_on for trial in data.trials if trial.device),
        "images": judgement.images,
        "training_images": judgement.training_images,
        "conditions": describe_conditions(data),
        "summary": judgement.verdicts.summary if judgement.verdicts else "",
        "results": [_result(loss) for loss in judgement.losses],
        "predictions": [
            _summary(trial, predictions)
            for trial in data.trials
            if (predictions := snapshot.predictions.get(trial.id))
        ],
        "histogram_edges": bin_edges(BINS),
    }
    return {name: _finite(value) for name, value in parts.items()}


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


def _summary(trial: Trial, predictions: Predictions) -> dict[str, Any]:
    """What the predictions of a trial come to."""
    pairs = zip(predictions.targets, predictions.predicted, strict=True)
    scaling = predictions.temperature
    return {
        "loss": trial.loss,
        "seed": trial.seed,
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
