"""One row of the table of comparisons."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lossviz.experiments.bench.bench_summary import BenchSummary
from lossviz.experiments.changes import changes
from lossviz.experiments.permissions import Whose
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.records import Comparison, Origin, TrialState
from lossviz.experiments.store.trial_counts import TrialCounts
from lossviz.losses.functions import loss_label


class BenchState(StrEnum):
    """How far a comparison is, in a word for people."""

    WAITING = "waiting"  # nothing of it runs or has ended yet
    RUNNING = "running"
    FINISHED = "finished"  # every trial has finished, or diverged
    FAILED = "failed"  # at least one trial
    INTERRUPTED = "interrupted"  # the app ended while at least one trial ran; none has failed
    STOPPED = "stopped"  # at least one trial; none has failed, none was interrupted


_ENDS = (
    (TrialState.FAILED, BenchState.FAILED),
    (TrialState.LOST, BenchState.INTERRUPTED),
    (TrialState.CANCELLED, BenchState.STOPPED),
)  # the first that is true of a trial is said of the comparison


@dataclass(frozen=True, slots=True, kw_only=True)
class BenchRow:
    """A comparison as the table shows it.

    Attributes:
        comparison: Which, with its name, note, tags, star and origin.
        state: How far it is.
        finished: How many of its judged trials have finished.
        trials: How many it has.
        summary: What came of it; None where that is not summed up yet, see ``read_bench``.
        duration_s: Seconds in which at least one of its trials ran, until now; None before one has.
        changes: What differs from the recipe's own settings, each in a few words.
        whose: Whose it is, as the visitor sees it who looks.
    """

    comparison: Comparison
    state: BenchState
    finished: int
    trials: int
    summary: BenchSummary | None
    duration_s: float | None
    changes: tuple[str, ...]
    whose: Whose = Whose.OWN

    @property
    def id(self) -> str:
        """The comparison's id."""
        return self.comparison.id

    @property
    def recipe_name(self) -> str:
        """The recipe's name for people."""
        return get_recipe(self.comparison.recipe).name

    @property
    def losses(self) -> tuple[str, ...]:
        """The names of its losses for people, in the order in which they were chosen."""
        return tuple(map(loss_label, self.comparison.losses))

    @property
    def verdict(self) -> str:
        """The verdict in a few words, such as "better" or "1 worse, 2 undecided"; empty where
        there is none, as of one loss, and before it is summed up.
        """
        return self.summary.verdict if self.summary else ""

    @property
    def best_loss(self) -> str:
        """The name of the loss with the lowest mean error rate; empty before there is one."""
        best = self.summary.best_loss if self.summary else None
        return loss_label(best) if best else ""

    @property
    def best_error(self) -> float | None:
        """That mean, 0 to 1, over the seeds that all losses have finished."""
        return self.summary.best_error if self.summary else None

    @property
    def made_by(self) -> str:
        """Who or what made it, in words: what a file or a notebook says of itself, else where it
        comes from; empty for what this app trained.
        """
        comparison = self.comparison
        if comparison.origin is Origin.APP:
            return comparison.made_by
        return comparison.made_by or comparison.origin.value


def bench_row(
    comparison: Comparison,
    counts: TrialCounts,
    summary: BenchSummary | None,
    *,
    now: float,
    whose: Whose = Whose.OWN,
) -> BenchRow:
    """The row of a comparison.

    Args:
        comparison: Which.
        counts: Of its trials.
        summary: What came of it; None where that is not known.
        now: Seconds since the epoch.
        whose: Whose it is.
    """
    return BenchRow(
        comparison=comparison,
        state=state_of(counts),
        finished=counts.judged.get(TrialState.FINISHED, 0),
        trials=sum(counts.judged.values()),
        summary=summary,
        duration_s=_duration_s(counts, summary, now),
        changes=tuple(changes(comparison)),
        whose=whose,
    )


def state_of(counts: TrialCounts) -> BenchState:
    """How far a comparison is, by its trials; those that search for a learning rate included."""
    if counts.running or (counts.waiting and counts.ended):
        return BenchState.RUNNING
    if counts.waiting:
        return BenchState.WAITING
    ends = (state for trial, state in _ENDS if counts.judged.get(trial))
    return next(ends, BenchState.FINISHED)


def _duration_s(counts: TrialCounts, summary: BenchSummary | None, now: float) -> float | None:
    ran_s = summary.ran_s if summary else None
    if counts.running_since is None:
        return ran_s
    since = max(counts.running_since, counts.last_end or 0.0)
    return (ran_s or 0.0) + max(0.0, now - since)
