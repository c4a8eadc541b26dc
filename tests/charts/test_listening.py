"""What the browser is sent to draw whom each loss listened to."""

import json

import numpy as np
import pytest

from lossviz import get_loss
from lossviz.charts.listening import TICKS, LossCurve, listening_picture, odds_place
from lossviz.experiments.analysis.listening import sum_up
from lossviz.experiments.confidence_bins import BINS, DOUBLINGS
from tests.support.judged_comparison import CLASSES, IMAGES, LOSSES, MOMENTS, evaluation

MOMENTS_SHOWN = [
    {
        loss: one
        for loss in LOSSES
        if (one := sum_up([evaluation(loss, seed, at) for seed in (0, 1)]))
    }
    for at in MOMENTS
]
PICTURE = listening_picture(LOSSES, MOMENTS_SHOWN, drawn=LOSSES, seeds=2, epochs=2, classes=CLASSES)


def at_place(curve: LossCurve, place: float) -> float | None:
    heights = curve["heights"]
    return heights[round((place + PICTURE["end"]) / (2 * PICTURE["end"]) * (len(heights) - 1))]


def test_every_moment_shows_the_whole_validation_set_of_each_seed() -> None:
    assert [moment["at"] for moment in PICTURE["moments"]] == list(MOMENTS)
    for moment in PICTURE["moments"]:
        assert set(moment["losses"]) == set(LOSSES)
        for shown in moment["losses"].values():
            assert sum(shown["images"]) == 2 * IMAGES
            assert sum(shown["gradient"]) == pytest.approx(1, abs=0.002)


@pytest.mark.parametrize("curve", PICTURE["curves"], ids=LOSSES)
def test_a_curve_is_the_penalty_of_its_loss_and_its_slope_the_pull(curve: LossCurve) -> None:
    loss = get_loss(curve["loss"])
    assert at_place(curve, 0.0) == pytest.approx(float(loss.penalty(0.5)), abs=1e-4)
    assert at_place(curve, 3.0) == pytest.approx(float(loss.penalty(8 / 9)), abs=1e-4)
    left, right = at_place(curve, -0.2), at_place(curve, 0.2)
    assert left is not None
    assert right is not None
    pull = (left - right) / (0.4 * np.log(2))
    assert pull == pytest.approx(float(loss.pull(0.5)), rel=0.02)


def test_the_axis_has_the_bins_steps_and_marks_guessing() -> None:
    assert PICTURE["edges"] == pytest.approx(list(range(-DOUBLINGS - 1, DOUBLINGS + 2)))
    assert len(PICTURE["names"]) == BINS
    assert PICTURE["names"][13] == "0.5 to 0.667"
    assert PICTURE["guessing"] == pytest.approx(-np.log2(CLASSES - 1))
    assert PICTURE["hard"] == pytest.approx(-3)
    assert [place for place, _ in PICTURE["ticks"]] == [odds_place(p) for p in TICKS]


def test_each_curve_spans_the_penalties_of_all_images_there_ever_were() -> None:
    for curve in PICTURE["curves"]:
        for moment in PICTURE["moments"]:
            for place, count in enumerate(moment["losses"][curve["loss"]]["images"]):
                height = at_place(curve, PICTURE["edges"][place] + 0.5)
                if count:
                    assert height is not None
                    assert curve["low"] <= height <= curve["high"] + 1e-4 * abs(curve["high"])


def test_only_the_chosen_losses_are_drawn_in_the_colours_that_they_have_among_all() -> None:
    one = listening_picture(
        LOSSES, MOMENTS_SHOWN, drawn=LOSSES[2:3], seeds=2, epochs=2, classes=CLASSES
    )
    assert one["curves"] == PICTURE["curves"][2:3]
    assert set(one["moments"][0]["losses"]) == {LOSSES[2]}


def test_a_loss_that_has_not_come_so_far_is_missing_at_that_moment() -> None:
    late = [*MOMENTS_SHOWN[:-1], {LOSSES[0]: MOMENTS_SHOWN[-1][LOSSES[0]]}]
    picture = listening_picture(LOSSES, late, drawn=LOSSES, seeds=2, epochs=2, classes=None)
    assert set(picture["moments"][-1]["losses"]) == {LOSSES[0]}
    assert picture["guessing"] is None


def test_bins_that_an_earlier_lossviz_stored_keep_their_own_edges() -> None:
    old = evaluation("inverse", 0, 1.0)
    summed = sum_up([type(old)(at=1.0, error_rate=0.5, histogram=(1,) * 20)])
    assert summed
    picture = listening_picture(
        ["inverse"], [{"inverse": summed}], drawn=["inverse"], seeds=1, epochs=2, classes=10
    )
    assert len(picture["edges"]) == 21
    assert (picture["edges"][0], picture["edges"][10], picture["edges"][-1]) == (-13, 0, 13)


def test_sixty_moments_of_four_losses_are_small() -> None:
    many = [moment for moment in MOMENTS_SHOWN for _ in range(10)]
    picture = listening_picture(LOSSES, many, drawn=LOSSES, seeds=2, epochs=2, classes=CLASSES)
    assert len(json.dumps(picture, separators=(",", ":"))) < 110_000
