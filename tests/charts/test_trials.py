"""What the charts of trainings show, and mark."""

from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
import pytest

from lossviz import get_loss, parse_loss
from lossviz.charts.comparison import error_rate_figure, final_error_figure
from lossviz.charts.relative_loss import lowest_value, share_left
from lossviz.charts.trials import confidence_figure, training_loss_figure, without_scale
from lossviz.experiments.confidence_bins import BINS, DOUBLINGS
from lossviz.experiments.records import BatchLoss, Evaluation, TrialState
from lossviz.experiments.results import summarise
from lossviz.losses.catalogue import LOSSES
from tests.support.records import comparison, metrics


def drawn_losses(*losses: str, values: dict[str, list[float]]) -> go.Figure:
    planned = comparison(seeds=1, losses=losses)
    trials = planned.trials()
    batches = {
        trial.id: [
            BatchLoss(at=(number + 1) / 10, loss=value, learning_rate=0.1)
            for number, value in enumerate(values[trial.loss])
        ]
        for trial in trials
    }
    return training_loss_figure(planned, trials, batches, classes=10)


def test_a_flat_training_loss_is_drawn_flat_and_a_fall_as_far_as_it_goes() -> None:
    figure = drawn_losses(
        "dot_product",
        "cross_entropy",
        values={"dot_product": [-0.100, -0.102, -0.101], "cross_entropy": [2.3, 1.15, 0.23]},
    )
    flat, falling = figure.data
    assert list(flat.y) == pytest.approx([1, 0.9978, 0.9989], abs=1e-4)
    assert list(falling.y) == pytest.approx([1, 0.5, 0.1])
    assert list(falling.customdata) == [2.3, 1.15, 0.23]
    assert figure.layout.yaxis.title.text == "training loss, 1 at its start"


def test_a_training_loss_that_explodes_does_not_flatten_the_others() -> None:
    figure = drawn_losses(
        "inverse",
        "cross_entropy",
        values={"inverse": [11.0, 1e10], "cross_entropy": [2.0, 1.0]},
    )
    assert tuple(figure.layout.yaxis.range) == (0, 2)
    assert tuple(
        drawn_losses("cross_entropy", values={"cross_entropy": [2.0, 1.0]}).layout.yaxis.range
    ) == (0, 1.05)


@pytest.mark.parametrize("loss", ["-37*p", "2-p", "0.001*(1-p)"])
def test_a_factor_or_a_constant_changes_nothing_of_the_line(loss: str) -> None:
    p = np.array([0.1, 0.3, 0.2, 0.9])

    def line(text: str) -> list[float]:
        typed = parse_loss(text)
        return share_left(typed.penalty(p), lowest_value(typed, 10)).tolist()

    assert line(loss) == pytest.approx(line("-p"))


@pytest.mark.parametrize("key", LOSSES)
def test_every_loss_of_the_catalogue_has_a_lowest_value_below_where_it_starts(key: str) -> None:
    loss = get_loss(key)
    lowest = lowest_value(loss, 10)
    assert lowest is not None
    assert lowest < loss.penalty(0.1, classes=10)


def test_a_loss_without_a_lowest_value_is_named_instead_of_drawn() -> None:
    figure = drawn_losses("log(p)", values={"log(p)": [-2.3, -3.0]})
    assert np.isnan(figure.data[0].y).all()
    planned = comparison(seeds=1, losses=["log(p)", "dot_product"])
    assert without_scale(planned, classes=10) == ["log(p)"]
    unknown = comparison(seeds=1, losses=["label_smoothing", "dot_product"])
    assert without_scale(unknown, classes=None) == [get_loss("label_smoothing").label]


def confidence(*histograms: tuple[int, ...]) -> go.Figure:
    planned = comparison(seeds=1)
    trials = planned.trials()[: len(histograms)]
    evaluations = {
        trial.id: [Evaluation(at=1.0, error_rate=0.5, histogram=histogram)]
        for trial, histogram in zip(trials, histograms, strict=True)
    }
    return confidence_figure(planned, trials, evaluations, at=1.0, classes=37)


def test_confidence_lies_over_the_odds_and_marks_where_guessing_is() -> None:
    (line,) = confidence((0,) * 13 + (3, 1) + (0,) * (BINS - 15)).data
    assert list(line.x) == pytest.approx(range(-DOUBLINGS - 1, DOUBLINGS + 2))
    assert line.y[13] == 0.75
    assert line.x[13] == 0  # p = 1/2
    assert line.customdata[13] == "from 0.5 to 0.6667"
    figure = confidence()
    assert [shape.x0 for shape in figure.layout.shapes] == pytest.approx([-np.log2(36)])
    assert (
        dict(zip(figure.layout.xaxis.ticktext, figure.layout.xaxis.tickvals, strict=True))["0.5"]
        == 0
    )


def test_confidence_that_an_earlier_lossviz_stored_is_drawn_in_its_own_bins() -> None:
    (line,) = confidence((1,) * 20).data
    assert len(line.x) == 21
    assert (line.x[0], line.x[10], line.x[-1]) == (-DOUBLINGS - 1, 0, DOUBLINGS + 1)
    assert line.customdata[0] == "from 0 to 0.05"


def test_seeds_that_diverged_are_marked_in_both_charts() -> None:
    planned = comparison(seeds=3, losses=["inverse", "dot_product"])
    states = {("inverse", 1): TrialState.DIVERGED}
    trials = [
        replace(trial, state=states.get((trial.loss, trial.seed), TrialState.FINISHED))
        for trial in planned.trials()
    ]
    history = {trial.id: [metrics(1)] for trial in trials}
    curves = {trial.id: [(1.0, 0.5), (2.0, 0.4)] for trial in trials}
    legend = {line.name for line in error_rate_figure(planned, trials, curves).data}
    assert legend == {"inverse (1 of 3 seeds diverged)", "dot product"}
    last_symbols = [
        line.marker.symbol[-1] for line in error_rate_figure(planned, trials, curves).data
    ]
    assert sorted(last_symbols) == ["circle"] * 5 + ["x"]
    figure = final_error_figure(planned, summarise(planned, trials, history))
    rows = figure.layout.yaxis.ticktext
    assert "2 of 3 seeds, 1 diverged" in rows[0]
    assert rows[1] == "dot product"
    assert any("mean of 2 of 3 seeds" in trace.hovertemplate for trace in figure.data)
