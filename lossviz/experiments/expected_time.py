"""How long a comparison will take, from trainings of the same kind that this machine has done."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

from lossviz.experiments.records import Trial, TrialState
from lossviz.experiments.settings import Settings


def takes_the_same_time(first: Settings, second: Settings) -> bool:
    """Whether an epoch of two settings takes about as long: what the network computes is the same.

    Optimiser, rate, noise and imbalance do not count. Imbalance leaves fewer images, so that the
    time is at most what is expected.
    """
    return all(
        getattr(first, name) == getattr(second, name)
        for name in ("network", "image_size", "batch_size", "mixed_precision", "workers", "folder")
    )


def trained_on(trials: Sequence[Trial], devices: Sequence[str]) -> list[Trial]:
    """Those of the trials that were trained on one of these devices, see ``Trial.device``; of an
    earlier lossviz, which did not record it, all.
    """
    return [trial for trial in trials if not trial.device or trial.device in devices]


def expected_s(
    settings: Settings, trials: int, *, done: Sequence[Trial], done_with: Settings, at_once: int
) -> float | None:
    """Seconds that a comparison will take.

    Args:
        settings: How it is trained.
        trials: How many trials it has, those of a search included.
        done: Trials that this machine has done.
        done_with: How they were trained; an epoch takes as long, see ``takes_the_same_time``.
        at_once: How many of them ran side by side.

    Returns:
        None where none of them has finished.
    """
    durations_s = [
        trial.ended_at - trial.started_at
        for trial in done
        if trial.state is TrialState.FINISHED and trial.ended_at and trial.started_at
    ]
    if not durations_s:
        return None
    epoch_s = fmean(durations_s) / done_with.epochs
    return epoch_s * settings.epochs * trials / max(1, min(at_once, trials))
