"""What stands under a figure of a comparison: all that a reader needs who sees nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2s
from typing import Final

from lossviz import __version__
from lossviz.experiments.comparison_data import ComparisonData
from lossviz.experiments.conditions import describe_conditions
from lossviz.experiments.descriptions import and_list, describe_comparison, format_count
from lossviz.experiments.files.snapshot import ComparisonSnapshot
from lossviz.experiments.fingerprints import compare_fingerprints, mismatch_warning
from lossviz.experiments.judging.convergence import convergence_sentence, margin_of
from lossviz.experiments.judging.judgement import Judgement, LossJudgement
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.records import TrialState
from lossviz.losses.functions import is_function, loss_label
from lossviz.losses.parsing import loss_from_spec

_MOST_NAMED: Final = 4  # losses; more are counted
_ONE_LOSS: Final = "There is only one loss, so there is nothing to compare it with."
_LEAST_AVERAGED: Final = 2  # seeds
_MAY_FINISH: Final = (TrialState.QUEUED, TrialState.RUNNING, TrialState.FINISHED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Caption:
    """A caption in its parts, each of one or more sentences; empty where there is nothing to say.

    Attributes:
        title: What was measured, of which losses.
        lines: What the lines and bands of the learning curves are.
        differences: What the dots, bars and the grey band of the differences are; empty of one
            loss, which has none.
        numbers: How many seeds and images there are, and which seeds are left out.
        settings: How it was trained.
        losses: The formula of each loss.
        verdict: What the comparison shows, in a sentence.
        warning: That the training was too short to rank the losses.
        conditions: What the losses had in common, proved by hashes.
        versions: Of the programs.
    """

    title: str
    lines: str
    differences: str
    numbers: str
    settings: str
    losses: str
    verdict: str
    warning: str
    conditions: str
    versions: str

    @property
    def paragraphs(self) -> tuple[str, ...]:
        """Its parts as paragraphs, in the order of reading."""
        panels = self.lines
        if self.differences:
            panels = f"(a) {self.lines} (b) {self.differences}"
        groups = (
            (self.title, panels),
            (self.verdict, self.warning),
            (self.numbers, self.settings, self.losses),
            (self.conditions, self.versions),
        )
        texts = (" ".join(filter(None, group)) for group in groups)
        return tuple(_unbroken(text) for text in texts if text)

    def __str__(self) -> str:
        return " ".join(self.paragraphs)


def _unbroken(text: str) -> str:
    """The text, of which no line ends within a value or before its sign."""
    for sign in ("=", "−", "±"):
        text = text.replace(f" {sign} ", f"\u00a0{sign}\u00a0")
    return text.replace("± ", "±\u00a0")


def caption(snapshot: ComparisonSnapshot) -> Caption:
    """The caption of a comparison as it stands, also of one that has not ended."""
    data, judgement = snapshot.data, snapshot.judgement
    return Caption(
        title=_title(judgement),
        lines=_lines(snapshot),
        differences=_differences(judgement),
        numbers=_numbers(judgement),
        settings=_settings(data),
        losses=_losses(judgement),
        verdict=judgement.verdicts.summary if judgement.verdicts else _ONE_LOSS,
        warning=_warning(judgement),
        conditions=_conditions(data),
        versions=_versions(data),
    )


def _title(judgement: Judgement) -> str:
    labels = [loss.label for loss in judgement.losses]
    names = and_list(labels) if len(labels) <= _MOST_NAMED else f"{len(labels)} losses"
    return f"Error rates on validation images with {names}."


def _lines(snapshot: ComparisonSnapshot) -> str:
    finished, under_way = [], []
    for loss in snapshot.judgement.losses:
        begun = [seed.trial for seed in loss.seeds if snapshot.evaluations.get(seed.trial.id)]
        if len(loss.finished) >= _LEAST_AVERAGED:
            finished.append(len(loss.finished))
        elif sum(trial.state in _MAY_FINISH for trial in begun) >= _LEAST_AVERAGED:
            under_way.append(loss.label)
    if not any(snapshot.evaluations.values()) and not any(snapshot.history.values()):
        return "Learning curves: nothing has been measured yet."
    if not finished and not under_way:
        return f"Learning curves: each line is a seed.{_crosses(snapshot.judgement)}"
    sentences = [
        "Learning curves: thin lines are seeds, thick lines their means, bands ± one standard"
        " deviation of the seeds (n − 1)."
    ]
    if finished:
        sentences.append(f"Each mean is over the {_range(finished)} finished seeds of its loss.")
    if under_way:
        sentences.append(
            f"Until two seeds have finished ({and_list(under_way)}), it is over all that have"
            " begun, as far as the slowest has got."
        )
    return " ".join(sentences) + _crosses(snapshot.judgement)


def _crosses(judgement: Judgement) -> str:
    diverged = any(loss.diverged_seeds for loss in judgement.losses)
    return " Crosses: where a seed diverged." if diverged else ""


def _range(counts: Sequence[int]) -> str:
    least, most = min(counts), max(counts)
    return f"{most}" if least == most else f"{least} to {most}"


def _differences(judgement: Judgement) -> str:
    """How the differences are read; empty where there is nothing to compare with."""
    if judgement.verdicts is None:
        return ""
    plan = judgement.comparison.plan
    unit = "images" if judgement.images else "percentage points"
    sentences = [
        f"Differences to {judgement.baseline.label} after the last epoch, in {unit}: small dots"
        " are seeds, large dots their means."
    ]
    if any(verdict.interval for verdict in judgement.verdicts.by_loss.values()):
        sentences.append(
            "Bars are intervals of the mean for these images over other splits and seeds; with"
            f" {100 * (1 - plan.alpha):g}% confidence they hold together, over all losses and all"
            " looks at the results."
        )
    if judgement.images:
        margin = margin_of(plan, judgement.images)
        sentences.append(
            f"Within the grey band, ± {margin * judgement.images:.1f} images"
            f" ({100 * margin:.1f} points), two losses count as practically the same."
        )
    return " ".join(sentences)


def _numbers(judgement: Judgement) -> str:
    comparison = judgement.comparison
    seeds = format_count(comparison.seeds, "seed")
    parts = [f"N = {seeds} of each loss"]
    if comparison.added_seeds:
        parts[0] += f" ({comparison.added_seeds} of them added after a look at the results)"
    if judgement.images:
        parts.append(f"{judgement.images:,} validation images")
    if judgement.training_images:
        parts.append(f"{judgement.training_images:,} training images")
    text = f"{and_list(parts)}."
    if left_out := [part for loss in judgement.losses if (part := _coverage(loss))]:
        text += f" Means are over {'; '.join(left_out)}."
    if judgement.waiting:
        trials = sum(len(loss.seeds) for loss in judgement.losses)
        text += f" {judgement.waiting} of {trials} trainings had not ended."
    return text


def _coverage(loss: LossJudgement) -> str:
    """Of how many seeds a loss's means are, where some have ended without a result."""
    ended = sum(seed.trial.state.ended for seed in loss.seeds)
    return f"{loss.coverage} ({loss.label})" if ended > len(loss.finished) else ""


