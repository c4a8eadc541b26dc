"""The predictions that the panels about errors read."""

from __future__ import annotations

from collections.abc import Sequence

from lossviz.experiments.access.visitor_store import VisitorStore
from lossviz.experiments.records import Predictions, Trial
from lossviz.ui.train.comparison_panels.choices import trials_of

TrialSeeds = tuple[tuple[str, int], ...]  # pairs of a trial's id and its seed


def pairs_of(finished: Sequence[Trial], loss: str, seeds: Sequence[int]) -> TrialSeeds:
    """The trials of one loss with some seeds, by id and seed; what a cache is keyed by."""
    return tuple((trial.id, trial.seed) for trial in trials_of(finished, loss, seeds))


def predictions_by_seed(
    store: VisitorStore, comparison_id: str, trials: TrialSeeds
) -> dict[int, Predictions]:
    """What the networks of some trials predict, by seed; of those that said it."""
    found = store.predictions(comparison_id, trial_ids=[trial_id for trial_id, _ in trials])
    return {seed: found[trial_id] for trial_id, seed in trials if trial_id in found}


def recorded_note(trials: Sequence[Trial], predictions: int) -> str:
    """A sentence where fewer predictions were recorded than images validated; else empty.

    Args:
        trials: Whose predictions they are.
        predictions: How many there are.
    """
    validated = sum(trial.validation_images or 0 for trial in trials)
    if validated <= predictions:
        return ""
    return f" Recorded were {predictions:,} of {validated:,} predictions."
