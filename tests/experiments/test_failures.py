"""Failures are said once for each reason, with the losses and seeds that they are of."""

from lossviz.experiments.failures import group_failures
from lossviz.experiments.records import Purpose, TrialState
from tests.support.records import trial

FAILED = {"state": TrialState.FAILED, "reason": "out of memory"}


def test_trials_with_one_reason_are_one_group_and_the_largest_comes_first() -> None:
    trials = [trial(9, state=TrialState.LOST, reason="killed")]
    for position in range(9):
        loss = ("cross_entropy", "brier", "inverse")[position % 3]
        trials.append(trial(position, loss=loss, seed=position // 3, **FAILED))
    many, one = group_failures(trials)
    assert (many.heading, many.where, many.reason) == (
        "9 trials failed",
        "3 losses, seeds 0 to 2",
        "out of memory",
    )
    assert (one.heading, one.where) == ("1 trial was lost", "cross-entropy, seed 9")


def test_what_was_stopped_has_finished_or_has_diverged_is_no_failure() -> None:
    states = (TrialState.CANCELLED, TrialState.FINISHED, TrialState.DIVERGED, TrialState.RUNNING)
    assert group_failures([trial(number, state=state) for number, state in enumerate(states)]) == []


def test_failures_of_a_search_are_told_apart() -> None:
    (group,) = group_failures([trial(0, seed=1000, purpose=Purpose.SEARCH, **FAILED)])
    assert group.where == "cross-entropy, seed 1000, while choosing learning rates"
