"""What a comparison comes to: no seed that is missing from a mean is passed over in silence."""

from dataclasses import replace

import pytest

from lossviz.experiments.descriptions import divergence_advice
from lossviz.experiments.files.derived import derived_parts
from lossviz.experiments.records import Preparation, TrialState
from tests.support.judgements import comparison_data, judged
from tests.support.records import comparison
from tests.support.snapshots import snapshot_of

FINISHED, DIVERGED, FAILED = TrialState.FINISHED, TrialState.DIVERGED, TrialState.FAILED
QUEUED, RUNNING, LOST = TrialState.QUEUED, TrialState.RUNNING, TrialState.LOST


def outcomes(*states: TrialState) -> dict[str, list[int | str]]:
    """Of one loss: 10, 20, … wrong images of 100 by seed, of those that finished."""
    return {
        "inverse": [
            10 * (seed + 1) if state is FINISHED else str(state)
            for seed, state in enumerate(states)
        ]
    }


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
    (found,) = judged(outcomes(*states), images=100).losses
    assert found.mean == (None if mean is None else pytest.approx(mean))
    assert found.coverage == coverage
    assert found.diverged_seeds == [seed for seed, state in enumerate(states) if state is DIVERGED]


def test_the_export_marks_a_mean_that_is_not_over_all_seeds() -> None:
    data = comparison_data(outcomes(FINISHED, DIVERGED, FINISHED), images=100)
    (result,) = derived_parts(snapshot_of(data))["results"]
    assert result["mean_error_rate"] == pytest.approx(0.2)
    assert (result["finished_seeds"], result["diverged_seeds"]) == ([0, 2], [1])
    assert result["coverage"] == "2 of 3 seeds, 1 diverged"
    assert result["verdict"] is None  # there is nothing to compare with


def test_only_what_was_interrupted_or_failed_may_end_otherwise() -> None:
    assert {state for state in TrialState if state.repeatable} == {
        FAILED,
        LOST,
        TrialState.CANCELLED,
    }


def test_the_advice_names_who_diverged_and_the_learning_rate_that_was_too_high() -> None:
    data = comparison_data(outcomes(DIVERGED, FINISHED, DIVERGED))
    planned, trials = comparison(seeds=3, losses=["inverse"]), data.trials
    advice = divergence_advice(planned, Preparation(), trials)
    assert "inverse with 2 of 3 seeds" in advice
    assert "a lower learning rate than 0.004" in advice
    found = replace(planned, settings=replace(planned.settings, learning_rate=None))
    assert "than 0.031" in divergence_advice(found, Preparation(learning_rate=0.0312), trials)
