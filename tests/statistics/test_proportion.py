"""The exact interval of a share that was counted once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from lossviz.errors import InvalidInput
from lossviz.statistics.proportion import proportion_interval


@given(total=st.integers(1, 2000), share=st.floats(0, 1), alpha=st.floats(0.001, 0.5))
def test_it_is_scipy_s(total: int, share: float, alpha: float) -> None:
    count = round(share * total)
    expected = binomtest(count, total).proportion_ci(1 - alpha)
    found = proportion_interval(count, total, alpha=alpha)
    assert found == pytest.approx((expected.low, expected.high), abs=1e-9)


@pytest.mark.parametrize(
    ("count", "total", "alpha"), [(-1, 5, 0.05), (6, 5, 0.05), (0, 0, 0.05), (1, 5, 0.0)]
)
def test_nonsense_is_refused(count: int, total: int, alpha: float) -> None:
    with pytest.raises(InvalidInput):
        proportion_interval(count, total, alpha=alpha)
