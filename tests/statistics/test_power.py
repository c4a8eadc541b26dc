"""How many seeds are needed, against scipy.stats and published numbers."""

import pytest
from scipy import stats

from lossviz.statistics.power import MANY, power, seeds_for, seeds_to_see, spread_factors

EFFECTS = (0.3, 0.5, 0.8, 1.2, 2.0)
# with 80% power by a single test at the end, computed for the project by another program
PUBLISHED = {0.05: (90, 34, 15, 8, 5), 0.05 / 3: (120, 45, 20, 11, 6)}


@pytest.mark.parametrize("alpha", PUBLISHED)
def test_a_single_test_takes_the_published_seeds(alpha: float) -> None:
    found = tuple(seeds_for(effect, alpha, lambda _, level: level) for effect in EFFECTS)
    assert found == PUBLISHED[alpha]


@pytest.mark.parametrize("alpha", PUBLISHED)
def test_looks_on_the_way_take_a_few_seeds_more(alpha: float) -> None:
    for effect, single in zip(EFFECTS, PUBLISHED[alpha], strict=True):
        assert single <= seeds_for(effect, alpha) <= 1.25 * single


@pytest.mark.parametrize("effect", EFFECTS)
@pytest.mark.parametrize("pairs", [3, 6, 40])
def test_power_is_that_of_the_noncentral_t(pairs: int, effect: float) -> None:
    critical = stats.t.ppf(1 - 0.04 / 2, pairs - 1)
    expected = stats.nct.sf(critical, pairs - 1, effect * pairs**0.5)
    assert power(pairs, effect, 0.04) == pytest.approx(expected, abs=1e-9)
    assert power(pairs, -effect, 0.04) == power(pairs, effect, 0.04)


@pytest.mark.parametrize("pairs", [2, 3, 6, 20])
def test_what_the_spread_may_be_is_the_chi_square_interval(pairs: int) -> None:
    low, high = spread_factors(pairs)
    freedom = pairs - 1
    assert low == pytest.approx((freedom / stats.chi2.ppf(0.975, freedom)) ** 0.5)
    assert high == pytest.approx((freedom / stats.chi2.ppf(0.025, freedom)) ** 0.5)


def test_three_seeds_know_the_spread_within_a_wide_range() -> None:
    assert spread_factors(3) == pytest.approx((0.52, 6.28), abs=0.005)


def test_the_range_is_that_of_the_spread() -> None:
    fewest, most = seeds_to_see(0.01, 0.02, 6, 0.05)
    low, high = spread_factors(6)
    assert fewest == seeds_for(0.5 / low, 0.05)
    assert most == seeds_for(0.5 / high, 0.05)
    assert fewest < seeds_for(0.5, 0.05) < most


def test_no_difference_is_never_seen_and_a_tiny_one_by_nobody() -> None:
    assert seeds_to_see(0.0, 0.02, 6, 0.05) is None
    assert seeds_for(1e-6, 0.05) == MANY
