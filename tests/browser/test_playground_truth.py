"""What the playground says of noise holds in numbers, by the verdict's own statistics."""

import pytest
from playwright.sync_api import Page

from lossviz.statistics.loss_verdict import Word
from tests.support.playground import best_rates, judge_over_seeds

pytestmark = pytest.mark.browser

GENERALISED = "generalized:q=0.7"
LOSSES = ("cross_entropy", GENERALISED)
# chosen on CHOICE_SEEDS: with few points a network has room to memorise the wrong labels
NOISY = "noise.is.0.4~flips.is.symmetric~points.is.100~layers.is.16_16~steps.is.1000"


def test_with_wrong_labels_the_generalised_loss_makes_fewer_errors_than_cross_entropy(
    page: Page,
) -> None:
    verdict = judge_over_seeds(page, NOISY, LOSSES).by_loss[GENERALISED]
    assert verdict.seeds == 20
    assert verdict.word is Word.BETTER
    assert verdict.interval
    assert verdict.interval[1] < -0.02  # two points at least, and not by a hair


def test_with_right_labels_it_does_not(page: Page) -> None:
    play = NOISY.replace("noise.is.0.4", "noise.is.0")
    verdict = judge_over_seeds(page, play, LOSSES).by_loss[GENERALISED]
    assert verdict.word is not Word.BETTER


@pytest.mark.heavy
def test_at_the_best_rate_of_each_they_cannot_be_told_apart(page: Page) -> None:
    """These rates are small: in so many steps the network does not get to the wrong labels."""
    rates = [best["rate"] for best in best_rates(page, NOISY, LOSSES)]
    assert max(rates) < 0.1
    play = f"{NOISY}~rates.is.{'_'.join(map(str, rates))}"
    verdict = judge_over_seeds(page, play, LOSSES).by_loss[GENERALISED]
    assert verdict.word in (Word.UNDECIDED, Word.SAME)
    assert verdict.baseline_mean
    assert verdict.baseline_mean < 0.05
