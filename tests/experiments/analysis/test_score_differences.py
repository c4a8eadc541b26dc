"""Scores beside the baseline's: paired by seed, against scipy, and in words."""

import pytest
from scipy.stats import ttest_rel

from lossviz.experiments.analysis.score_differences import score_difference, temperature_effect
from lossviz.experiments.records import TemperatureScaling


def test_the_interval_is_scipy_s_over_the_seeds_that_both_have() -> None:
    ours = {0: 0.31, 1: 0.42, 2: 0.35, 3: 0.40, 7: 9.0}
    theirs = {3: 0.33, 2: 0.34, 1: 0.37, 0: 0.30, 8: -9.0}
    found = score_difference(ours, theirs)
    assert found
    seeds = (0, 1, 2, 3)
    expected = ttest_rel([ours[seed] for seed in seeds], [theirs[seed] for seed in seeds])
    assert found.difference.pairs == 4
    assert found.difference.interval == pytest.approx(expected.confidence_interval())
    assert found.mean == pytest.approx(0.37)


@pytest.mark.parametrize(
    ("differences", "words"),
    [
        ((0.10, 0.11, 0.12), "higher"),
        ((-0.10, -0.11, -0.12), "lower"),
        ((0.10, -0.11, 0.02), "cannot be told apart"),
        ((0.0, 0.0, 0.0), "equal"),
        ((0.5, 0.5, 0.5), "higher"),
        ((0.1,), "too few seeds"),
    ],
)
def test_the_words_say_on_which_side_of_zero_the_interval_lies(
    differences: tuple[float, ...], words: str
) -> None:
    found = score_difference(dict(enumerate(differences)), dict.fromkeys(range(9), 0.0))
    assert found
    assert found.words == words


def test_losses_without_a_common_seed_have_no_difference() -> None:
    assert score_difference({0: 1.0}, {1: 1.0}) is None
    assert temperature_effect({}, {}) is None


def scaled(before: float, after: float, temperature: float) -> TemperatureScaling:
    return TemperatureScaling(
        temperature=temperature,
        images=180,
        nll_before=before,
        nll_after=after,
        brier_before=0.2,
        brier_after=0.2,
    )


def test_temperature_scaling_takes_away_a_difference_that_was_one_of_scale() -> None:
    base = {seed: scaled(0.5 + seed / 100, 0.5 + seed / 100, 1.0) for seed in range(4)}
    ours = {seed: scaled(0.7 + seed / 90, 0.5 + seed / 99, 1.0 + seed) for seed in range(4)}
    found = temperature_effect(ours, base)
    assert found
    assert found.temperature == pytest.approx(2.5)
    assert found.before.words == "higher"
    assert found.before.difference.mean == pytest.approx(0.2, abs=0.01)
    assert found.after.difference.mean == pytest.approx(0.0, abs=0.01)
