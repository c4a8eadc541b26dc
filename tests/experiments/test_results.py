"""What a comparison comes to: no seed that is missing from a mean is passed over in silence."""

from dataclasses import replace

import pytest

from lossviz.experiments.descriptions import divergence_advice
from lossviz.experiments.export import ComparisonSnapshot, export_comparison
from lossviz.experiments.records import Preparation, Trial, TrialState
from lossviz.experiments.results import LossResult, summarise
from tests.support.records import comparison, metrics

FINISHED, DIVERGED, FAILED = TrialState.FINISHED, TrialState.DIVERGED, TrialState.FAILED
QUEUED, RUNNING, LOST = TrialState.QUEUED, TrialState.RUNNING, TrialState.LOST


def ended(*states: TrialState) -> tuple[list[Trial], dict]:
    """Trials of one loss, a seed each, and what the finished ones reported: error rates of 0.1,
    0.2, ... by seed.
    """
    trials = [
        replace(trial, state=state)
        for trial, state in zip(
            comparison(seeds=len(states), losses=["inverse"]).trials(), states, strict=True
        )
    ]
    history = {
        trial.id: [metrics(1, error_rate=(trial.seed + 1) / 10)]
        for trial in trials
        if trial.state is FINISHED
    }
    return trials, history


def result(*states: TrialState) -> LossResult:
    trials, history = ended(*states)
    (only,) = summarise(comparison(seeds=len(states), losses=["inverse"]), trials, history)
    return only


@pytest.mark.parametrize(
    ("states", "mean", "coverage"),
    [
        ((FINISHED, FINISHED, FINISHED), 0.2, ""),
        ((FINISHED, DIVERGED, FINISHED), 0.2, "2 of 3 seeds, 1 diverged"),
        ((DIVERGED, DIVERGED, FINISHED), 0.3, "1 of 3 seeds, 2 diverged"),
        ((DIVERGED, FAILED, FINISHED), 0.3, "1 of 3 seeds, 1 diverged, 1 failed"),
        ((DIVERGED, DIVERGED), None, "0 of 2 seeds, 2 diverged"),
        ((FINISHED, RUNNING, QUEUED), 0.1, "1 of 3 seeds"),
        ((LOST,), None, "0 of 1 seed, 1 lost"),
    ],
)
def test_a_mean_says_over_how_many_seeds_it_is_and_what_became_of_the_others(
    states: tuple[TrialState, ...], mean: float | None, coverage: str
) -> None:
    found = result(*states)
    assert found.mean == (None if mean is None else pytest.approx(mean))
    assert found.coverage == coverage
    assert found.diverged_seeds == [seed for seed, state in enumerate(states) if state is DIVERGED]


def test_the_export_marks_a_mean_that_is_not_over_all_seeds() -> None:
    trials, history = ended(FINISHED, DIVERGED, FINISHED)
    snapshot = ComparisonSnapshot(
        comparison=comparison(seeds=3, losses=["inverse"]),
        trials=trials,
        preparation=Preparation(),
        history=history,
        evaluations={},
        fingerprints={},
    )
    assert export_comparison(snapshot)["results"] == [
        {
            "loss": "inverse",
            "mean_error_rate": pytest.approx(0.2),
            "finished_seeds": [0, 2],
            "diverged_seeds": [1],
            "coverage": "2 of 3 seeds, 1 diverged",
        }
    ]


def test_only_what_was_interrupted_or_failed_may_end_otherwise() -> None:
    assert {state for state in TrialState if state.repeatable} == {
        FAILED,
        LOST,
        TrialState.CANCELLED,
    }


def test_the_advice_names_who_diverged_and_the_learning_rate_that_was_too_high() -> None:
    trials, _ = ended(DIVERGED, FINISHED, DIVERGED)
    planned = comparison(seeds=3, losses=["inverse"])
    advice = divergence_advice(planned, Preparation(), trials)
    assert "inverse with 2 of 3 seeds" in advice
    assert "a lower learning rate than 0.004" in advice
    found = replace(planned, settings=replace(planned.settings, learning_rate=None))
    assert "than 0.031" in divergence_advice(found, Preparation(learning_rate=0.0312), trials)
