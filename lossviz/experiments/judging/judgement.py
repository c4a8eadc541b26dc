"""What a comparison shows: each loss's numbers, seed by seed, and the verdicts on them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev
from types import MappingProxyType
from typing import Final

from lossviz.experiments.comparison_data import ComparisonData
from lossviz.experiments.descriptions import and_list, format_count
from lossviz.experiments.fingerprints import ALL_PARTS, differing_parts
from lossviz.experiments.judging.convergence import Convergence, assess_convergence
from lossviz.experiments.records import Comparison, Evaluation, Trial, TrialState
from lossviz.losses.functions import loss_label
from lossviz.statistics.runs import LossRuns
from lossviz.statistics.verdicts import LossVerdict, Verdicts, judge

_DROPPED: Final = (TrialState.FAILED, TrialState.CANCELLED, TrialState.LOST)
_NONE: Final[Mapping[str, Evaluation]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedResult:
    """One trial and what came out of it.

    Attributes:
        trial: Which.
        last: Its last evaluation; None before it has one.
        difference: Its error rate minus that of the baseline with the same seed; None unless both
            have finished under the same conditions, and of the baseline.
    """

    trial: Trial
    last: Evaluation | None
    difference: float | None

    @property
    def finished(self) -> Evaluation | None:
        """What it ended with; None unless it has finished."""
        return self.last if self.trial.state is TrialState.FINISHED else None

    @property
    def seconds(self) -> float | None:
        """How long its training took so far; None before that is known."""
        if self.last and self.last.seconds is not None:
            return self.last.seconds
        if self.trial.started_at is None or self.trial.ended_at is None:
            return None
        return self.trial.ended_at - self.trial.started_at


@dataclass(frozen=True, slots=True, kw_only=True)
class LossJudgement:
    """One loss of a comparison. Means are over its finished seeds, and None before there are any.

    Attributes:
        loss: The loss as one string.
        label: Its name for people.
        is_baseline: Whether the others are compared with it.
        verdict: How it compares with the baseline; None for the baseline.
        seeds: By seed, as far as their trials can be read.
    """

    loss: str
    label: str
    is_baseline: bool
    verdict: LossVerdict | None
    seeds: tuple[SeedResult, ...]

    @property
    def finished(self) -> tuple[Evaluation, ...]:
        """The last evaluations of the seeds that have finished."""
        return tuple(seed.finished for seed in self.seeds if seed.finished)

    @property
    def diverged_seeds(self) -> list[int]:
        """The seeds with which the training diverged."""
        trials = [seed.trial for seed in self.seeds]
        return [trial.seed for trial in trials if trial.state is TrialState.DIVERGED]

    @property
    def coverage(self) -> str:
        """Over how many of the seeds the means are, and how the others ended, as in "2 of 3 seeds,
        1 diverged"; empty where they are over all.
        """
        if len(self.finished) == len(self.seeds):
            return ""
        states = [seed.trial.state for seed in self.seeds]
        others = Counter(s for s in states if s.ended and s is not TrialState.FINISHED)
        parts = [f"{len(self.finished)} of {format_count(len(self.seeds), 'seed')}"]
        return ", ".join([*parts, *(f"{count} {state}" for state, count in others.items())])

    @property
    def mean(self) -> float | None:
        """Mean error rate, 0 to 1."""
        return _mean(evaluation.error_rate for evaluation in self.finished)

    @property
    def deviation(self) -> float | None:
        """Standard deviation of the error rates, n - 1 in the denominator; None of one seed."""
        rates = [evaluation.error_rate for evaluation in self.finished]
        return stdev(rates) if len(rates) > 1 else None

    @property
    def brier(self) -> float | None:
        """Mean Brier score; None where a finished seed has none."""
        return _mean(evaluation.brier for evaluation in self.finished)

    @property
    def nll(self) -> float | None:
        """Mean negative log-likelihood; None where a finished seed has none."""
        return _mean(evaluation.nll for evaluation in self.finished)

    @property
    def seconds(self) -> float | None:
        """Mean seconds of a training."""
        return _mean(seed.seconds for seed in self.seeds if seed.finished)


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What a comparison shows.

    Attributes:
        comparison: Which.
        losses: In the order in which they were chosen.
        verdicts: Of all of them; None where there is one loss only.
        images: How many validation images each trial has; None before that is known, or where they
            differ.
        training_images: How many images an epoch learns from; likewise.
        convergence: Whether they had stopped improving; None before that can be said.
    """

    comparison: Comparison
    losses: tuple[LossJudgement, ...]
    verdicts: Verdicts | None
    images: int | None
    training_images: int | None
    convergence: Convergence | None

    @property
    def labels(self) -> dict[str, str]:
        """Each loss's name for people."""
        return {loss.loss: loss.label for loss in self.losses}

    @property
    def baseline(self) -> LossJudgement:
        """The loss that the others are compared with."""
        return next(loss for loss in self.losses if loss.is_baseline)

    @property
    def waiting(self) -> int:
        """How many trials have not ended."""
        return sum(not seed.trial.state.ended for loss in self.losses for seed in loss.seeds)