def _settings(data: ComparisonData) -> str:
    comparison = data.comparison
    text = describe_comparison(comparison, data.preparation, data.trials).replace(" · ", "; ")
    if not comparison.settings.label_noise:
        text += "; no label noise"
    return f"Settings: {text}."


def _losses(judgement: Judgement) -> str:
    """The formulas, of those that are more than their names."""
    formulas = []
    for loss in judgement.comparison.losses:
        if is_function(loss):
            formulas.append(f"{loss_label(loss)} (a function in Python)")
            continue
        found = loss_from_spec(loss)
        if found.text not in found.label:
            formulas.append(f"{found.label}: {found.text}")
    if not formulas:
        return ""
    listed = "; ".join(formulas)
    classes = ", pj those of all classes" if "pj" in listed else ""
    return f"Losses, with p the probability of the true class{classes}: {listed}."


def _warning(judgement: Judgement) -> str:
    if judgement.convergence is None:
        return ""
    return convergence_sentence(judgement.convergence, judgement.labels)


def _conditions(data: ComparisonData) -> str:
    found = compare_fingerprints(data.trials, data.fingerprints)
    if warning := mismatch_warning(found):
        return warning
    conditions = describe_conditions(data)
    if not conditions:
        return ""
    return f"{conditions} Hash of these conditions over all seeds: {conditions_hash(data)}."


def conditions_hash(data: ComparisonData) -> str:
    """One hash over the fingerprints of all finished trials, which another training of the same
    conditions has too: 12 hexadecimal digits, whatever the order of the trials.
    """
    parts = sorted(
        {
            f"{trial.seed} {part} {value}"
            for trial in data.trials
            if trial.state is TrialState.FINISHED
            for part, value in data.fingerprints.get(trial.id, {}).items()
        }
    )
    return blake2s("\n".join(parts).encode(), digest_size=6).hexdigest()


def _versions(data: ComparisonData) -> str:
    trained = sorted({trial.versions for trial in data.trials if trial.versions})
    drawn = f"Drawn by lossviz {__version__}."
    return f"Trained with {'; '.join(trained)}. {drawn}" if trained else drawn


def figure_title(snapshot: ComparisonSnapshot) -> str:
    """What a comparison is called where it needs a title: its name, else what it compares."""
    comparison = snapshot.data.comparison
    if comparison.name:
        return comparison.name
    recipe = get_recipe(comparison.recipe).name
    count = len(comparison.losses)
    return f"{recipe}: one loss" if count == 1 else f"{recipe}: {count} losses"
