"""Paired differences outside a plan, and pairs of networks, against scipy.stats."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from lossviz.errors import InvalidInput
from lossviz.statistics.paired import mcnemar, paired_interval


@given(st.lists(st.floats(-1, 1), min_size=2, max_size=20).filter(lambda row: np.std(row) > 1e-3))
def test_an_interval_is_that_of_the_paired_t(differences: list[float]) -> None:
    found = paired_interval(differences, alpha=0.1)
    expected = stats.ttest_1samp(differences, 0.0)
    interval = expected.confidence_interval(0.9)
    assert found.mean == pytest.approx(np.mean(differences), abs=1e-12)
    assert found.p == pytest.approx(expected.pvalue, abs=1e-9)
    assert found.interval == pytest.approx((interval.low, interval.high), abs=1e-9)


def test_a_floor_keeps_equal_differences_from_being_certain() -> None:
    certain, careful = (paired_interval([0.01] * 4, floor=floor) for floor in (0.0, 0.002))
    assert (certain.interval, certain.p) == (None, None)
    assert careful.interval == pytest.approx((0.01 - 0.00318, 0.01 + 0.00318), abs=1e-5)


def test_one_pair_has_no_interval() -> None:
    found = paired_interval([0.02])
    assert (found.mean, found.interval, found.p, found.pairs) == (0.02, None, None, 1)


@pytest.mark.parametrize("differences", [[], [0.1, float("nan")], [0.1, float("inf")]])
def test_an_interval_needs_finite_differences(differences: list[float]) -> None:
    with pytest.raises(InvalidInput):
        paired_interval(differences)


@given(st.integers(0, 60), st.integers(0, 60))
def test_mcnemars_p_is_that_of_the_binomial(only_first: int, only_second: int) -> None:
    total = only_first + only_second
    expected = stats.binomtest(only_first, total).pvalue if total else 1.0
    assert mcnemar(only_first, only_second) == pytest.approx(expected)
    assert mcnemar(only_second, only_first) == mcnemar(only_first, only_second)


def test_mcnemars_p_of_many_images_is_still_computed() -> None:
    assert mcnemar(5000, 5300) == pytest.approx(stats.binomtest(5000, 10300).pvalue)


def test_images_are_counted_from_0() -> None:
    with pytest.raises(InvalidInput):
        mcnemar(-1, 3)
