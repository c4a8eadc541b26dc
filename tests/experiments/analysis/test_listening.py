"""Whom a loss listened to: sums over networks, shares, and the sentence that says it."""

from dataclasses import replace
from itertools import pairwise

import pytest

from lossviz.experiments.analysis.listening import (
    HARD_BELOW,
    hard_images_sentence,
    listening_sentence,
    sum_up,
)
from tests.support.judged_comparison import IMAGES, LOSSES, MOMENTS, evaluation, probabilities


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("at", MOMENTS)
def test_the_histogram_holds_the_validation_set_of_every_seed(loss: str, at: float) -> None:
    shown = sum_up([evaluation(loss, seed, at) for seed in range(3)])
    assert shown
    assert (shown.images, shown.seeds) == (3 * IMAGES, 3)
    assert sum(shown.gradient_shares) == pytest.approx(1)


@pytest.mark.parametrize("loss", LOSSES)
def test_the_sentence_counts_the_images_that_lie_below_its_edge(loss: str) -> None:
    _, targets, p = probabilities(loss, 0, 1.0)
    p_true = p[range(IMAGES), targets]
    shown = sum_up([evaluation(loss, 0, 1.0)])
    assert shown
    hard = int((p_true < 1 / 9).sum())
    assert hard > 1
    assert shown.below(HARD_BELOW) == (hard, pytest.approx(sum(shown.gradient_shares[:10])))
    share = f"{100 * hard / IMAGES:.0f}%"
    assert f"{hard} of {IMAGES} images ({share}) have p below 1/9" in hard_images_sentence(shown)


def test_the_dot_product_hears_less_of_what_is_wrong_than_cross_entropy_and_the_inverse_more() -> (
    None
):
    # on the same images, so that only the losses differ
    base = evaluation("cross_entropy", 0, 1.0)
    shares = {}
    middles = [(low + high) / 2 for low, high in pairwise(base.bin_edges)]
    for loss, weight in (("dot", lambda p: p), ("ce", lambda p: 1), ("inverse", lambda p: 1 / p)):
        gradient = tuple(
            count * weight(p) * (1 - p) for count, p in zip(base.histogram, middles, strict=True)
        )
        shown = sum_up([replace(base, gradient=gradient)])
        assert shown
        found = shown.below(HARD_BELOW)
        assert found
        shares[loss] = found[1]
    assert shares["dot"] < shares["ce"] < shares["inverse"]


@pytest.mark.parametrize(
    ("histogram", "sentence"),
    [
        ((0, 1, 9), "1 of 10 images (10%) has p below 1/9; it gives 50% of the gradient."),
        ((0, 0, 9), "None of 9 images has p below 1/9."),
    ],
)
def test_the_sentence_is_right_for_one_image_and_for_none(
    histogram: tuple[int, int, int], sentence: str
) -> None:
    hard, one, easy = histogram
    shown = replace(
        evaluation("inverse", 0, 1.0),
        histogram=(hard, one, *(0,) * 23, easy),
        gradient=(0.0, 2.0 * one, *(0.0,) * 23, 2.0),
    )
    summed = sum_up([shown])
    assert summed
    assert hard_images_sentence(summed) == sentence


def test_nothing_is_said_of_losses_whose_gradient_was_not_measured() -> None:
    old = sum_up([replace(evaluation("inverse", 0, 1.0), gradient=())])
    assert old
    assert listening_sentence({"1/p": old}) == ""


def test_no_trial_gives_no_sum() -> None:
    assert sum_up([]) is None


def test_an_earlier_lossviz_measured_no_gradient_and_the_sentence_says_so() -> None:
    old = replace(evaluation("inverse", 0, 1.0), histogram=(1,) * 20, gradient=())
    shown = sum_up([old])
    assert shown
    assert shown.images == 20
    assert shown.gradient_shares == ()
    assert "was not measured" in hard_images_sentence(shown)


def test_a_gradient_that_overflows_belongs_to_the_images_that_made_it() -> None:
    overflowing = (float("inf"), *evaluation("inverse", 0, 1.0).gradient[1:])
    shown = sum_up([replace(evaluation("inverse", 0, 1.0), gradient=overflowing)])
    assert shown
    assert shown.gradient_shares[:2] == (1.0, 0.0)
