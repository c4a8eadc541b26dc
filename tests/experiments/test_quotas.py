"""Quotas: read from a text, never exceeded, and each refusal says what to do."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lossviz.deployment import read_deployment
from lossviz.errors import InvalidInput, QuotaExceeded
from lossviz.experiments.named_experiments import EXPERIMENTS, SEEDS
from lossviz.experiments.quota_table import QUOTAS, SIZE_LIMITS, trials_asked_for
from lossviz.experiments.quotas import UNLIMITED, Amount, Use, left_sentence, read_quotas
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.records import RateSearch
from tests.support.browser import ROOT
from tests.support.records import comparison

NOTHING_USED = {name: Use() for name in QUOTAS}


def test_a_public_app_has_quotas_and_a_private_one_has_none() -> None:
    assert read_deployment({}).quotas.most("trials") == QUOTAS["trials"].visitor
    told = read_deployment({"LOSSVIZ_QUOTAS": "trials=7, all_trials=9"}).quotas
    assert (told.most("trials"), told.most("all_trials")) == (7, 9)
    private = read_deployment({"LOSSVIZ_PUBLIC": "0", "LOSSVIZ_QUOTAS": "trials=7"})
    assert private.quotas == UNLIMITED
    assert not private.quotas


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("trails=3", "there is no quota 'trails'; did you mean 'trials'?"),
        ("trials", "write a name, = and a number, such as trials=24; got 'trials'"),
        ("trials=many", "trials must be a whole number from 0 on, got 'many'"),
        ("trials=-1", "trials must be a whole number from 0 on, got '-1'"),
        ("trials=1.5", "trials must be a whole number from 0 on, got '1.5'"),
        ("trials=", "trials must be a whole number from 0 on, got ''"),
        ("epochs=0", "epochs must be a whole number from 1 on, got '0'"),
        ("trials=٣", "trials must be a whole number from 0 on"),
    ],
)
def test_a_text_that_means_nothing_is_refused_by_its_name(text: str, message: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_deployment({"LOSSVIZ_QUOTAS": text})
    assert str(caught.value).startswith("LOSSVIZ_QUOTAS: ")
    assert message in str(caught.value)


@pytest.mark.parametrize("name", QUOTAS)
@given(
    most=st.integers(0, 50),
    of_all=st.integers(0, 100),
    mine=st.integers(0, 60),
    others=st.integers(0, 60),
    asked=st.integers(1, 60),
)
def test_exactly_what_fits_is_allowed_and_what_is_left_says_how_much_that_is(
    name: str, most: int, of_all: int, mine: int, others: int, asked: int
) -> None:
    quotas = read_quotas(f"{name}={most} all_{name}={of_all}")
    use = Use(visitor=Amount(used=mine), everybody=Amount(used=mine + others))
    fits = mine + asked <= most and mine + others + asked <= of_all
    assert (asked <= quotas.left(name, use)) == fits
    if fits:
        quotas.require(name, asked, use, now=0.0)
        return
    with pytest.raises(QuotaExceeded) as caught:
        quotas.require(name, asked, use, now=0.0)
    assert caught.value.quota.removeprefix("all_") == name


def test_a_refusal_says_what_is_used_and_when_it_will_do() -> None:
    quotas = read_quotas("trials=24 training_s=600 previews=2")
    use = Use(visitor=Amount(used=20))
    with pytest.raises(QuotaExceeded) as caught:
        quotas.require("trials", 12, use, now=0.0)
    assert str(caught.value) == (
        "20 of your trials wait or run, and this asks for 12 more; 24 are the most; wait until 8 of"
        " them have ended, or stop some"
    )
    assert (caught.value.used, caught.value.most) == (20, 24)
    spent = Amount(used=590, ends=((3600.0, 30.0), (7200.0, 560.0)))
    with pytest.raises(QuotaExceeded, match="try again in about 2 h 0 min"):
        quotas.require("training_s", 60, Use(visitor=spent), now=0.0)
    with pytest.raises(QuotaExceeded, match="this asks for 25 trials, and 24 trials are the most"):
        quotas.require("trials", 25, Use(), now=0.0)


@given(
    st.lists(st.tuples(st.integers(1, 100), st.integers(1, 20)), max_size=8),
    st.integers(1, 200),
)
def test_what_counts_for_a_time_is_free_when_enough_of_it_has_ended(
    parts: list[tuple[int, int]], needed: int
) -> None:
    ends = tuple(sorted((float(at), float(amount)) for at, amount in parts))
    at = Amount(used=sum(amount for _, amount in ends), ends=ends).free_at(needed)
    if at is None:
        assert sum(amount for _, amount in ends) < needed
        return
    assert sum(amount for end, amount in ends if end <= at) >= needed
    assert sum(amount for end, amount in ends if end < at) < needed


SETTINGS = get_recipe("digits").settings
TOO_LARGE = {
    "seeds": comparison(seeds=11),
    "epochs": comparison(settings=replace(SETTINGS, unfrozen_epochs=10)),
    "comparison_trials": comparison(
        seeds=10, losses=["cross_entropy", "brier", "focal", "hinge", "poly", "inverse", "p**-0.3"]
    ),
    "image_size": comparison(settings=replace(SETTINGS, image_size=65)),
    "batch_size": comparison(settings=replace(SETTINGS, batch_size=257)),
    "workers": comparison(settings=replace(SETTINGS, workers=1)),
}


@pytest.mark.parametrize("name", SIZE_LIMITS)
def test_a_comparison_larger_than_one_may_be_is_refused_with_what_is_too_much(name: str) -> None:
    planned = TOO_LARGE[name]
    limit = SIZE_LIMITS[name]
    with pytest.raises(QuotaExceeded) as caught:
        read_quotas("").require_launch(planned, NOTHING_USED, trial_s=None, now=0.0)
    assert caught.value.quota == name
    assert str(caught.value) == (
        f"{limit.most} {limit.what} are the most in this app, and this has {limit.of(planned)}"
    )
    raised = read_quotas(f"trials=70 {name}={limit.of(planned)}")
    raised.require_launch(planned, NOTHING_USED, trial_s=None, now=0.0)
    UNLIMITED.require_launch(planned, NOTHING_USED, trial_s=None, now=0.0)


@pytest.mark.parametrize("key", EXPERIMENTS)
def test_a_visitor_may_start_each_named_experiment_with_the_defaults(key: str) -> None:
    setup = EXPERIMENTS[key].setup
    planned = comparison(
        losses=setup.losses, seeds=SEEDS, settings=setup.settings, rate_search=setup.rate_search
    )
    trial_s = 2.5 * setup.settings.epochs / 2
    read_quotas("").require_launch(planned, NOTHING_USED, trial_s=trial_s, now=0.0)


def test_a_search_asks_for_the_trials_with_which_it_begins() -> None:
    planned = comparison(seeds=3, rate_search=RateSearch())
    assert trials_asked_for(planned, planned.trials()) == 2 * 3 + 2 * 3 * 2
    chosen = [replace(trial, learning_rate=0.01) for trial in planned.trials()]
    assert trials_asked_for(planned, chosen) == 6


def test_what_is_left_is_said_in_a_sentence() -> None:
    used = NOTHING_USED | {"trials": Use(visitor=Amount(used=60), everybody=Amount(used=60))}
    assert left_sentence(read_quotas(""), used) == (
        "Left for you: no trials at a time, 30 min 0 s of training in 24 hours, 40 comparisons to"
        " keep, 30 previews in an hour."
    )


def test_the_docs_list_every_quota_with_its_defaults() -> None:
    page = (ROOT / "docs/public.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| (.+) \|$", page, flags=re.MULTILINE)
    assert dict(rows) == {
        **{
            name: f"{quota.what} | {quota.visitor:,} | {quota.everybody:,}"
            for name, quota in QUOTAS.items()
        },
        **{name: f"{limit.most:,} {limit.what}" for name, limit in SIZE_LIMITS.items()},
    }
    (example,) = re.findall(r'`LOSSVIZ_QUOTAS="(.*)"`', page)
    assert read_quotas(example) != read_quotas("")
