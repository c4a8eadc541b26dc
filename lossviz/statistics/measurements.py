"""What the looks of a comparison measure: differences, intervals, p, and which loss is clear."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan, nan, sqrt
from statistics import fmean
from typing import Final

import numpy as np

from lossviz.statistics.always_valid import Numbers, half_width
from lossviz.statistics.looks import Looks, judge_paths, limit_table
from lossviz.statistics.loss_verdict import Interval
from lossviz.statistics.plan import Plan
from lossviz.statistics.runs import LossRuns

ROUNDING: Final = 1 / sqrt(12)  # standard deviation that rounding to whole images leaves
_DIGITS: Final = 15  # behind the point: what is below them comes of subtracting in float64


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One loss at its last look.

    Attributes:
        differences: Its error rate minus the baseline's by seed, of the seeds that count.
        mean: Its mean error rate over them; None where none counts.
        baseline_mean: The baseline's.
        spread: The standard deviation of the differences; None before the second, and where they
            are equal and no image's share is known.
        interval: Of the mean difference; None where there is no look or no spread.
        interval_new_images: The same for new images.
        p: Two-sided; None where there is no interval.
        limit: What p must be below; None where there is no look.
        dropped: Seeds that ended without a pair, for another reason than that one diverged.
        added_seeds: Seeds that count and were added to the plan.
        clear_at: How many seeds counted when p was first below its limit; None where it never was.
        clear_side: The sign of the difference then; 0 where p never was.
    """

    differences: Mapping[int, float]
    mean: float | None
    baseline_mean: float | None
    spread: float | None
    interval: Interval | None
    interval_new_images: Interval | None
    p: float | None
    limit: float | None
    dropped: int
    added_seeds: int
    clear_at: int | None
    clear_side: float

    @property
    def difference(self) -> float | None:
        """The mean of the differences."""
        return round(fmean(self.differences.values()), _DIGITS) if self.differences else None


def measure(
    runs: Sequence[LossRuns],
    baseline: LossRuns,
    plan: Plan,
    *,
    images: int | None,
    training_images: int | None,
    order: Sequence[int] | None = None,
) -> list[Measurement]:
    """Take all looks at all losses.

    Args:
        runs: The losses to compare with the baseline.
        baseline: Its runs.
        plan: What was planned.
        images: Validation images; None where they are not known.
        training_images: Images of an epoch of training; None where they are not known.
        order: All seeds in the order of the looks; rising by default.
    """
    known = baseline.seeds.union(*(run.seeds for run in runs))
    seeds = [seed for seed in order or sorted(known) if seed in known] or [0]
    differences = np.array([_path(run, baseline, seeds) for run in runs])
    looks, p, rejections = judge_paths(
        differences,
        planned=plan.seeds,
        alpha=plan.alpha,
        floor=ROUNDING / images if images else 0.0,
    )
    limits = limit_table(len(runs), plan.seeds, len(seeds), plan.alpha)
    own = [
        _LossLooks(
            looks=looks.of(index),
            p=p[index],
            first=int(rejections.first[index]),
            limits=limits[rejections.sharing[index]],
            levels=limits[len(runs)],
        )
        for index in range(len(runs))
    ]
    share = images / training_images if images and training_images else None
    return [
        _measurement(run, baseline, seeds, looks, planned=plan.seeds, share=share)
        for run, looks in zip(runs, own, strict=True)
    ]


def _path(run: LossRuns, baseline: LossRuns, seeds: Sequence[int]) -> list[float]:
    """The differences in the order of seeds, up to the first seed that has not ended for both; NaN
    from there on, and where a seed has no pair.
    """
    path = [nan] * len(seeds)
    for place, seed in enumerate(seeds):
        if seed not in run.ended or seed not in baseline.ended:
            break
        if seed in run.errors and seed in baseline.errors:
            path[place] = _difference(run, baseline, seed)
    return path


def _difference(run: LossRuns, baseline: LossRuns, seed: int) -> float:
    return round(run.errors[seed] - baseline.errors[seed], _DIGITS)


@dataclass(frozen=True, slots=True, kw_only=True)
class _LossLooks:
    """The looks at one loss.

    Attributes:
        looks: Their statistics, [seeds].
        p: Their p, [seeds].
        first: The place of the seed at which the loss became clear, -1 where it did not.
        limits: What p must be below, by pairs and by whether the seed was added.
        levels: The same for the intervals, which hold for all losses at once.
    """

    looks: Looks
    p: Numbers
    first: int
    limits: Numbers
    levels: Numbers


def _measurement(
    run: LossRuns,
    baseline: LossRuns,
    seeds: Sequence[int],
    own: _LossLooks,
    *,
    planned: int,
    share: float | None,
) -> Measurement:
    looks = own.looks
    places = np.flatnonzero(looks.is_look).tolist()
    counted = [seeds[place] for place in places]
    last = places[-1] if counted else 0
    pairs, is_added = len(counted), int(last >= planned)
    level, limit = own.levels[pairs, is_added], own.limits[pairs, is_added]
    spread = float(looks.spread[last])
    mean = float(looks.mean[last])
    is_tested = limit > 0 and not isnan(spread)
    half = _half_width(pairs, float(level), added=bool(is_added)) if is_tested else nan
    one_more = sqrt(1 + pairs * share) if share else None
    is_clear = own.first >= 0
    return Measurement(
        differences={seed: _difference(run, baseline, seed) for seed in counted},
        mean=fmean(run.errors[seed] for seed in counted) if counted else None,
        baseline_mean=fmean(baseline.errors[seed] for seed in counted) if counted else None,
        spread=None if isnan(spread) else spread,
        interval=_interval(mean, half * spread / sqrt(pairs)) if is_tested else None,
        interval_new_images=(
            _interval(mean, half * spread / sqrt(pairs) * one_more)
            if is_tested and one_more
            else None
        ),
        p=float(own.p[last]) if is_tested else None,
        limit=float(limit) if limit > 0 else None,
        dropped=_dropped(run, baseline),
        added_seeds=sum(int(place >= planned) for place in places),
        clear_at=int(looks.pairs[own.first]) if is_clear else None,
        clear_side=float(np.sign(looks.mean[own.first])) if is_clear else 0.0,
    )


def _half_width(pairs: int, level: float, *, added: bool) -> float:
    """Half the width of an interval in standard errors."""
    from scipy.special import stdtrit

    if added:
        return half_width(pairs, level)
    return abs(float(stdtrit(pairs - 1, level / 2)))  # it overflows to plus infinity


def _interval(mean: float, half: float) -> Interval:
    """Around the mean; no difference of error rates is beyond -1 or 1."""
    return max(-1.0, mean - half), min(1.0, mean + half)


def _dropped(run: LossRuns, baseline: LossRuns) -> int:
    """Seeds that ended without a pair, though nothing diverged."""
    ended = run.ended & baseline.ended
    lost = (run.dropped | baseline.dropped) - run.diverged - baseline.diverged
    return len(ended & lost)
