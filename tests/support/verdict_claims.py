"""What stands behind every sentence that the training page prints around its verdicts."""

from math import sqrt

import pytest

from lossviz.experiments.judging.article_results import ARTICLE_IMAGES, ARTICLE_RUNS
from lossviz.statistics.proportion import proportion_interval
from lossviz.ui.train.results.result_rows import loss_rows
from tests.support.claims import Cited, Claim
from tests.support.judgements import IMAGES, judged

_KORNBLITH = Cited(source="Kornblith et al. 2021, arXiv 2010.16402, abstract")
_MEANING = Cited(source="what the words mean")
_ARTICLE = Cited(source="the article, in its own words and tables")
_WHERE = Cited(source="where the page shows it")
_TRAINING_IMAGES = 1438


def _interval_widths(seeds: int) -> tuple[float, float]:
    """Of the difference on these images and on new ones, for the same spread."""
    outcomes = {
        "cross_entropy": [100] * seeds,
        "inverse": [100 + 4 * (-1) ** seed for seed in range(seeds)],
    }
    verdict = judged(outcomes, training_images=_TRAINING_IMAGES).losses[1].verdict
    assert verdict
    assert verdict.interval
    assert verdict.interval_new_images
    return tuple(high - low for low, high in (verdict.interval, verdict.interval_new_images))


def _new_images_are_wider_and_more_seeds_do_not_close_it(_: str) -> None:
    few, many = _interval_widths(6), _interval_widths(50)
    assert few[1] > few[0]
    assert many[1] > many[0]
    for seeds, (narrow, wide) in ((6, few), (50, many)):
        expected = sqrt((1 / seeds + IMAGES / _TRAINING_IMAGES) * seeds)
        assert wide / narrow == pytest.approx(expected, rel=1e-6)
    floor = sqrt(IMAGES / _TRAINING_IMAGES)  # standard deviations, whatever the seeds
    assert floor > 0.49


def _a_dot_is_a_seed(_: str) -> None:
    rows, _scale = loss_rows(judged({"cross_entropy": (90, 95), "inverse": (97, 94)}))
    assert rows[1]["forest"]["dots"] == [(0, 7), (1, -1)]


def _within_the_band_is_the_same(_: str) -> None:
    more = tuple(90 + seed for seed in range(6))
    judgement = judged({"cross_entropy": more, "inverse": more})
    _, scale = loss_rows(judgement)
    verdict = judgement.losses[1].verdict
    assert verdict
    assert verdict.word == "same"
    assert scale.margin == pytest.approx(verdict.margin * IMAGES)


def _means_are_over_different_seeds(_: str) -> None:
    first, second = judged({"cross_entropy": (90, 95, 92), "inverse": (97, "failed", 99)}).losses
    assert len(first.finished) != len(second.finished)
    assert second.verdict
    assert sorted(second.verdict.differences) == [0, 2]


def _the_two_intervals_overlap(_: str) -> None:
    one, other = (
        proportion_interval(ARTICLE_RUNS[loss].wrong_images, ARTICLE_IMAGES)
        for loss in ("cross_entropy", "inverse_power:k=0.2")
    )
    assert max(one[0], other[0]) < min(one[1], other[1])


VERDICT: dict[str, Claim] = {
    "Kornblith et al. (2021) found that losses which make a better network on ImageNet make little"
    " difference once it is fully fine-tuned on other images.": _KORNBLITH,
    "There the loss of the pretraining changed; here it is that of the fine-tuning.": (
        _KORNBLITH,
        Cited(source="lossviz/training/trial.py"),
    ),
    "There is only one loss, so there is nothing to compare it with.": _MEANING,
    "The sentences above hold for these images, over different splits and seeds.": Cited(
        source="the paired t over seeds, each of which splits anew"
    ),
    "Every seed splits the same images differently, so they say less about new images of this"
    " kind: that interval is wider (Nadeau and Bengio 2003), and more seeds do not close it.": (
        _new_images_are_wider_and_more_seeds_do_not_close_it
    ),
    "Two networks that are already trained can be compared only on the images that one gets right"
    " and the other wrong: that test is among the details below, under Errors.": (
        Cited(source="McNemar 1947"),
        _WHERE,
    ),
    "Each dot is a seed: the difference between its two trials, one with each loss.": (
        _a_dot_is_a_seed
    ),
    "Within the grey band around 0 two losses count as practically the same.": (
        _within_the_band_is_the_same
    ),
    "The means are over different seeds, so compare the differences: they are over the seeds that"
    " both losses have finished.": _means_are_over_different_seeds,
    "136 and 135 of 1,478 images wrong, for cross-entropy and inverse power, k = 0.2: with 7.8 to"
    " 10.8% and 7.7 to 10.7% one run cannot tell them apart.": (
        _the_two_intervals_overlap,
        _ARTICLE,
    ),
}
