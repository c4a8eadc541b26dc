"""The paired differences of a comparison: each loss's seeds, their mean, interval and verdict."""

from __future__ import annotations

from dataclasses import dataclass

from lossviz.charts.difference_scale import DifferenceScale, difference_scale
from lossviz.charts.loss_style import LossStyle, styled_losses
from lossviz.experiments.descriptions import format_count
from lossviz.experiments.judging.convergence import margin_of
from lossviz.experiments.judging.judgement import Judgement, LossJudgement
from lossviz.statistics.loss_verdict import WORDS, LossVerdict, Word


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceRow:
    """One loss beside the baseline. Numbers are in the scale's unit; minus means fewer errors.

    Attributes:
        label: Its name for people.
        style: How it is drawn.
        seeds: Of each seed that both have finished its difference.
        mean: None where no seed counts.
        interval: Of the mean; None where there is none yet.
        verdict: In a few words.
    """

    label: str
    style: LossStyle
    seeds: tuple[tuple[int, float], ...]
    mean: float | None
    interval: tuple[float, float] | None
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """All rows, and the scale that they share.

    Attributes:
        baseline: The label of the loss that the others are compared with.
        rows: In the comparison's order, without the baseline.
        scale: Theirs.
    """

    baseline: str
    rows: tuple[DifferenceRow, ...]
    scale: DifferenceScale

    @property
    def axis_title(self) -> str:
        """The axis of the differences: a full phrase with its unit."""
        if self.scale.images:
            return (
                f"difference to {self.baseline}, in misclassified images of {self.scale.images:,}"
            )
        return f"difference to {self.baseline}, in points of the error rate"


def differences(judgement: Judgement) -> Differences | None:
    """The differences to the baseline as they stand; None where there is one loss only."""
    if judgement.verdicts is None:
        return None
    images = judgement.images
    others = [loss for loss in judgement.losses if not loss.is_baseline]
    scale = difference_scale(
        [
            (
                [seed.difference for seed in loss.seeds if seed.difference is not None],
                loss.verdict.interval if loss.verdict else None,
            )
            for loss in others
        ],
        margin=margin_of(judgement.comparison.plan, images) if images else None,
        images=images,
    )
    styled = styled_losses(judgement.comparison.losses)
    return Differences(
        baseline=judgement.baseline.label,
        rows=tuple(_row(loss, styled[loss.loss].style, scale) for loss in others),
        scale=scale,
    )


def _row(loss: LossJudgement, style: LossStyle, scale: DifferenceScale) -> DifferenceRow:
    verdict = loss.verdict
    mean = verdict.difference if verdict else None
    interval = verdict.interval if verdict else None
    return DifferenceRow(
        label=loss.label,
        style=style,
        seeds=tuple(
            (seed.trial.seed, scale.of(seed.difference))
            for seed in loss.seeds
            if seed.difference is not None
        ),
        mean=None if mean is None else scale.of(mean),
        interval=interval and (scale.of(interval[0]), scale.of(interval[1])),
        verdict=_words(verdict) if verdict else "",
    )


def _words(verdict: LossVerdict) -> str:
    """The verdict, and how far it is settled."""
    if verdict.word is Word.TOO_EARLY:
        word = "no verdict" if verdict.final else "too early"
        return f"{word} ({verdict.seeds} of {format_count(verdict.total, 'pair')})"
    if verdict.final or verdict.word is Word.DIVERGES:
        return WORDS[verdict.word]
    return f"{WORDS[verdict.word]}, {'already clear' if verdict.clear else 'so far'}"