def judge_comparison(
    data: ComparisonData, *, earlier: Mapping[str, Evaluation] = _NONE
) -> Judgement:
    """Judge a comparison as it stands.

    Args:
        data: What is known of it.
        earlier: For each finished trial its evaluation near the beginning of the last fifth, see
            ``read_earlier_evaluations``; without any, nothing is said of convergence.
    """
    comparison = data.comparison
    images = _common(_validation_images(trial, data.last.get(trial.id)) for trial in data.trials)
    training_images = _common(trial.training_images for trial in data.trials)
    by_loss = {
        loss: sorted((t for t in data.trials if t.loss == loss), key=lambda trial: trial.seed)
        for loss in comparison.losses
    }
    labels = {loss: loss_label(loss) for loss in comparison.losses}
    unmatched = _unmatched_by_loss(data)
    runs = {
        loss: _runs(loss, trials, data.last, frozenset(unmatched[loss]))
        for loss, trials in by_loss.items()
    }
    verdicts = None
    if len(runs) > 1:
        verdicts = judge(
            list(runs.values()),
            comparison.plan,
            images=images,
            training_images=training_images,
            labels=labels,
            notes={
                loss: _mismatch_note(parts, labels[comparison.plan.baseline])
                for loss, parts in unmatched.items()
            },
            order=_order_of_seeds(data.trials),
        )
    convergence = None
    if images:
        convergence = assess_convergence(comparison, data.trials, earlier, data.last, images=images)
    return Judgement(
        comparison=comparison,
        losses=tuple(
            LossJudgement(
                loss=loss,
                label=labels[loss],
                is_baseline=loss == comparison.plan.baseline,
                verdict=verdicts.by_loss.get(loss) if verdicts else None,
                seeds=_seed_results(trials, data.last, runs[loss], runs[comparison.plan.baseline]),
            )
            for loss, trials in by_loss.items()
        ),
        verdicts=verdicts,
        images=images,
        training_images=training_images,
        convergence=convergence,
    )


def comparable_trials(data: ComparisonData) -> list[Trial]:
    """The finished trials that may be paired with the baseline's of their seed: those in which no
    part of the conditions is known to differ from it.
    """
    unmatched = _unmatched_by_loss(data)
    return [
        trial
        for trial in data.trials
        if trial.state is TrialState.FINISHED and trial.seed not in unmatched[trial.loss]
    ]


def _order_of_seeds(trials: Iterable[Trial]) -> list[int]:
    """The seeds in the order in which their first trials were to begin."""
    by_position = sorted(trials, key=lambda trial: trial.position)
    return list(dict.fromkeys(trial.seed for trial in by_position))


