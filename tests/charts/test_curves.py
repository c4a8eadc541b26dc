"""The figure of curves, without a browser."""

import itertools

import numpy as np
import pytest
from hypothesis import given

from lossviz import LOSSES, parse_loss
from lossviz.charts.curves import LOGS, curve_figure, without_logarithm
from lossviz.charts.scales import POINTS, SCALES, Scale
from lossviz.charts.views import VIEWS
from lossviz.losses.loss import Loss
from tests.support.loss_cases import catalogue_losses

P = np.linspace(0.01, 0.99, 50)


@given(loss=catalogue_losses())
def test_each_view_shows_a_quantity_of_the_loss(loss: Loss) -> None:
    for key, view in VIEWS.items():
        found = view.values(loss, np.log(P), 10)
        np.testing.assert_allclose(found, getattr(loss, key)(P, classes=10), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("scale", SCALES.values(), ids=SCALES)
def test_a_scale_runs_from_wrong_to_right_in_200_steps_that_are_probabilities(scale: Scale) -> None:
    for logarithmic in (False, True):
        log_p = scale.to_log_p(scale.points(logarithmic=logarithmic))
        assert log_p.shape == (POINTS,)
        assert (np.diff(log_p) > 0).all()
        assert (log_p <= 0).all()


def test_odds_and_margin_give_the_same_values_as_p() -> None:
    np.testing.assert_allclose(np.exp(SCALES["odds"].to_log_p(P / (1 - P))), P)
    np.testing.assert_allclose(np.exp(SCALES["margin"].to_log_p(np.log(P / (1 - P)))), P)


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("logs", [(), ("x",), ("y",), LOGS])
def test_every_chart_has_titled_axes_and_finite_points(
    view: str, scale: str, logs: tuple[str, ...]
) -> None:
    figure = curve_figure(list(LOSSES.values()), VIEWS[view], scale=SCALES[scale], logs=logs)
    assert figure.layout.xaxis.title.text == SCALES[scale].axis
    assert figure.layout.yaxis.title.text
    assert (figure.layout.yaxis.type == "log") == ("y" in logs)
    assert (figure.layout.xaxis.type == "log") == ("x" in logs and scale != "margin")
    for trace, loss in zip(figure.data, LOSSES.values(), strict=True):
        heights = [y for y in trace.y if y is not None]
        assert np.isfinite(heights).all()
        assert "y" not in logs or (np.array(heights) > 0).all()
        assert len(heights) > 10 or "y" in logs, loss.key


def test_the_title_of_a_logarithmic_axis_names_the_sign_of_the_slope() -> None:
    figure = curve_figure([LOSSES["inverse"]], VIEWS["slope"], logs=("y",))
    assert "−f′" in figure.layout.yaxis.title.text
    np.testing.assert_allclose(figure.data[0].y[-1], 1.0)


def test_losses_that_a_logarithmic_axis_cannot_show_are_listed() -> None:
    losses = [LOSSES["dot_product"], LOSSES["inverse"]]
    lost = {
        view: [
            loss.key
            for loss in without_logarithm(
                losses, VIEWS[view], scale=SCALES["p"], logs=("y",), classes=37
            )
        ]
        for view in VIEWS
    }
    assert lost == {"penalty": ["dot_product"], "slope": [], "weight": [], "pull": []}


def test_the_range_grows_for_typed_losses_only() -> None:
    own = parse_loss("20-p")
    low, high = curve_figure([LOSSES["inverse"]], VIEWS["penalty"]).layout.yaxis.range
    assert (low, high) == VIEWS["penalty"].y_range
    assert curve_figure([own], VIEWS["penalty"]).layout.yaxis.range[1] > 19


def test_zoom_is_kept_while_nothing_but_data_changes() -> None:
    revisions = {
        curve_figure(
            [LOSSES["inverse"]], VIEWS[view], scale=SCALES[scale], logs=logs
        ).layout.uirevision
        for view, scale, logs in itertools.product(VIEWS, SCALES, [(), ("y",)])
    }
    assert len(revisions) == len(VIEWS) * len(SCALES) * 2
    moved = curve_figure(
        [LOSSES["inverse_power"].with_values(k=1)], VIEWS["penalty"]
    ).layout.uirevision
    assert moved == curve_figure([LOSSES["inverse"]], VIEWS["penalty"]).layout.uirevision
