"""The progress of a comparison, and the time that it still takes."""

from collections.abc import Sequence

from lossviz.experiments.records import Trial, TrialState


def share_done(trials: Sequence[Trial]) -> float:
    """Share of the training that is over, 0 to 1; ended trials count whole, however they ended."""
    done = sum(1.0 if trial.state.ended else trial.progress for trial in trials)
    return done / max(1, len(trials))


def trial_remaining_s(trial: Trial, *, now: float) -> float | None:
    """Seconds until a running trial ends at its present speed; None where that is not known."""
    if trial.state is not TrialState.RUNNING or trial.started_at is None or trial.progress <= 0:
        return None
    return (now - trial.started_at) * (1 - trial.progress) / trial.progress


def remaining_s(trials: Sequence[Trial], *, now: float, at_once: int) -> float | None:
    """Seconds until the last trial ends, from the speed of those that ran.

    Each open trial is taken to need as long as a finished one did on average or, before any has
    finished, as long as the running ones' progress says; ``at_once`` of them run side by side.

    Args:
        trials: All trials of a comparison.
        now: Seconds since the epoch.
        at_once: Trials that run side by side.

    Returns:
        Seconds, 0.0 when all have ended, None while nothing is known yet.
    """
    open_trials = [trial for trial in trials if not trial.state.ended]
    if not open_trials:
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
    remaining_trials = sum(1 - trial.progress for trial in open_trials)
    remaining_one_by_one_s = remaining_trials * sum(durations_s) / len(durations_s)
    return remaining_one_by_one_s / min(at_once, len(open_trials))
