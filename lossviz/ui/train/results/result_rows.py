"""The rows of the table of results as plain data: numbers as text, and what they are sorted by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from lossviz.charts.difference_scale import DifferenceScale, difference_scale
from lossviz.charts.loss_style import StyledLoss, styled_losses
from lossviz.experiments.descriptions import format_count
from lossviz.experiments.judging.convergence import margin_of
from lossviz.experiments.judging.judgement import Judgement, LossJudgement
from lossviz.experiments.records import TrialState
from lossviz.statistics.loss_verdict import WORDS, LossVerdict, Word
from lossviz.ui.legend_key import dash_array
from lossviz.ui.number_text import (
    decimals,
    error_percent,
    range_text,
    seconds_texts,
    signed,
)

Cell = tuple[Sequence[str], float | str | None]  # lines of text, and what they are sorted by
_NOTHING: Final[Cell] = ((), None)
_MOST_IN_A_STRIP: Final = 20

Column: TypeAlias = tuple[str, str, str, bool]
_OF_VERDICTS: Final = ("difference", "verdict")  # columns
KINDS: Final = tuple(map(str, TrialState))  # of trials, by the numbers in "states"
_ORDER: Final = tuple(WORDS)  # in which the column of verdicts is sorted
_TONES: Final[Mapping[Word, str]] = MappingProxyType(
    {word: word.name.lower() for word in WORDS} | {Word.TOO_EARLY: "early"}
)


def table_columns(baseline: str, *, judged: bool = True) -> tuple[Column, ...]:
    """Each column's key, title, meaning, and whether it is sorted by.

    Args:
        baseline: The label of the loss that the others are compared with.
        judged: Whether there are verdicts.
    """
    seeds = "over the seeds that have finished"
    columns = (
        ("loss", "Loss", "", True),
        ("error", "Error rate", f"mean ± standard deviation {seeds}", True),
        (
            "difference",
            "Difference",
            f"to {baseline}, over the seeds that both have finished; minus: fewer errors",
            True,
        ),
        ("forest", "Fewer errors ◂ ▸ more", "each dot is a seed, the bar the interval", False),
        ("verdict", "Verdict", f"on the error rate, against {baseline}", True),
        ("brier", "Brier", f"mean Brier score {seeds}, 0 to 2: lower is better", True),
        ("nll", "NLL", f"mean negative log-likelihood {seeds}: lower is better", True),
        ("seconds", "Seconds", f"mean time per trial {seeds}", True),
    )
    return tuple(column for column in columns if judged or column[0] not in _OF_VERDICTS)


def loss_rows(judgement: Judgement) -> tuple[list[dict[str, Any]], DifferenceScale]:
    """A row a loss, and the scale that they share."""
    styled = styled_losses(judgement.comparison.losses)
    scale = difference_scale(
        [
            (
                [seed.difference for seed in loss.seeds if seed.difference is not None],
                loss.verdict.interval if loss.verdict else None,
            )
            for loss in judgement.losses
        ],
        margin=(
            margin_of(judgement.comparison.plan, judgement.images) if judgement.images else None
        ),
        images=judgement.images,
    )
    seconds = seconds_texts([loss.seconds for loss in judgement.losses])
    return [
        _row(loss, styled[loss.loss], scale, took)
        for loss, took in zip(judgement.losses, seconds, strict=True)
    ], scale


def _row(
    loss: LossJudgement, styled: StyledLoss, scale: DifferenceScale, took: str
) -> dict[str, Any]:
    states = Counter(seed.trial.state for seed in loss.seeds)
    return {
        "loss": loss.loss,
        "label": loss.label,
        "color": styled.style.color,
        "dash": dash_array(styled.style),
        "baseline": loss.is_baseline,
        "cells": {
            "loss": ((), loss.label.lower()),
            "error": _error_cell(loss, scale.images),
            "difference": _difference_cell(loss.verdict, scale),
            "verdict": ((), _ORDER.index(loss.verdict.word) if loss.verdict else None),
            "brier": _score_cell(loss.brier),
            "nll": _score_cell(loss.nll),
            "seconds": ((took,), loss.seconds) if took else _NOTHING,
        },
        "verdict": _verdict(loss.verdict),
        "forest": _forest(loss, scale),
        "states": (
            [(seed.trial.seed, KINDS.index(seed.trial.state)) for seed in loss.seeds]
            if len(loss.seeds) <= _MOST_IN_A_STRIP
            else []
        ),
        "unfinished": ", ".join(
            f"{states[state]} {state}"
            for state in TrialState
            if states[state] and state.ended and state is not TrialState.FINISHED
        ),
    }


def _error_cell(loss: LossJudgement, images: int | None) -> Cell:
    finished, planned = len(loss.finished), len(loss.seeds)
    mean = loss.mean
    if mean is None:
        return ("no finished seed",), None
    count = format_count(finished, "seed")
    return (
        error_percent(mean, images, deviation=loss.deviation),
        count if finished == planned else f"{finished} of {format_count(planned, 'seed')}",
    ), mean


def _difference_cell(verdict: LossVerdict | None, scale: DifferenceScale) -> Cell:
    if verdict is None or verdict.difference is None:
        return _NOTHING
    lines = [f"{signed(scale.of(verdict.difference), 1)} {scale.unit}"]
    if verdict.interval:
        lines.append(range_text(map(scale.of, verdict.interval)))
    if scale.images:
        points = f"{signed(100 * verdict.difference, 1)} points"
        if verdict.interval:
            points += f", {range_text(100 * end for end in verdict.interval)}"
        lines.append(points)
    return lines, verdict.difference


def _score_cell(score: float | None) -> Cell:
    return _NOTHING if score is None else ((decimals(score, 3),), score)


def _verdict(verdict: LossVerdict | None) -> dict[str, str]:
    if verdict is None:
        return {"word": "", "tone": "baseline", "note": ""}
    has_no_pairs_left = verdict.final and verdict.word is Word.TOO_EARLY
    return {
        "word": "no verdict" if has_no_pairs_left else WORDS[verdict.word],
        "tone": _TONES[verdict.word],
        "note": _note(verdict),
    }


def _note(verdict: LossVerdict) -> str:
    if verdict.word is Word.TOO_EARLY:
        return f"{verdict.seeds} of {format_count(verdict.total, 'pair')}"
    if verdict.final:
        return "with seeds added later" if verdict.added else ""
    return "already clear" if verdict.clear else "so far"


def _forest(loss: LossJudgement, scale: DifferenceScale) -> dict[str, Any]:
    """What is drawn of a loss; of the baseline, and where nothing is known, the empty scale."""
    verdict = loss.verdict
    dots = [
        (seed.trial.seed, round(scale.of(seed.difference), 2))
        for seed in loss.seeds
        if seed.difference is not None
    ]
    mean = None if verdict is None or verdict.difference is None else verdict.difference
    interval = verdict.interval if verdict else None
    return {
        "mean": None if mean is None else round(scale.of(mean), 2),
        "interval": interval and tuple(round(scale.of(end), 2) for end in interval),
        "dots": dots,
    }
