"""What every figure keeps to, whatever its losses are called."""

import json
import re
from dataclasses import replace

import plotly.graph_objects as go
import pytest

from lossviz.charts.curves import LOGS, curve_figure, curves_json
from lossviz.charts.figure import figure_json, trace_id
from lossviz.charts.race import MEASURES, OVER, SCALES, RaceView, race_layout
from lossviz.charts.views import VIEWS
from lossviz.losses.catalogue import LOSSES
from lossviz.losses.parsing import loss_from_spec
from tests.support.records import comparison

AWKWARD = ["poly:eps=2.0", "p**-k; k=0.2", "where(p < 0.5, 1-p, (1-p)**2)", "max(1-p, 0.1)", "-p"]


def test_the_id_of_every_trace_can_stand_in_a_css_selector_and_is_its_own() -> None:
    figure = curve_figure([loss_from_spec(spec) for spec in AWKWARD], VIEWS["penalty"])
    ids = [trace.uid for trace in figure.data if trace.uid is not None]
    assert len(set(ids)) == len(ids) == len(AWKWARD)
    assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9]*", one) for one in ids)
    figure_json(figure)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("logs", [(), LOGS])
def test_plotly_finds_nothing_wrong_with_curves_and_changes_nothing(
    view: str, logs: tuple[str, ...]
) -> None:
    """They are sent to the browser as they are, as plotly's checks take 20 ms."""
    losses = [*LOSSES.values(), *map(loss_from_spec, AWKWARD)]
    sent = curves_json(losses, VIEWS[view], logs=logs)
    checked = curve_figure(losses, VIEWS[view], logs=logs)
    assert json.loads(sent) == json.loads(figure_json(checked))


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


def test_zoom_ends_with_the_comparison_and_with_what_the_axes_are() -> None:
    settings = comparison().settings
    views = [
        RaceView(measure=measure, over=over, scale=scale, images=1438)
        for measure in MEASURES
        for over in OVER
        for scale in SCALES
    ]
    revisions = {
        json.loads(race_layout(of, settings, view))["layout"]["uirevision"]
        for of in ("a", "b")
        for view in views
    }
    assert len(revisions) == 2 * len(views)


def test_the_axis_of_a_race_says_all_that_was_done_to_the_measure() -> None:
    view = RaceView(measure="Training loss", over="images", scale="gap to the best", smoothing=0.6)
    assert view.y_title == "training loss above the best mean so far, smoothed 0.60"
    assert replace(view, scale="log", smoothing=0.0).y_title == "training loss, 1 at its start"
    assert view.axis == "epochs"  # as long as nobody knows how many images an epoch has
    layout = json.loads(race_layout("c", comparison().settings, replace(view, images=1438)))
    axis = layout["layout"]["xaxis"]
    assert axis["title"]["text"] == "training images seen"
    assert axis["range"] == [0, pytest.approx(2 * 1438 * 1.03)]


def test_the_ticks_of_a_logarithmic_axis_are_whole_numbers_not_single_digits() -> None:
    view = RaceView(measure="Error rate", over="epochs", scale="log")
    axis = json.loads(race_layout("c", comparison().settings, view))["layout"]["yaxis"]
    assert axis["type"] == "log"
    ticks = [float(text.removesuffix("%")) for text in axis["ticktext"]]
    assert ticks == pytest.approx(axis["tickvals"])
    assert "20%" in axis["ticktext"]
