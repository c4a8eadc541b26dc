"""What an opened row of the table of results holds: its loss's seeds, as plain data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from lossviz.charts.difference_scale import DifferenceScale
from lossviz.experiments.comparison_data import ComparisonData
from lossviz.experiments.fingerprints import ALL_PARTS, compare_fingerprints
from lossviz.experiments.judging.judgement import LossJudgement, SeedResult
from lossviz.experiments.number_text import format_rate
from lossviz.experiments.records import Trial, TrialState
from lossviz.ui.number_text import decimals, error_percent, seconds_texts, signed

Curve = Sequence[tuple[float, float]]  # pairs of epochs done and error rate
POINTS: Final = 24  # of a curve as wide as a word, at most


def seed_rows(
    loss: LossJudgement,
    data: ComparisonData,
    scale: DifferenceScale,
    curves: Mapping[str, Curve],
    *,
    stoppable: bool,
) -> list[dict[str, Any]]:
    """A row for each seed of a loss.

    Args:
        loss: The loss.
        data: What is known of its comparison.
        scale: How differences are written.
        curves: Each trial's course, by its id.
        stoppable: Whether this app can stop a trial.
    """
    highest = max(
        (rate for seed in loss.seeds for _, rate in curves.get(seed.trial.id, ())), default=1.0
    )
    epochs = data.comparison.settings.epochs
    seconds = seconds_texts([seed.seconds for seed in loss.seeds])
    return [
        _seed_row(seed, data, scale)
        | {
            "seconds": took,
            "stoppable": stoppable and not seed.trial.state.ended,
            "curve": [
                (round(at / epochs, 2), round(rate / (highest or 1.0), 2))
                for at, rate in curves.get(seed.trial.id, ())
            ],
        }
        for seed, took in zip(loss.seeds, seconds, strict=True)
    ]


def _seed_row(seed: SeedResult, data: ComparisonData, scale: DifferenceScale) -> dict[str, Any]:
    trial, last = seed.trial, seed.last
    return {
        "id": trial.id,
        "seed": trial.seed,
        "state": str(trial.state),
        "status": _status(trial),
        "reason": trial.reason,
        "error": error_percent(last.error_rate, trial.validation_images) if last else "",
        "difference": (
            ""
            if seed.difference is None
            else f"{signed(scale.of(seed.difference), 0 if scale.images else 1)} {scale.unit}"
        ),
        "brier": "" if last is None or last.brier is None else decimals(last.brier, 3),
        "nll": "" if last is None or last.nll is None else decimals(last.nll, 3),
        "conditions": _conditions(trial, data),
    }


def _status(trial: Trial) -> str:
    if trial.state is TrialState.RUNNING:
        return f"running, {100 * trial.progress:.0f}%"
    return str(trial.state)


def _conditions(trial: Trial, data: ComparisonData) -> str:
    """The learning rate, and whether the losses of the seed were trained on the same."""
    rate = (
        trial.learning_rate
        or data.preparation.learning_rate
        or data.comparison.settings.learning_rate
    )
    of_seed = [other for other in data.trials if other.seed == trial.seed]
    found = compare_fingerprints(of_seed, data.fingerprints)
    if found.mismatches:
        parts = ", ".join(ALL_PARTS[mismatch.part] for mismatch in found.mismatches)
        conditions = f"not the same for all losses: {parts}"
    elif found.devices_differ:
        conditions = "same for all losses but the device or the precision"
    elif found.compared:
        conditions = "same for all losses"
    else:
        conditions = "not checked yet"
    return f"{conditions}; learning rate {format_rate(rate)}" if rate else conditions
