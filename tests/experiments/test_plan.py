"""A comparison's plan: what is refused at launch, what is fixed there, seeds added later, and how
many trials run side by side.
"""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lossviz.errors import InvalidInput
from lossviz.experiments.plan import (
    MAX_SEEDS,
    after_out_of_memory,
    completed_preparation,
    with_added_seeds,
    with_fit_in_memory,
)
from lossviz.experiments.records import Preparation, RateSearch, Trial, TrialState
from tests.support.records import comparison

CROSS_ENTROPY, INVERSE_POWER = "cross_entropy", "p**-k; k=0.2"


def ended(trials: list[Trial]) -> list[Trial]:
    return [replace(trial, state=TrialState.FINISHED) for trial in trials]


def test_the_baseline_is_cross_entropy_where_it_is_among_the_losses_else_the_first() -> None:
    assert comparison(losses=("inverse", CROSS_ENTROPY)).plan.baseline == CROSS_ENTROPY
    assert comparison(losses=("inverse", "dot_product")).plan.baseline == "inverse"


@pytest.mark.parametrize("spelled", ["p**-k; k=0.2", "p^-k;k=.2"])
def test_the_baseline_may_be_spelled_in_any_equal_way(spelled: str) -> None:
    assert comparison(baseline=spelled).plan.baseline == comparison().losses[1]


@pytest.mark.parametrize("baseline", ["inverse", "p**-k; k=0.3"])
def test_a_baseline_that_is_not_trained_is_refused_and_those_that_are_named(baseline: str) -> None:
    with pytest.raises(InvalidInput, match="none of the losses that are trained; choose one of"):
        comparison(baseline=baseline)


def test_the_plan_holds_the_seeds_of_the_launch() -> None:
    planned = comparison(seeds=5)
    assert (planned.plan.seeds, planned.seeds, planned.added_seeds) == (5, 5, 0)


def test_rates_are_searched_on_seeds_that_are_never_judged() -> None:
    with pytest.raises(InvalidInput, match="on seeds from 50 on"):
        comparison(rate_search=RateSearch(seeds=(1000, MAX_SEEDS - 1)))


def test_the_trials_of_a_search_count_among_those_that_are_allowed() -> None:
    losses = [f"p**-{power}" for power in range(2, 27)]
    comparison(losses=losses, seeds=8)
    with pytest.raises(InvalidInput, match="350 trials, 150 of them to search for learning rates"):
        comparison(losses=losses, seeds=8, rate_search=RateSearch())


def test_added_seeds_are_the_next_ones_and_leave_the_plan_as_it_was() -> None:
    planned = comparison(seeds=2)
    grown, trials = with_added_seeds(planned, 2, ended(planned.trials()))
    assert (grown.seeds, grown.added_seeds, grown.plan) == (4, 2, planned.plan)
    assert [(trial.seed, trial.loss) for trial in trials] == [
        (seed, loss) for seed in (2, 3) for loss in planned.losses
    ]
    assert [trial.id for trial in trials] == ["c-4", "c-5", "c-6", "c-7"]


def test_added_seeds_take_the_learning_rate_that_was_chosen_for_their_loss() -> None:
    planned = comparison(seeds=1, rate_search=RateSearch())
    first, second = planned.trials()
    judged = ended([replace(first, learning_rate=0.012), second])
    _, trials = with_added_seeds(planned, 1, judged)
    assert [trial.learning_rate for trial in trials] == [0.012, None]


