"""How a loss takes wrong labels is what the literature and the trainings say."""

import math

import numpy as np
import pytest

from lossviz import loss_from_spec
from lossviz.losses.analysis.label_noise import noise_variation, noisy_answer

# error rates on digits with 40% of the labels wrong, after 1 + 15 epochs
ERROR_RATES = {
    "dot_product": 0.044,
    "generalized": 0.059,
    "-log(p+1e-8)": 0.116,
    "cross_entropy": 0.117,
    "brier": 0.125,
    "1/(p+1e-6)": 0.179,
}


@pytest.mark.parametrize(
    "spec",
    ["dot_product", "-37*p", "mean_absolute_error", "normalised_cross_entropy", "taylor:t=1"],
)
@pytest.mark.parametrize("classes", [2, 10, 37, 1000])
def test_the_losses_that_the_literature_calls_symmetric_have_a_constant_sum(
    spec: str, classes: int
) -> None:
    assert noise_variation(loss_from_spec(spec), classes=classes) == 0


def test_being_bounded_is_not_enough() -> None:
    assert noise_variation(loss_from_spec("-log(p+1e-12)")) > 0.8
    assert noise_variation(loss_from_spec("1/(p+1e-6)")) > 0.95
    assert noise_variation(loss_from_spec("generalized")) < 0.06
    assert noise_variation(loss_from_spec("cross_entropy")) == math.inf


@pytest.mark.parametrize("classes", [3, 10, 37])
def test_the_variation_of_the_brier_score_is_that_computed_by_hand(classes: int) -> None:
    # the sum is K - 2 + K sum(pj**2), from K - 1 to 2 K - 2; a loss lies between 0 and 2
    expected = (classes - 1) / classes / 2
    assert noise_variation(loss_from_spec("brier"), classes=classes) == pytest.approx(expected)


def test_a_spike_that_no_grid_meets_is_part_of_the_sum() -> None:
    assert noise_variation(loss_from_spec("where(abs(p-0.3)<0.000001,5,1-p)")) > 0.02


def test_the_more_the_noise_moves_the_best_answer_the_higher_is_the_error_of_a_training() -> None:
    answers = {spec: noisy_answer(loss_from_spec(spec), classes=10) for spec in ERROR_RATES}
    assert answers["dot_product"] > answers["generalized"] > 0.9
    for spec in ("-log(p+1e-8)", "cross_entropy", "brier"):  # proper, or nearly
        assert answers[spec] == pytest.approx(0.6, abs=1e-3)
    assert answers["1/(p+1e-6)"] < 0.3


@pytest.mark.parametrize("k", [0.2, 1.0, 2.0])
def test_the_noisy_answer_of_a_power_is_that_computed_by_hand(k: float) -> None:
    # p_j is proportional to t_j ** (1 / (1 + k)) where t are the chances of the labels
    chances = np.array([0.6, *36 * [0.4 / 36]]) ** (1 / (1 + k))
    found = noisy_answer(loss_from_spec(f"inverse_power:k={k}"))
    assert found == pytest.approx(chances[0] / chances.sum(), rel=1e-6)


def test_where_predictions_far_apart_are_equally_good_there_is_no_answer() -> None:
    assert math.isnan(noisy_answer(loss_from_spec("where(p<0.5,1,0)")))
