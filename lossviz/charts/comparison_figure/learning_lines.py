"""The error rates of a comparison over its epochs: each seed, their mean and their spread.

The race on the page computes the same in the browser, in ``race_chart/mean.js``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from lossviz.charts.loss_style import LossStyle, styled_losses
from lossviz.experiments.files.snapshot import ComparisonSnapshot
from lossviz.experiments.records import Trial, TrialState

_LEAST_AVERAGED: Final = 2  # seeds
_LOST: Final = (TrialState.DIVERGED, TrialState.FAILED, TrialState.CANCELLED, TrialState.LOST)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedLine:
    """One trial's error rate.

    Attributes:
        seed: Its seed.
        state: Where the trial stands.
        epochs: Epochs done at each measurement, rising; one or more.
        percent: The error rate there, 0 to 100.
    """

    seed: int
    state: TrialState
    epochs: tuple[float, ...]
    percent: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeanLine:
    """The mean of several seeds, as far as all of them reach.

    Attributes:
        epochs: Rising.
        percent: The mean there.
        deviation: The standard deviation there, n - 1 in the denominator.
        seeds: Of how many.
    """

    epochs: tuple[float, ...]
    percent: tuple[float, ...]
    deviation: tuple[float, ...]
    seeds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LossLines:
    """What is drawn of one loss.

    Attributes:
        label: Its name for people.
        style: How it is drawn.
        seeds: All that have a measurement.
        mean: Over the finished seeds; before two have finished over all that may yet finish. None
            of fewer than two.
    """

    label: str
    style: LossStyle
    seeds: tuple[SeedLine, ...]
    mean: MeanLine | None


def learning_lines(snapshot: ComparisonSnapshot) -> list[LossLines]:
    """The lines of each loss, in the comparison's order."""
    styled = styled_losses(snapshot.judgement.comparison.losses)
    lines = []
    for loss in snapshot.judgement.losses:
        seeds = [_seed_line(snapshot, result.trial) for result in loss.seeds]
        found = [seed for seed in seeds if seed is not None]
        lines.append(
            LossLines(
                label=loss.label,
                style=styled[loss.loss].style,
                seeds=tuple(found),
                mean=_mean_line(found),
            )
        )
    return lines


def _seed_line(snapshot: ComparisonSnapshot, trial: Trial) -> SeedLine | None:
    """Its evaluations, else its epochs; None where it has neither."""
    points = [(one.at, one.error_rate) for one in snapshot.evaluations.get(trial.id, ())]
    if len(points) < 2 and (history := snapshot.history.get(trial.id, ())):
        points = [(float(one.epoch), one.error_rate) for one in history]
    if not points:
        return None
    return SeedLine(
        seed=trial.seed,
        state=trial.state,
        epochs=tuple(at for at, _ in points),
        percent=tuple(100 * error_rate for _, error_rate in points),
    )


def _mean_line(seeds: Sequence[SeedLine]) -> MeanLine | None:
    finished = [seed for seed in seeds if seed.state is TrialState.FINISHED]
    counted = finished
    if len(finished) < _LEAST_AVERAGED:
        counted = [seed for seed in seeds if seed.state not in _LOST]
    if len(counted) < _LEAST_AVERAGED:
        return None
    first = max(seed.epochs[0] for seed in counted)
    last = min(seed.epochs[-1] for seed in counted)
    places = sorted({at for seed in counted for at in seed.epochs if first <= at <= last})
    if not places:
        return None
    values = np.array([np.interp(places, seed.epochs, seed.percent) for seed in counted])
    return MeanLine(
        epochs=tuple(places),
        percent=tuple(values.mean(axis=0).tolist()),
        deviation=tuple(values.std(axis=0, ddof=1).tolist()),
        seeds=len(counted),
    )