REFUSED = {
    "none": (0, {}, "add at least 1 seed"),
    "more than there may be": (49, {}, "2 seeds and 49 more are 51; at most 50"),
    "more trials than there may be": (
        48,
        {"losses": ["inverse", "brier", "dot_product", "cross_entropy", "focal"]},
        "5 losses and 50 seeds make 250 trials; at most 200",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_too_few_or_too_many_seeds_are_refused_with_the_limit(case: str) -> None:
    count, changes, reason = REFUSED[case]
    planned = comparison(**changes)
    with pytest.raises(InvalidInput, match=reason):
        with_added_seeds(planned, count, ended(planned.trials()))


def test_no_seeds_are_added_before_all_trials_have_ended() -> None:
    planned = comparison()
    trials = [*ended(planned.trials()[:3]), planned.trials()[3]]
    with pytest.raises(InvalidInput, match="when all trials have ended, and 1 have not"):
        with_added_seeds(planned, 1, trials)


MEASURED = Preparation(trial_mb=1_240.0, free_mb=12_400.0)


def test_a_fifth_of_the_memory_is_left_and_what_our_own_trials_take_of_it_counts_as_free() -> None:
    assert with_fit_in_memory(MEASURED).fit_in_memory == 8
    beside = with_fit_in_memory(replace(MEASURED, free_mb=2_400.0), taken_mb=10_000.0)
    assert (beside.fit_in_memory, beside.free_mb) == (8, 12_400.0)


@pytest.mark.parametrize(
    "measured",
    [
        Preparation(),
        replace(MEASURED, free_mb=None),
        replace(MEASURED, trial_mb=None),
        replace(MEASURED, free_mb=100.0),
    ],
)
def test_one_trial_runs_where_memory_is_not_reported_or_too_small(measured: Preparation) -> None:
    assert with_fit_in_memory(measured).fit_in_memory == 1


def test_what_is_not_measured_gets_a_core_each_or_an_accelerator_each() -> None:
    nothing = Preparation()
    assert completed_preparation(nothing, cores=8, trials=12).at_once == 8
    assert completed_preparation(nothing, cores=8, trials=12, accelerators=1).at_once == 1
    assert completed_preparation(nothing, cores=8, trials=12, accelerators=3).at_once == 3


def test_the_memory_of_all_accelerators_is_used_and_cores_are_left_beside_them() -> None:
    known = Preparation(fit_in_memory=2)
    ready = completed_preparation(known, cores=16, trials=12, accelerators=2)
    assert (ready.at_once, ready.threads, ready.accelerators) == (4, 2, 2)
    alone = completed_preparation(Preparation(fit_in_memory=1), cores=16, trials=1, accelerators=2)
    assert (alone.at_once, alone.threads) == (1, 2)
    assert completed_preparation(known, cores=16, trials=12).threads == 8


@given(
    cores=st.integers(1, 64),
    trials=st.integers(1, 200),
    fit=st.none() | st.integers(1, 100),
    accelerators=st.integers(0, 8),
)
def test_a_preparation_asks_for_no_more_cores_nor_memory_than_there_are(
    cores: int, trials: int, fit: int | None, accelerators: int
) -> None:
    ready = completed_preparation(
        Preparation(fit_in_memory=fit), cores=cores, trials=trials, accelerators=accelerators
    )
    assert ready.done
    assert 1 <= ready.at_once <= min(trials, cores)
    assert ready.threads >= 1
    assert ready.at_once * ready.threads <= cores
    if fit is not None:
        assert ready.at_once <= fit * max(1, accelerators)


def test_an_out_of_memory_halves_what_runs_side_by_side_and_a_second_one_again() -> None:
    four = completed_preparation(Preparation(fit_in_memory=4), cores=4, trials=12)
    two = after_out_of_memory(four, load=Fraction(1), side_by_side=4)
    one = after_out_of_memory(two, load=Fraction(1), side_by_side=2)
    assert [(each.at_once, each.fit_in_memory) for each in (four, two, one)] == [
        (4, 4),
        (2, 2),
        (1, 1),
    ]
    assert one.threads == four.threads  # on which last digits depend
    assert one.notes == (
        "An out-of-memory ended a trial; since then at most 2 trials run side by side.",
        "An out-of-memory ended a trial; since then one trial runs at a time.",
    )
    assert after_out_of_memory(one, load=Fraction(1), side_by_side=1) == one


def test_it_is_half_of_what_ran_where_that_was_less_than_was_taken_to_fit() -> None:
    many = completed_preparation(Preparation(fit_in_memory=64), cores=6, trials=12, accelerators=2)
    assert many.at_once == 6
    fewer = after_out_of_memory(many, load=Fraction(4, 64), side_by_side=4)
    assert (fewer.fit_in_memory, fewer.at_once) == (2, 4)
    assert fewer.notes[-1].endswith("at most 2 trials run side by side on each accelerator.")


def test_trials_that_began_before_one_ran_out_of_memory_say_nothing_of_what_is_allowed_since() -> (
    None
):
    two = Preparation(at_once=2, fit_in_memory=2)
    assert after_out_of_memory(two, load=Fraction(3, 2), side_by_side=3) == two


def test_what_was_not_measured_is_halved_too() -> None:
    digits = completed_preparation(Preparation(), cores=4, trials=12)
    fewer = after_out_of_memory(digits, load=Fraction(0), side_by_side=4)
    assert (fewer.at_once, fewer.fit_in_memory) == (2, 2)


@given(
    fit=st.integers(1, 40),
    at_once=st.integers(1, 40),
    load=st.fractions(0, 3),
    accelerators=st.integers(0, 4),
)
def test_no_out_of_memory_allows_more_or_none(
    fit: int, at_once: int, load: Fraction, accelerators: int
) -> None:
    before = Preparation(at_once=at_once, fit_in_memory=fit, accelerators=accelerators)
    after = after_out_of_memory(before, load=load, side_by_side=1)
    assert 1 <= after.fit_in_memory <= fit
    assert 1 <= after.at_once <= at_once
    assert (after != before) == (after.fit_in_memory < fit)
