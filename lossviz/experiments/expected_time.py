"""How long trainings will take, from those of the same kind that this machine has done."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import attrgetter
from statistics import fmean
from typing import Final

from lossviz.experiments.records import Comparison, Trial, TrialState
from lossviz.experiments.settings import Settings

_LATEST: Final = 20  # trials of a kind, whose mean is expected of the next


def takes_the_same_time(first: Settings, second: Settings) -> bool:
    """Whether an epoch of two settings takes about as long: what the network computes is the same.

    Optimiser, rate, noise and imbalance do not count. Imbalance leaves fewer images, so that the
    time is at most what is expected.
    """
    return _computed_alike(first) == _computed_alike(second)


_computed_alike = attrgetter(
    "network", "image_size", "batch_size", "mixed_precision", "workers", "folder"
)


class TrialTimes:
    """How long an epoch of each kind of training took lately.

    One thread notes times, any may read them.

    Args:
        durations: Trials that have finished, the earliest first: of which comparison each was, and
            its seconds.
    """

    def __init__(self, durations: Iterable[tuple[Comparison, float]] = ()) -> None:
        self._epochs_s: dict[object, tuple[float, ...]] = {}
        for comparison, seconds in durations:
            self.note(comparison, seconds)

    def note(self, comparison: Comparison, seconds: float) -> None:
        """Note that a trial of a comparison has finished, and how long it took."""
        kind = _kind(comparison)
        epoch_s = seconds / comparison.settings.epochs
        self._epochs_s[kind] = (*self._epochs_s.get(kind, ()), epoch_s)[-_LATEST:]

    def trial_s(self, comparison: Comparison) -> float | None:
        """Seconds that a trial of a comparison takes; None where none of its kind has finished."""
        epochs_s = self._epochs_s.get(_kind(comparison))
        return fmean(epochs_s) * comparison.settings.epochs if epochs_s else None


def _kind(comparison: Comparison) -> object:
    return comparison.recipe, _computed_alike(comparison.settings)


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
