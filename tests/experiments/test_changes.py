"""What sets a comparison apart is named, and nothing else is."""

from dataclasses import replace

from lossviz.experiments.changes import changes
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.records import RateSearch
from tests.support.records import comparison

DIGITS = get_recipe("digits").settings


def test_a_recipe_as_it_is_has_no_changes() -> None:
    assert changes(comparison()) == []


def test_each_change_is_named_in_a_few_words() -> None:
    settings = replace(
        DIGITS, unfrozen_epochs=8, learning_rate=0.02, label_noise=0.4, imbalance=20.0
    )
    assert changes(comparison(settings=settings)) == [
        "9 epochs",
        "rate 0.02",
        "40% wrong labels",
        "classes 20 to 1",
    ]


def test_an_optimiser_s_own_rate_is_no_change_beside_it() -> None:
    settings = get_recipe("digits").settings_with("sgd")
    assert changes(comparison(settings=settings)) == ["SGD with momentum"]


def test_a_search_for_rates_is_named() -> None:
    searched = replace(comparison(), rate_search=RateSearch())
    assert changes(searched) == ["each loss at its best rate"]
