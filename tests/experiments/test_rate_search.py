"""The search for a loss's learning rate: what is tried next, and what is chosen."""

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lossviz.experiments.rate_search import (
    MAX_RATES,
    NextStep,
    NoRate,
    RateChosen,
    TryRates,
    first_rates,
    next_step,
    search_trials,
)
from lossviz.experiments.records import Purpose, RateSearch, Trial, TrialState
from lossviz.experiments.settings import RANGES
from tests.support.records import comparison, trial

SEARCH = RateSearch()
Outcome = float | TrialState  # an error rate, or how the trial ended instead


def step_after(
    outcomes: dict[float, list[Outcome]],
    *,
    search: RateSearch = SEARCH,
    base_rate: float = 0.01,
    images: int | None = None,
) -> NextStep:
    """What follows on trials of these rates, one for each seed."""
    trials, errors = list[Trial](), dict[str, float]()
    for rate, by_seed in outcomes.items():
        for seed, outcome in zip(search.seeds, by_seed, strict=True):
            state = outcome if isinstance(outcome, TrialState) else TrialState.FINISHED
            trials.append(
                trial(
                    len(trials),
                    seed=seed,
                    state=state,
                    reason="" if state is TrialState.FINISHED else "out of memory",
                    purpose=Purpose.SEARCH,
                    learning_rate=rate,
                    validation_images=images,
                )
            )
            if not isinstance(outcome, TrialState):
                errors[trials[-1].id] = outcome
    return next_step(search, base_rate=base_rate, trials=trials, errors=errors)


def searched(error: Callable[[float], Outcome], base_rate: float) -> tuple[NextStep, list[float]]:
    """The end of a search in which a rate's error is a function of it; and all rates tried."""
    outcomes: dict[float, list[Outcome]] = {}
    while isinstance(step := step_after(outcomes, base_rate=base_rate), TryRates):
        assert not set(step.rates) & set(outcomes), "no rate is tried twice"
        outcomes |= {rate: [error(rate)] * 2 for rate in step.rates}
    return step, sorted(outcomes)


DIVERGED, FAILED, CANCELLED = TrialState.DIVERGED, TrialState.FAILED, TrialState.CANCELLED
LOW, MIDDLE, HIGH = 0.003333, 0.01, 0.03
STEPS: dict[str, tuple[dict[float, list[Outcome]], NextStep]] = {
    "nothing was tried": ({}, TryRates(rates=(LOW, MIDDLE, HIGH))),
    "the best lies inside": (
        {LOW: [0.3, 0.3], MIDDLE: [0.1, 0.3], HIGH: [0.25, 0.25]},
        RateChosen(learning_rate=MIDDLE),
    ),
    "the best lies at the upper edge": (
        {LOW: [0.5, 0.5], MIDDLE: [0.3, 0.3], HIGH: [0.2, 0.2]},
        TryRates(rates=(0.09,)),
    ),
    "the best lies at the lower edge": (
        {LOW: [0.1, 0.1], MIDDLE: [0.3, 0.3], HIGH: [0.4, 0.4]},
        TryRates(rates=(0.001111,)),
    ),
    "a diverged seed is worse than any error": (
        {LOW: [0.9, 0.9], MIDDLE: [0.8, 0.8], HIGH: [0.0, DIVERGED]},
        RateChosen(learning_rate=MIDDLE),
    ),
    "all diverged": (
        {LOW: [0.2, DIVERGED], MIDDLE: [DIVERGED] * 2, HIGH: [DIVERGED] * 2},
        TryRates(rates=(0.001111,)),
    ),
    "equally good ones": (
        {LOW: [0.5, 0.5], MIDDLE: [0.3, 0.1], HIGH: [0.2, 0.2]},
        RateChosen(learning_rate=MIDDLE),
    ),
    "all failed": (
        {LOW: [FAILED] * 2, MIDDLE: [FAILED] * 2, HIGH: [CANCELLED, FAILED]},
        NoRate(
            state=FAILED,
            reason=(
                "the search for its learning rate was interrupted or failed at every learning rate"
                " that was tried, 0.0033 to 0.03 (out of memory)"
            ),
        ),
    ),
}


@pytest.mark.parametrize("case", STEPS)
def test_what_follows_on_what_was_tried(case: str) -> None:
    outcomes, expected = STEPS[case]
    assert step_after(outcomes) == expected


def test_rates_within_one_image_of_the_best_count_as_equal_and_the_lowest_is_chosen() -> None:
    outcomes: dict[float, list[Outcome]] = {
        LOW: [0.5, 0.5],
        MIDDLE: [0.202, 0.202],
        HIGH: [0.2, 0.2],
    }
    assert step_after(outcomes, images=400) == RateChosen(learning_rate=MIDDLE)
    assert step_after(outcomes, images=600) == TryRates(rates=(0.09,))


@given(base=st.floats(1e-6, 1.0), best=st.floats(1e-6, 1.0))
def test_every_search_ends_within_its_bounds_and_near_the_best_where_it_can_reach_it(
    base: float, best: float
) -> None:
    step, tried = searched(lambda rate: min(1.0, abs(math.log(rate / best)) / 20), base)
    assert isinstance(step, RateChosen)
    assert len(tried) <= MAX_RATES
    lowest, highest = RANGES["learning_rate"]
    assert all(lowest <= rate <= highest for rate in tried)
    assert step.learning_rate in tried
    reachable = 3 * lowest < best < highest / 3 and abs(math.log(base / best, 3)) < 5
    if reachable:
        assert max(step.learning_rate / best, best / step.learning_rate) < 3**0.51


def test_a_loss_that_always_diverges_gets_no_rate_and_its_reason_says_what_was_tried() -> None:
    step, tried = searched(lambda _: DIVERGED, 0.004)
    assert len(tried) == MAX_RATES
    assert step == NoRate(
        state=DIVERGED,
        reason=(
            f"the training diverged at every learning rate that was tried, {tried[0]:.2g} to 0.012"
        ),
    )


def test_a_grid_of_one_rate_grows_both_ways() -> None:
    search = RateSearch(factors=(1.0,), seeds=(99,))
    tried: dict[float, list[Outcome]] = {0.01: [0.3]}
    assert step_after(tried, search=search) == TryRates(rates=(0.03,))
    assert step_after({**tried, 0.03: [0.4]}, search=search) == TryRates(rates=(0.003333,))


def test_rates_that_the_settings_would_refuse_are_not_tried() -> None:
    assert first_rates(SEARCH, 0.5) == (0.1667, 0.5, 1.0)
    assert first_rates(SEARCH, 1e-6) == (1e-6, 3e-6)


def test_search_trials_are_of_every_rate_and_seed_and_know_their_purpose() -> None:
    planned = comparison(rate_search=SEARCH)
    trials = search_trials(planned, "cross_entropy", (0.01, 0.03), first_position=6)
    assert [(one.learning_rate, one.seed) for one in trials] == [
        (0.01, 1000),
        (0.01, 1001),
        (0.03, 1000),
        (0.03, 1001),
    ]
    assert [one.position for one in trials] == [6, 7, 8, 9]
    assert {one.purpose for one in trials} == {Purpose.SEARCH}
    assert not {one.id for one in trials} & {one.id for one in planned.trials()}
    assert trials[0].next_attempt().id == "c-search6-2"
