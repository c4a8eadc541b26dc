"""The progress of a comparison, and the time that it still takes."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from lossviz.experiments.comparison_data import ComparisonData
from lossviz.experiments.descriptions import format_count
from lossviz.experiments.records import Comparison, Trial, TrialState


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonProgress:
    """How far a comparison is, its search for learning rates included.

    Attributes:
        share: Share of the training that is over, 0 to 1. It may fall where a search turns out to
            need more trials than were expected.
        remaining_s: Seconds until everything has ended; None while nothing is known yet.
        words: How many trials have ended, for people.
    """

    share: float
    remaining_s: float | None
    words: str


def comparison_progress(data: ComparisonData, *, now: float) -> ComparisonProgress:
    """The progress of a comparison.

    Args:
        data: The comparison as it stands.
        now: Seconds since the epoch.
    """
    trials = [*data.search_trials, *data.trials]
    to_come = search_trials_to_come(data.comparison, data.trials, data.search_trials)
    ended = sum(trial.state.ended for trial in data.trials)
    words = f"{ended} of {format_count(len(data.trials), 'trial')}"
    if to_come or not all(trial.state.ended for trial in data.search_trials):
        tried = sum(trial.state.ended for trial in data.search_trials)
        about = "about " if to_come else ""
        expected = format_count(len(data.search_trials) + to_come, "trial")
        words = f"choosing learning rates: {tried} of {about}{expected}; then {words}"
    return ComparisonProgress(
        share=share_done(trials, to_come=to_come),
        remaining_s=remaining_s(trials, now=now, at_once=data.preparation.at_once, to_come=to_come),
        words=words,
    )


def search_trials_to_come(
    comparison: Comparison, trials: Sequence[Trial], search_trials: Sequence[Trial]
) -> int:
    """About how many search trials a comparison will have beside those that there are.

    Each loss that still waits for its rate is taken to try one rate beyond the first grid, or as
    many as any loss has tried so far.

    Args:
        comparison: Which.
        trials: Its trials that are judged.
        search_trials: Those of its search so far.
    """
    if (search := comparison.rate_search) is None:
        return 0
    waiting = {
        trial.loss for trial in trials if not trial.state.ended and trial.learning_rate is None
    }
    tried = Counter(trial.loss for trial in search_trials)
    expected = max([(len(search.factors) + 1) * len(search.seeds), *tried.values()])
    return sum(expected - tried[loss] for loss in waiting)


def share_done(trials: Sequence[Trial], *, to_come: int = 0) -> float:
    """Share of the training that is over, 0 to 1; ended trials count whole, however they ended.

    Args:
        trials: All that there are.
        to_come: How many more are expected.
    """
    done = sum(1.0 if trial.state.ended else trial.progress for trial in trials)
    return done / max(1, len(trials) + to_come)


def trial_remaining_s(trial: Trial, *, now: float) -> float | None:
    """Seconds until a running trial ends at its present speed; None where that is not known."""
    if trial.state is not TrialState.RUNNING or trial.started_at is None or trial.progress <= 0:
        return None
    return (now - trial.started_at) * (1 - trial.progress) / trial.progress


def remaining_s(
    trials: Sequence[Trial], *, now: float, at_once: int, to_come: int = 0
) -> float | None:
    """Seconds until the last trial ends, from the speed of those that ran.

    Each open trial is taken to need as long as a finished one did on average or, before any has
    finished, as long as the running ones' progress says; ``at_once`` of them run side by side.

    Args:
        trials: All trials of a comparison.
        now: Seconds since the epoch.
        at_once: Trials that run side by side.
        to_come: How many more trials are expected than there are.

    Returns:
        Seconds, 0.0 when all have ended, None while nothing is known yet.
    """
    open_trials = [trial for trial in trials if not trial.state.ended]
    if not open_trials and not to_come:
        return 0.0
    durations_s = [
        trial.ended_at - trial.started_at
        for trial in trials
        if trial.state is TrialState.FINISHED and trial.ended_at and trial.started_at
    ]
    if not durations_s:
        durations_s = [
            (now - trial.started_at) / trial.progress
            for trial in open_trials
            if trial.started_at and trial.progress > 0
        ]
    if not durations_s:
        return None
    remaining_trials = to_come + sum(1 - trial.progress for trial in open_trials)
    remaining_one_by_one_s = remaining_trials * sum(durations_s) / len(durations_s)
    return remaining_one_by_one_s / min(at_once, len(open_trials) + to_come)
