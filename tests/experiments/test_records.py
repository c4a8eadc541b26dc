"""What makes a comparison, its progress, and its results."""

import math
from dataclasses import replace

import pytest

from lossviz.charts.comparison import final_error_figure
from lossviz.errors import InvalidInput, UnknownRecipe
from lossviz.experiments.plan import MAX_SEEDS, MAX_TRIALS, plan_comparison
from lossviz.experiments.progress import remaining_s, share_done, trial_remaining_s
from lossviz.experiments.records import Trial, TrialState
from lossviz.experiments.results import summarise
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
        ({"losses": ["q("]}, "not closed"),
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


def test_results_are_the_last_error_rates_of_what_finished() -> None:
    wanted = comparison()
    states = [FINISHED, FINISHED, FINISHED, FAILED]
    trials = [
        Trial(**{**{name: getattr(trial, name) for name in Trial.__slots__}, "state": state})
        for trial, state in zip(wanted.trials(), states, strict=True)
    ]
    history = {
        f"c-{i}": [metrics(1, error_rate=0.9), metrics(2, error_rate=i / 10)] for i in range(4)
    }
    one, other = summarise(wanted, trials, history)
    assert (one.loss, one.error_rates, one.mean) == ("cross_entropy", {0: 0.0, 1: 0.2}, 0.1)
    assert (other.loss, other.error_rates, other.mean) == ("p**-k; k=0.2", {0: 0.1}, 0.1)
    assert summarise(wanted, wanted.trials(), {})[0].mean is None


def test_the_chart_of_results_starts_at_0_and_ends_above_the_largest_error_rate_or_at_1() -> None:
    wanted = comparison()
    trials = [replace(trial, state=FINISHED) for trial in wanted.trials()]
    history = {trial.id: [metrics(1, error_rate=0.1 * (trial.position + 1))] for trial in trials}
    ended = final_error_figure(wanted, summarise(wanted, trials, history))
    assert ended.layout.xaxis.range == pytest.approx((0, 0.44))
    begun = final_error_figure(wanted, summarise(wanted, wanted.trials(), {}))
    assert begun.layout.xaxis.range == (0, 1)
