"""Error over learning rate: what each rate came to, what was chosen, what is judged."""

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from statistics import fmean

import pytest

from lossviz.charts.learning_rates import learning_rate_search_figure
from lossviz.experiments.analysis.rate_curves import RatePoint, rate_curves
from lossviz.experiments.comparison_data import ComparisonData, read_comparison_data
from lossviz.experiments.records import TrialState
from lossviz.experiments.store.store import Store
from tests.support.judged_comparison import LOSSES, judged_comparison

SEEDS = 2


@pytest.fixture
def data(tmp_path: Path) -> ComparisonData:
    with closing(Store(f"sqlite:///{tmp_path / 'rates.sqlite'}")) as store:
        planned = judged_comparison(store, seeds=SEEDS, rate_search=True, with_predictions=False)
        for trial in planned.trials():
            store.set_learning_rate(trial.id, 0.012)
        return read_comparison_data(store, planned)


def test_each_loss_has_its_rates_with_the_seeds_of_the_search_and_its_judged_seeds_apart(
    data: ComparisonData,
) -> None:
    search = data.comparison.rate_search
    assert search
    curves = rate_curves(data)
    assert [curve.loss for curve in curves] == list(data.comparison.losses)
    for curve in curves:
        assert [point.learning_rate for point in curve.points] == sorted(
            factor * 4e-3 for factor in search.factors
        )
        for point in curve.points:
            assert set(point.errors) == set(search.seeds)
            assert point.mean == pytest.approx(fmean(point.errors.values()))
        assert curve.chosen == 0.012
        assert set(curve.judged) == set(range(SEEDS))


def test_a_rate_at_which_a_seed_was_lost_has_no_mean(data: ComparisonData) -> None:
    lost = replace(data.search_trials[0], state=TrialState.DIVERGED)
    point = rate_curves(replace(data, search_trials=[lost, *data.search_trials[1:]]))[0].points[0]
    assert point.lost == {lost.seed: TrialState.DIVERGED}
    assert lost.seed not in point.errors
    assert point.mean is None
    assert RatePoint(learning_rate=0.1, errors={}, lost={}).mean is None


def test_the_chart_has_a_line_a_loss_and_a_diamond_where_it_is_judged(
    data: ComparisonData,
) -> None:
    figure = learning_rate_search_figure(rate_curves(data), zoom_of="c")
    assert figure.layout.xaxis.type == "log"
    assert sum(bool(trace.name) for trace in figure.data) == len(LOSSES)
    diamonds = [trace for trace in figure.data if trace.marker.symbol == "diamond-open"]
    assert [tuple(trace.x) for trace in diamonds] == [(0.012,)] * len(LOSSES)
