"""Confusions, hard images and contested ones, counted as by hand."""

import numpy as np
import pytest

from lossviz import get_loss
from lossviz.errors import InvalidInput
from lossviz.experiments.analysis.error_analysis import (
    confusion_counts,
    contest,
    hardest_images,
    most_confused,
    penalties,
)
from lossviz.experiments.records import Predictions
from tests.support.judged_comparison import CLASSES, IMAGES, predictions


def said(rows: list[int], targets: list[int], predicted: list[int], p: list[float]) -> Predictions:
    return Predictions(
        rows=tuple(rows),
        targets=tuple(targets),
        predicted=tuple(predicted),
        p_true=tuple(p),
        confidence=tuple(max(value, 1 - value) for value in p),
    )


def test_every_image_of_every_network_stands_in_the_confusion_matrix_once() -> None:
    networks = [predictions("inverse", seed) for seed in range(3)]
    counts = confusion_counts(networks, classes=CLASSES)
    assert counts.sum() == 3 * IMAGES
    right = sum(
        one == two
        for network in networks
        for one, two in zip(network.predicted, network.targets, strict=True)
    )
    assert np.trace(counts) == right
    pairs = most_confused(counts, most=1000)
    assert sum(pair.images for pair in pairs) == 3 * IMAGES - right
    assert [pair.images for pair in pairs] == sorted((p.images for p in pairs), reverse=True)
    assert all(pair.of == counts[pair.actual].sum() for pair in pairs)


def test_a_class_beyond_those_that_there_are_is_refused() -> None:
    with pytest.raises(InvalidInput, match="beyond the 3"):
        confusion_counts([said([0], [1], [3], [0.5])], classes=3)


def test_the_hardest_images_have_the_highest_mean_penalty_over_the_seeds_that_saw_them() -> None:
    by_seed = {
        0: said([7, 8], [0, 1], [0, 0], [0.5, 0.2]),
        1: said([8, 9], [1, 1], [1, 0], [0.8, 0.25]),
    }
    hardest = hardest_images(get_loss("inverse"), by_seed, classes=2, most=2)
    assert [(image.row, image.penalty) for image in hardest] == [
        (9, pytest.approx(4.0)),
        (8, pytest.approx((1 / 0.2 + 1 / 0.8) / 2)),
    ]
    assert (hardest[1].seeds, hardest[1].predicted, hardest[1].wrong) == ((0, 1), (0, 1), 1)


def test_a_p_that_floats_cannot_hold_is_charged_as_the_smallest() -> None:
    assert np.isfinite(penalties(get_loss("cross_entropy"), [0.0, 1.0], classes=10)).all()


def test_two_losses_are_compared_over_the_seeds_that_both_have_and_each_image_over_its_own() -> (
    None
):
    first = {
        0: said([1, 2, 3], [0, 0, 0], [0, 0, 1], [0.9, 0.9, 0.1]),
        1: said([2, 3, 4], [0, 0, 0], [0, 0, 0], [0.9, 0.9, 0.9]),
        2: said([5], [0], [0], [0.9]),
    }
    second = {
        0: said([1, 2, 3], [0, 0, 0], [0, 1, 0], [0.9, 0.1, 0.9]),
        1: said([2, 3, 4], [0, 0, 0], [1, 0, 0], [0.1, 0.9, 0.9]),
    }
    found = contest(first, second)
    assert found.seeds == (0, 1)
    assert (found.both, found.only_first, found.only_second, found.neither) == (3, 2, 1, 0)
    assert found.judgements == 6
    assert [(image.row, image.seeds, image.only_first) for image in found.images] == [
        (2, 2, 2),
        (3, 2, 0),
    ]
    assert found.images[1].first_predicted == (1, 0)


def test_a_contest_the_other_way_round_is_its_mirror_image() -> None:
    one = {seed: predictions("inverse", seed) for seed in range(3)}
    two = {seed: predictions("dot_product", seed) for seed in range(3)}
    there, back = contest(one, two), contest(two, one)
    assert there.judgements == 3 * IMAGES
    assert (there.only_first, there.both) == (back.only_second, back.both)
    assert {image.row for image in there.images} == {image.row for image in back.images}
    wrong = sum(
        mine != true
        for network in one.values()
        for mine, true in zip(network.predicted, network.targets, strict=True)
    )
    assert there.only_second + there.neither == wrong


def test_networks_that_were_validated_on_different_images_are_not_compared() -> None:
    with pytest.raises(InvalidInput, match="different images"):
        contest({0: predictions("inverse", 0)}, {0: predictions("inverse", 1)})
