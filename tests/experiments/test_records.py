"""What makes a comparison, its progress, and its results."""

import math
from dataclasses import replace

import pytest

from lossviz.errors import InvalidInput, UnknownRecipe
from lossviz.experiments.comparison_data import ComparisonData
from lossviz.experiments.plan import MAX_SEEDS, MAX_TRIALS, plan_comparison
from lossviz.experiments.progress import (
    comparison_progress,
    remaining_s,
    share_done,
    trial_remaining_s,
)
from lossviz.experiments.records import Preparation, Purpose, RateSearch, Trial, TrialState
from tests.support.records import comparison, metrics, trial

FINISHED, FAILED, RUNNING = TrialState.FINISHED, TrialState.FAILED, TrialState.RUNNING


def test_pairs_of_one_seed_start_together() -> None:
    assert [(trial.seed, trial.loss) for trial in comparison().trials()] == [
        (0, "cross_entropy"), (0, "p**-k; k=0.2"), (1, "cross_entropy"), (1, "p**-k; k=0.2"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"losses": []}, "at least one"),
        ({"losses": ["inverse_power", "inverse_power:k=0.2"]}, "twice"),
        ({"seeds": 0}, "between 1 and"),
        ({"seeds": MAX_SEEDS + 1}, "between 1 and"),
        ({"losses": [f"p**-{k}" for k in range(1, 11)], "seeds": MAX_TRIALS // 10 + 1}, "at most"),
        ({"losses": ["q("]}, "never closed"),
        ({"recipe": "digit"}, "did you mean 'digits'"),
    ],
)
def test_a_comparison_that_makes_no_sense_is_refused(changes: dict, words: str) -> None:
    request = {"id": "c", "recipe": "digits", "losses": ["inverse"], "seeds": 1, "created_at": 0.0}
    with pytest.raises(InvalidInput) as caught:
        plan_comparison(**{**request, **changes})
    assert words in str(caught.value)
    assert isinstance(caught.value, UnknownRecipe) == ("recipe" in changes)


@pytest.mark.parametrize(
    "changes", [{"epoch": 0}, {"error_rate": 1.01}, {"error_rate": -0.1}, {"error_rate": math.nan}]
)
def test_an_epoch_that_makes_no_sense_is_refused(changes: dict) -> None:
    with pytest.raises(InvalidInput):
        metrics(**{"epoch": 1, **changes})


def test_progress_counts_ended_trials_whole_and_others_by_their_share() -> None:
    assert (
        share_done(
            [trial(0, state=FAILED), trial(1, state=RUNNING, progress=0.5), trial(2), trial(3)]
        )
        == 1.5 / 4
    )
    assert share_done([]) == 0


def test_the_time_left_follows_the_pace_of_what_ran() -> None:
    done = trial(0, state=FINISHED, started_at=100.0, ended_at=104.0)
    assert remaining_s([done], now=104.0, at_once=2) == 0
    assert remaining_s([trial(0), trial(1)], now=0.0, at_once=2) is None
    assert remaining_s([done, trial(1), trial(2), trial(3)], now=104.0, at_once=2) == 6.0
    assert remaining_s(
        [trial(0, state=RUNNING, started_at=100.0, progress=0.25)], now=101.0, at_once=2
    ) == pytest.approx(3.0)


def searching(*tried: Trial, seeds: int = 1) -> ComparisonData:
    """A comparison of two losses, both of which wait for a rate, after some search trials."""
    planned = comparison(seeds=seeds, rate_search=RateSearch())
    return ComparisonData(
        comparison=planned,
        preparation=Preparation(at_once=2),
        trials=planned.trials(),
        search_trials=tried,
        last={},
        fingerprints={},
    )


def test_what_a_search_will_still_train_is_estimated_and_counted() -> None:
    before = comparison_progress(searching(), now=0.0)
    assert (before.share, before.remaining_s) == (0.0, None)
    assert before.words == ("choosing learning rates: 0 of about 16 trials; then 0 of 2 trials")
    first = trial(0, state=FINISHED, started_at=100.0, ended_at=104.0, purpose=Purpose.SEARCH)
    after_one = comparison_progress(searching(first), now=104.0)
    assert after_one.share == 1 / 18
    assert after_one.remaining_s == 17 * 4.0 / 2
    ten = [replace(first, id=f"c-search{position}") for position in range(10)]
    assert "10 of about 20 trials" in comparison_progress(searching(*ten), now=104.0).words


def test_a_search_that_is_over_is_no_longer_expected() -> None:
    data = searching(trial(0, state=FINISHED, started_at=1.0, ended_at=5.0))
    judged = [replace(one, learning_rate=0.01) for one in data.trials]
    progress = comparison_progress(replace(data, trials=judged), now=5.0)
    assert (progress.words, progress.share, progress.remaining_s) == ("0 of 2 trials", 1 / 3, 4.0)


def test_a_running_trial_takes_as_long_for_the_rest_as_its_pace_says() -> None:
    assert (
        trial_remaining_s(trial(0, state=RUNNING, started_at=100.0, progress=0.25), now=101.0)
        == 3.0
    )
    assert trial_remaining_s(trial(0, state=RUNNING, started_at=100.0), now=101.0) is None
    assert (
        trial_remaining_s(trial(0, state=FINISHED, started_at=100.0, progress=1.0), now=101.0)
        is None
    )