def _unmatched_by_loss(data: ComparisonData) -> dict[str, dict[int, tuple[str, ...]]]:
    return {
        loss: _unmatched(data, [trial for trial in data.trials if trial.loss == loss])
        for loss in data.comparison.losses
    }


def _unmatched(data: ComparisonData, trials: Sequence[Trial]) -> dict[int, tuple[str, ...]]:
    """The finished seeds of a loss that were not trained as the baseline's of that seed, with the
    parts that differ.
    """
    baseline = data.comparison.plan.baseline
    reported = {
        trial.seed: data.fingerprints.get(trial.id, {})
        for trial in data.trials
        if trial.loss == baseline and trial.state is TrialState.FINISHED
    }
    found = {
        trial.seed: differing_parts(
            data.fingerprints.get(trial.id, {}), reported.get(trial.seed, {})
        )
        for trial in trials
        if trial.state is TrialState.FINISHED
    }
    return {seed: parts for seed, parts in found.items() if parts}


def _mismatch_note(unmatched: Mapping[int, Sequence[str]], baseline: str) -> list[str]:
    """That seeds are left out as their conditions differ, and in what."""
    if not unmatched:
        return []
    parts = {part for of_seed in unmatched.values() for part in of_seed}
    named = [name for part, name in ALL_PARTS.items() if part in parts]
    seeds = format_count(len(unmatched), "seed")
    are, their = ("is", "its") if len(unmatched) == 1 else ("are", "their")
    differ = "differs" if len(named) == 1 else "differ"
    return [f"{seeds} {are} left out, as {their} {and_list(named)} {differ} from {baseline}'s."]


def _runs(
    loss: str,
    trials: Sequence[Trial],
    last: Mapping[str, Evaluation],
    unmatched: frozenset[int],
) -> LossRuns:
    """What the statistics know of a loss. A finished trial whose evaluations cannot be read counts
    as dropped.
    """
    errors = {
        trial.seed: last[trial.id].error_rate
        for trial in trials
        if trial.state is TrialState.FINISHED and trial.id in last and trial.seed not in unmatched
    }
    return LossRuns(
        loss=loss,
        errors=errors,
        diverged=_seeds(trials, TrialState.DIVERGED),
        dropped=_seeds(trials, *_DROPPED, TrialState.FINISHED) - set(errors) - unmatched,
        unmatched=unmatched,
        waiting=_seeds(trials, TrialState.QUEUED, TrialState.RUNNING),
    )


def _seeds(trials: Sequence[Trial], *states: TrialState) -> frozenset[int]:
    return frozenset(trial.seed for trial in trials if trial.state in states)


def _seed_results(
    trials: Sequence[Trial], last: Mapping[str, Evaluation], runs: LossRuns, baseline: LossRuns
) -> tuple[SeedResult, ...]:
    results = []
    for trial in trials:
        evaluation = last.get(trial.id)
        is_paired = (
            trial.loss != baseline.loss
            and trial.seed in runs.errors
            and trial.seed in baseline.errors
        )
        difference = None
        if evaluation and is_paired:
            difference = evaluation.error_rate - baseline.errors[trial.seed]
        results.append(SeedResult(trial=trial, last=evaluation, difference=difference))
    return tuple(results)


def _validation_images(trial: Trial, last: Evaluation | None) -> int | None:
    """How many there are; a lossviz that did not store it counted them in the histogram."""
    if trial.validation_images is None and last:
        return sum(last.histogram) or None
    return trial.validation_images


def _common(counts: Iterable[int | None]) -> int | None:
    """The one count that all trials report, as far as they have."""
    known = {count for count in counts if count is not None}
    return known.pop() if len(known) == 1 else None


def _mean(values: Iterable[float | None]) -> float | None:
    """Their mean; None where there are none, or one is not known."""
    known = list(values)
    if not known or None in known:
        return None
    return fmean(value for value in known if value is not None)
