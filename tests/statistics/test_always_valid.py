"""The always-valid t: its numbers, and that its interval is its inverse."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import nct, t

from lossviz.statistics.always_valid import SCALE, half_width, log_e_value

PUBLISHED = {3: 13.2, 4: 6.5, 5: 5.4, 6: 4.9, 8: 4.4, 10: 4.2}


@pytest.mark.parametrize("pairs", PUBLISHED)
def test_half_widths_are_the_published_ones(pairs: int) -> None:
    assert half_width(pairs, 0.05) == pytest.approx(PUBLISHED[pairs], abs=0.05)


@given(st.integers(3, 60), st.floats(1e-4, 0.4))
def test_the_e_value_at_the_end_of_the_interval_is_1_over_alpha(pairs: int, alpha: float) -> None:
    half = half_width(pairs, alpha)
    if np.isfinite(half):
        evidence = log_e_value(np.array(half), np.array(float(pairs)))
        assert float(evidence) == pytest.approx(-np.log(alpha), rel=1e-9)


@pytest.mark.parametrize(("pairs", "statistic"), [(4, 2.0), (6, -3.0), (12, 5.0)])
def test_the_e_value_is_the_ratio_of_the_mixture_to_no_difference(
    pairs: int, statistic: float
) -> None:
    """d/s is normal with variance ``SCALE`` in the mixture, so that t is noncentral."""
    deviation = np.sqrt(SCALE)

    def mixed(effect: float) -> float:
        density = np.exp(-0.5 * (effect / deviation) ** 2) / (deviation * np.sqrt(2 * np.pi))
        return density * nct.pdf(statistic, pairs - 1, effect * np.sqrt(pairs))

    mixture = quad(mixed, -8, 8, limit=200)[0] + quad(mixed, 8, 30)[0] + quad(mixed, -30, -8)[0]
    evidence = log_e_value(np.array(statistic), np.array(float(pairs)))
    assert np.exp(evidence) == pytest.approx(mixture / t.pdf(statistic, pairs - 1), rel=1e-3)


def test_too_few_pairs_have_an_endless_interval() -> None:
    assert half_width(2, 0.05) == float("inf")
    assert half_width(3, 0.001) == float("inf")
