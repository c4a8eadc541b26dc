"""Calibration against an independent computation, and its null band against simulated networks."""

from itertools import pairwise

import numpy as np
import pytest

from lossviz.errors import InvalidInput
from lossviz.experiments.analysis.calibration import BINS, Binning, calibrate, calibration_of
from tests.support.judged_comparison import IMAGES, predictions


def naive_error(confidence: list[float], correct: list[bool]) -> float:
    """Guo et al. 2017, equation 3, image by image."""
    total = 0.0
    for number in range(BINS):
        inside = [
            place
            for place, value in enumerate(confidence)
            if number / BINS < value <= (number + 1) / BINS
        ]
        if inside:
            accuracy = sum(correct[place] for place in inside) / len(inside)
            said = sum(confidence[place] for place in inside) / len(inside)
            total += len(inside) / len(confidence) * abs(accuracy - said)
    return total


def network(seed: int, *, images: int = 359) -> tuple[np.ndarray, np.ndarray]:
    """A perfectly calibrated network of mean confidence 0.8: its confidences, and who is right."""
    generator = np.random.default_rng(seed)
    confidence = generator.beta(4, 1, images)
    return confidence, generator.random(images) < confidence


@pytest.mark.parametrize("seed", range(5))
def test_the_calibration_error_is_that_of_an_independent_computation(seed: int) -> None:
    said = predictions("inverse", seed)
    found = calibration_of([said])
    right = [one == two for one, two in zip(said.predicted, said.targets, strict=True)]
    assert found.error == pytest.approx(naive_error(list(said.confidence), right), abs=1e-12)
    assert found.images == sum(one.images for one in found.bins) == IMAGES
    assert found.accuracy == pytest.approx(np.mean(right))
    assert found.confidence == pytest.approx(np.mean(said.confidence))


@pytest.mark.parametrize(
    ("binning", "expected"), [("width", (0.028, 0.067)), ("mass", (0.040, 0.082))]
)
def test_a_calibrated_network_of_359_images_shows_the_known_error(
    binning: Binning, expected: tuple[float, float]
) -> None:
    confidence, right = network(0)
    assert confidence.mean() == pytest.approx(0.8, abs=0.01)
    band = calibrate(confidence.tolist(), right.tolist(), binning=binning).null_error
    assert band == pytest.approx(expected, abs=0.007)


@pytest.mark.parametrize("binning", ["width", "mass"])
def test_calibrated_networks_lie_in_the_null_band_95_times_of_100_and_others_do_not(
    binning: Binning,
) -> None:
    inside, inside_bins, overconfident = [], [], []
    for seed in range(120):
        confidence, right = network(seed)
        found = calibrate(confidence.tolist(), right.tolist(), binning=binning)
        low, high = found.null_error
        inside.append(low <= found.error <= high)
        inside_bins += [one.band[0] <= one.accuracy <= one.band[1] for one in found.bins]
        too_sure = calibrate((confidence**0.5).tolist(), right.tolist(), binning=binning)
        overconfident.append(too_sure.error > too_sure.null_error[1])
    assert 0.88 <= np.mean(inside) <= 1.0
    assert np.mean(inside_bins) >= 0.93
    assert np.mean(overconfident) > 0.8


def test_bins_of_equal_mass_share_the_images_evenly_and_do_not_overlap() -> None:
    confidence, right = network(3)
    found = calibrate(confidence.tolist(), right.tolist(), binning="mass")
    assert len(found.bins) == BINS
    assert {one.images for one in found.bins} <= {IMAGES // BINS, IMAGES // BINS + 1}
    assert all(first.high <= second.low for first, second in pairwise(found.bins))


def test_the_same_predictions_always_give_the_same_band() -> None:
    said = [predictions("inverse", 0), predictions("inverse", 1)]
    assert calibration_of(said) == calibration_of(said)


def test_a_network_that_is_always_right_and_says_so_has_no_error_and_no_band() -> None:
    found = calibrate([1.0] * 50, [True] * 50)
    assert (found.error, found.null_error) == (0.0, (0.0, 0.0))
    assert [(one.low, one.high, one.band) for one in found.bins] == [(14 / 15, 1.0, (1.0, 1.0))]


@pytest.mark.parametrize("confidence", [[], [1.2], [-0.1]])
def test_nonsense_is_refused(confidence: list[float]) -> None:
    with pytest.raises(InvalidInput):
        calibrate(confidence, [True] * len(confidence))
