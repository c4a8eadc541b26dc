"""What every figure keeps to, whatever its losses are called."""

import re

import plotly.graph_objects as go
import pytest

from lossviz.charts.comparison import error_rate_figure, final_error_figure
from lossviz.charts.curves import curve_figure
from lossviz.charts.figure import figure_json, trace_id
from lossviz.charts.trials import confidence_figure, learning_rate_figure, training_loss_figure
from lossviz.charts.views import VIEWS
from lossviz.experiments.plan import plan_comparison
from lossviz.experiments.results import summarise
from lossviz.losses.parsing import loss_from_spec

AWKWARD = ["poly:eps=2.0", "p**-k; k=0.2", "where(p < 0.5, 1-p, (1-p)**2)", "max(1-p, 0.1)", "-p"]


def figures() -> list[go.Figure]:
    """Every kind of figure, of losses whose names no CSS selector can hold."""
    comparison = plan_comparison(id="0c", recipe="digits", losses=AWKWARD, seeds=2, created_at=1e9)
    trials = comparison.trials()
    first_seed = [trial for trial in trials if trial.seed == 0]
    return [
        error_rate_figure(comparison, trials, {}),
        final_error_figure(comparison, summarise(comparison, trials, {})),
        training_loss_figure(comparison, first_seed, {}, classes=10),
        learning_rate_figure(comparison, first_seed, {}),
        confidence_figure(comparison, first_seed, {}, at=1.0, classes=10),
        curve_figure([loss_from_spec(spec) for spec in AWKWARD], VIEWS["penalty"]),
    ]


def test_the_id_of_every_trace_can_stand_in_a_css_selector_and_is_its_own() -> None:
    for figure in figures():
        ids = [trace.uid for trace in figure.data if trace.uid is not None]
        assert len(set(ids)) == len(ids)
        assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9]*", one) for one in ids)
        figure_json(figure)


@pytest.mark.parametrize("spec", AWKWARD)
def test_a_figure_whose_trace_is_called_as_its_loss_does_not_leave_python(spec: str) -> None:
    figure = go.Figure()
    figure.add_scatter(x=[0], y=[0], uid=spec)
    if re.fullmatch(r"[\w-]+", spec):
        figure_json(figure)
    else:
        with pytest.raises(ValueError, match="CSS selector"):
            figure_json(figure)


def test_texts_of_any_characters_have_ids() -> None:
    assert trace_id("p**-k; k=0.2") != trace_id("p**-k; k=0.20")
    assert trace_id("\udcff").isalnum()


def test_zoom_and_hidden_curves_end_with_the_comparison() -> None:
    one, other = (
        plan_comparison(id=name, recipe="digits", losses=["-p"], seeds=1, created_at=1e9)
        for name in ("a", "b")
    )
    revisions = [
        error_rate_figure(comparison, comparison.trials(), {}).layout.uirevision
        for comparison in (one, one, other)
    ]
    assert revisions[0] == revisions[1] != revisions[2]
