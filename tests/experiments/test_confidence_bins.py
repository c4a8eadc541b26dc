"""Bins of the probability of the true class: fine where many classes start, and where p nears 1."""

from itertools import pairwise

import pytest

from lossviz.errors import InvalidInput
from lossviz.experiments.confidence_bins import BINS, bin_edges
from lossviz.experiments.records import Evaluation


def bin_of(p: float) -> int:
    edges = bin_edges(BINS)
    return next(number for number, (low, high) in enumerate(pairwise(edges)) if low <= p < high)


@pytest.mark.parametrize("bins", [20, BINS])
def test_the_bins_cover_0_to_1_without_a_gap(bins: int) -> None:
    edges = bin_edges(bins)
    assert (edges[0], edges[-1], len(edges)) == (0.0, 1.0, bins + 1)
    assert list(edges) == sorted(set(edges))


def test_each_inner_bin_doubles_the_odds() -> None:
    odds = [edge / (1 - edge) for edge in bin_edges(BINS)[1:-1]]
    assert [high / low for low, high in pairwise(odds)] == pytest.approx([2] * (BINS - 2))
    assert 0.5 in bin_edges(BINS)


@pytest.mark.parametrize("classes", [10, 37, 1000])
def test_what_knows_half_or_twice_as_much_as_at_the_start_is_in_another_bin(classes: int) -> None:
    start = bin_of(1 / classes)
    assert start > 0, "not in the open bin"
    assert bin_of(0.5 / classes) < start < bin_of(2 / classes)


def test_certain_and_nearly_certain_are_told_apart() -> None:
    assert bin_of(0.9) < bin_of(0.99) < bin_of(0.999)


def test_histograms_of_an_earlier_lossviz_stay_readable_and_others_are_refused() -> None:
    old = Evaluation(at=1.0, error_rate=0.5, histogram=(1,) * 20)
    assert old.bin_edges[1] == 0.05
    with pytest.raises(InvalidInput, match="26 or 20 bins, got 21"):
        Evaluation(at=1.0, error_rate=0.5, histogram=(1,) * 21)
