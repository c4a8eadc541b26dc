"""Means and bands of learning curves: the numbers that the race on the page draws."""

from statistics import fmean, stdev

import pytest

from lossviz.charts.comparison_figure.learning_lines import learning_lines
from tests.support.figure_snapshots import diverged, empty, one_seed, running, usual


def test_the_mean_and_its_band_are_over_the_finished_seeds() -> None:
    snapshot = usual()
    lines = learning_lines(snapshot)[0]
    assert lines.mean
    last = [100 * found.error_rate for found in snapshot.judgement.losses[0].finished]
    assert lines.mean.seeds == len(last) == 6
    assert lines.mean.percent[-1] == pytest.approx(fmean(last))
    assert lines.mean.deviation[-1] == pytest.approx(stdev(last))


def test_a_diverged_seed_is_drawn_but_not_averaged() -> None:
    lines = learning_lines(diverged())[1]
    assert len(lines.seeds) == 4
    assert lines.mean
    assert lines.mean.seeds == 2
    assert lines.mean.epochs[-1] == 2.0


def test_before_two_seeds_have_finished_the_mean_goes_as_far_as_the_slowest() -> None:
    lines = learning_lines(running())[0]
    assert lines.mean
    assert (lines.mean.seeds, lines.mean.epochs[-1]) == (2, 1.0)


def test_one_seed_has_no_mean_and_nothing_has_no_line() -> None:
    assert all(loss.mean is None and len(loss.seeds) == 1 for loss in learning_lines(one_seed()))
    assert all(not loss.seeds for loss in learning_lines(empty()))
