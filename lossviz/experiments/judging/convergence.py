"""Whether the losses of a comparison had stopped improving when their training ended.

A training whose error still falls in its last fifth was cut off, and so is the ranking that it
gives: a longer one may rank the losses otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final, Protocol

from lossviz.errors import InvalidInput
from lossviz.experiments.records import Comparison, Evaluation, Trial, TrialState
from lossviz.statistics.measurements import ROUNDING
from lossviz.statistics.paired import paired_interval
from lossviz.statistics.plan import Plan
from lossviz.statistics.verdicts import default_margin

EARLIER_SHARE: Final = 0.8  # of the training, where its last fifth begins
_NEAR_ENOUGH: Final = 0.1  # an evaluation this far from there still stands for it
_LEAST_SEEDS: Final = 3  # of which a t interval says anything
_NAMED: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class LateChange:
    """How the error rate of one loss changed at the end of its training.

    Attributes:
        loss: The loss as one string.
        before: Mean error rate at the beginning of the stretch, 0 to 1.
        after: Mean error rate at the end, over the same seeds.
        seeds: How many these are.
        least_fall: The fall is at least this, but for the chance of ``alpha``; negative where the
            error may just as well have risen.
        margin: A fall that is no larger does not count, in error rate.
    """

    loss: str
    before: float
    after: float
    seeds: int
    least_fall: float
    margin: float

    @property
    def still_falls(self) -> bool:
        """Whether the error fell by more than chance explains, and by more than the margin."""
        return self.least_fall > 0 and self.before - self.after > self.margin


@dataclass(frozen=True, slots=True, kw_only=True)
class Convergence:
    """How the losses of a comparison ended.

    Attributes:
        share: The share of the training that lies between the two measurements, above 0 to 1.
        changes: Of the losses of which both measurements are there.
    """

    share: float
    changes: tuple[LateChange, ...]

    def __post_init__(self) -> None:
        if not 0 < self.share <= 1:
            raise InvalidInput(
                f"the share of a training must be above 0 and at most 1: {self.share}"
            )

    @property
    def still_falling(self) -> tuple[LateChange, ...]:
        """The losses whose training was cut off; those that fell furthest first."""
        falling = [change for change in self.changes if change.still_falls]
        return tuple(sorted(falling, key=lambda change: change.after - change.before))


def late_changes(
    errors: Mapping[str, Sequence[tuple[float, float]]],
    *,
    images: int,
    margin: float,
    alpha: float,
) -> tuple[LateChange, ...]:
    """What the end of the training still changed, for each loss.

    From three seeds on the fall must lie above 0 with its t interval, paired by seed. With one or
    two, whose spread says nothing, it must exceed the largest standard error that two error rates
    of the same images can have: sqrt((before + after) / images), as no image can be wrong once and
    right once more often than it is wrong in all.

    Args:
        errors: For each loss its seeds' error rates, earlier and at the end; a loss has at least
            one seed.
        images: Validation images.
        margin: A smaller fall does not count, in error rate.
        alpha: The risk that any loss is falsely said to fall.
    """
    each_alpha = alpha / max(1, len(errors))
    return tuple(
        LateChange(
            loss=loss,
            before=fmean(before for before, _ in pairs),
            after=fmean(after for _, after in pairs),
            seeds=len(pairs),
            least_fall=_least_fall(pairs, images=images, alpha=each_alpha),
            margin=margin,
        )
        for loss, pairs in errors.items()
    )


def _least_fall(pairs: Sequence[tuple[float, float]], *, images: int, alpha: float) -> float:
    falls = [before - after for before, after in pairs]
    if len(pairs) >= _LEAST_SEEDS:
        interval = paired_interval(falls, alpha=alpha, floor=ROUNDING / images).interval
        return interval[0] if interval else fmean(falls)
    from scipy.special import ndtri  # 0.3 s that only a finished trial costs

    variances = [(before + after) / images for before, after in pairs]
    standard_error = math.sqrt(sum(variances)) / len(pairs)
    return fmean(falls) - float(ndtri(1 - alpha / 2)) * standard_error


def assess_convergence(
    comparison: Comparison,
    trials: Sequence[Trial],
    earlier: Mapping[str, Evaluation],
    last: Mapping[str, Evaluation],
    *,
    images: int,
) -> Convergence | None:
    """Whether the losses of a comparison had stopped improving, as far as their trials have
    finished; None where none has, or where they were evaluated too rarely to say.

    Args:
        comparison: Which.
        trials: Its trials.
        earlier: By trial, see ``read_earlier_evaluations``.
        last: By trial, its last evaluation.
        images: Validation images.
    """
    errors: dict[str, list[tuple[float, float]]] = {}
    shares = []
    for trial in trials:
        if trial.state is not TrialState.FINISHED or not {trial.id} <= earlier.keys() & last.keys():
            continue
        before, after = earlier[trial.id], last[trial.id]
        errors.setdefault(trial.loss, []).append((before.error_rate, after.error_rate))
        shares.append(1 - before.at / comparison.settings.epochs)
    if not errors:
        return None
    plan = comparison.plan
    changes = late_changes(errors, images=images, margin=margin_of(plan, images), alpha=plan.alpha)
    return Convergence(share=fmean(shares), changes=changes)


def margin_of(plan: Plan, images: int) -> float:
    """Differences of the error rate within plus and minus this count as the same."""
    return plan.margin or default_margin(images)


class EvaluationReader(Protocol):
    """Whatever evaluations can be read from: a store, or one visitor's part of it."""

    def evaluations_near(
        self, trial_ids: Sequence[str], *, at: float, within: float
    ) -> dict[str, Evaluation]:
        """See ``read_evaluations_near``."""


def read_earlier_evaluations(
    store: EvaluationReader, comparison: Comparison, trials: Iterable[Trial]
) -> dict[str, Evaluation]:
    """The evaluation of each finished trial that lies nearest to where the last fifth of its
    training began, by trial; none of those that were evaluated too rarely.

    Side effects: reads the store.
    """
    finished = [trial.id for trial in trials if trial.state is TrialState.FINISHED]
    epochs = comparison.settings.epochs
    return store.evaluations_near(finished, at=EARLIER_SHARE * epochs, within=_NEAR_ENOUGH * epochs)


def convergence_sentence(convergence: Convergence, labels: Mapping[str, str]) -> str:
    """That the training was too short, with its numbers; empty where nothing shows that.

    Args:
        convergence: How the losses ended.
        labels: A name for each loss.
    """
    falling = convergence.still_falling
    if not falling:
        return ""
    named = [
        f"{labels[change.loss]} from {_percent(change.before)} to {_percent(change.after)}"
        for change in falling[:_NAMED]
    ]
    if len(falling) > _NAMED:
        named.append(f"and {len(falling) - _NAMED} more losses")
    return (
        f"Training ended too early: in its last {_share(convergence.share)} the error rate still"
        f" fell ({', '.join(named)}). A longer training may rank the losses differently."
    )


def _share(share: float) -> str:
    return "fifth" if abs(share - 0.2) < 0.01 else f"{100 * share:.0f}%"


def _percent(rate: float) -> str:
    return f"{100 * rate:.1f}%"
