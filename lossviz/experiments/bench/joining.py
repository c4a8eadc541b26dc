"""Trials of several comparisons in one chart, where they were trained under the same conditions.

A joined chart has error rates, seeds and the differences between trials of one seed. It has no
verdict: a verdict holds its risk of a false "better" because losses, seeds and baseline were fixed
before any result was seen. Lines that are picked from results that are known are picked by them,
and no limit accounts for that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from statistics import fmean
from typing import Final

from lossviz.errors import ConditionsDiffer, InvalidInput
from lossviz.experiments.bench.conditions_differ import (
    Part,
    differences,
    not_recorded,
    noted_differences,
)
from lossviz.experiments.comparison_data import ComparisonData
from lossviz.experiments.records import Comparison, Trial, TrialState
from lossviz.losses.functions import loss_label

MOST_LINES: Final = 12  # in more, no line is followed by eye
NO_VERDICT: Final = (
    "A joined chart has no verdict: its lines were picked after their results were known, and no"
    " plan fixed losses and seeds before. To get one, train these losses in one comparison."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinedLine:
    """One loss of one comparison.

    Attributes:
        comparison: Which.
        loss: The loss as one string.
        label: The loss and the comparison, to tell it apart from all others.
        trials: Its trials, by rising seed.
        errors: What each finished seed ended with, 0 to 1.
    """

    comparison: Comparison
    loss: str
    label: str
    trials: tuple[Trial, ...]
    errors: Mapping[int, float]

    @property
    def mean(self) -> float | None:
        """Mean error rate over the seeds that have finished; None before there is one."""
        return fmean(self.errors.values()) if self.errors else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """What one chart of several comparisons shows.

    Attributes:
        lines: In the order in which they were chosen, each another one.
        seeds: The seeds that all lines have finished, in rising order.
        noted: What differs all the same and changes at most how sums are rounded, such as the
            versions of libraries; each in words.
        not_recorded: Which of the conditions are not known of at least one comparison, in words;
            so it is not known either whether they were the same.
    """

    lines: tuple[JoinedLine, ...]
    seeds: tuple[int, ...]
    noted: tuple[str, ...]
    not_recorded: tuple[str, ...]

    @property
    def trial_ids(self) -> list[str]:
        """The trials whose courses are drawn."""
        return [trial.id for line in self.lines for trial in line.trials]

    def mean(self, line: JoinedLine) -> float | None:
        """A line's mean error rate over the seeds that all lines have finished, so that the means
        of lines can be compared; None where there are none.
        """
        return fmean(line.errors[seed] for seed in self.seeds) if self.seeds else None

    def differences(self, line: JoinedLine, reference: JoinedLine) -> dict[int, float]:
        """For each seed that both lines have finished, the error rate of one minus that of the
        other: both were trained on the same images, from the same weights.
        """
        shared = sorted(line.errors.keys() & reference.errors.keys())
        return {seed: line.errors[seed] - reference.errors[seed] for seed in shared}


def comparison_labels(comparisons: Sequence[Comparison]) -> dict[str, str]:
    """What to call comparisons where several are shown, by their ids: the name, or when it was
    launched (UTC); with its id where that is the same for another.
    """
    called = {each.id: each.name or _when(each.created_at) for each in comparisons}
    counts = Counter(called.values())
    return {id: label if counts[label] == 1 else f"{label} ({id})" for id, label in called.items()}


def join(chosen: Sequence[tuple[ComparisonData, Sequence[str]]]) -> Joined:
    """Join losses of comparisons that were trained under the same conditions.

    Args:
        chosen: Comparisons, and of each the losses that are wanted, as one string each.

    Raises:
        ConditionsDiffer: Something else than losses and seeds differs; it says all that does.
        InvalidInput: Nothing was chosen, a loss is not in its comparison, or there are more than
            ``MOST_LINES``.
    """
    labels = comparison_labels([data.comparison for data, _ in chosen])
    parts = [
        Part(data=data, label=labels[data.comparison.id], losses=tuple(dict.fromkeys(losses)))
        for data, losses in chosen
        if losses
    ]
    _check(parts)
    if differ := differences(parts):
        raise ConditionsDiffer(differ)
    lines = tuple(_line(part, loss) for part in parts for loss in part.losses)
    seeds = set.intersection(*(set(line.errors) for line in lines))
    return Joined(
        lines=lines,
        seeds=tuple(sorted(seeds)),
        noted=noted_differences(parts),
        not_recorded=not_recorded(parts),
    )


def _check(parts: Sequence[Part]) -> None:
    count = sum(len(part.losses) for part in parts)
    if not count:
        raise InvalidInput("nothing is chosen; choose losses of one or more comparisons")
    if count > MOST_LINES:
        raise InvalidInput(f"at most {MOST_LINES} losses fit in one chart, these are {count}")
    if len({part.data.comparison.id for part in parts}) < len(parts):
        raise InvalidInput("a comparison is chosen twice; choose each once, with all its losses")
    for part in parts:
        if unknown := set(part.losses) - set(part.data.comparison.losses):
            raise InvalidInput(f"{part.label} has no loss {', '.join(sorted(unknown))}")


def _line(part: Part, loss: str) -> JoinedLine:
    trials = sorted((t for t in part.trials if t.loss == loss), key=lambda trial: trial.seed)
    last = part.data.last
    return JoinedLine(
        comparison=part.data.comparison,
        loss=loss,
        label=f"{loss_label(loss)} · {part.label}",
        trials=tuple(trials),
        errors={
            trial.seed: last[trial.id].error_rate
            for trial in trials
            if trial.state is TrialState.FINISHED and trial.id in last
        },
    )


def _when(created_at: float) -> str:
    return f"{datetime.fromtimestamp(created_at, UTC):%Y-%m-%d %H:%M}"
