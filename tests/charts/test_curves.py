"""The figure of curves, without a browser."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lossviz import LOSSES, parse_loss
from lossviz.charts.curves import LOGS, curve_figure, logarithm_gaps
from lossviz.charts.scales import SCALES, Scale
from lossviz.charts.views import VIEWS
from lossviz.losses.loss import Loss
from lossviz.ui.loss_picker import FEATURED
from tests.support.loss_cases import catalogue_losses

P = np.linspace(0.01, 0.99, 50)


@given(loss=catalogue_losses())
def test_each_view_shows_a_quantity_of_the_loss(loss: Loss) -> None:
    for key, view in VIEWS.items():
        found = view.values(loss, np.log(P), 10)
        np.testing.assert_allclose(found, getattr(loss, key)(P, classes=10), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("scale", SCALES.values(), ids=SCALES)
def test_a_scale_runs_from_wrong_to_right_over_probabilities(scale: Scale) -> None:
    for logarithmic in (False, True):
        log_p = scale.to_log_p(scale.points(logarithmic=logarithmic))
        assert (np.diff(log_p) > 0).all()
        assert (log_p <= 0).all()
    assert scale.has_logarithm == (scale.name != "margin")


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("logs", [(), ("x",)])
def test_curves_reach_both_ends_of_the_axis(scale: str, logs: tuple[str, ...]) -> None:
    figure = curve_figure([LOSSES["dot_product"]], VIEWS["penalty"], scale=SCALES[scale], logs=logs)
    low, high = figure.layout.xaxis.range
    places = figure.data[0].x
    left, right = (
        np.log10([places[0], places[-1]])
        if figure.layout.xaxis.type
        else (
            places[0],
            places[-1],
        )
    )
    pixel = (high - low) / 800
    assert abs(left - low) < pixel / 100
    assert right == high or (SCALES[scale].to_log_p(np.array(places[-1:])) == 0).all()


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("logs", [(), ("x",), ("y",), LOGS])
def test_a_line_through_a_figure_s_points_is_the_curve_to_a_pixel(
    scale: str, logs: tuple[str, ...]
) -> None:
    """On 800 by 400 pixels, for smooth losses; the browser adds points where one has a kink."""
    losses = [LOSSES[key] for key in ("cross_entropy", "inverse", "focal", "brier", "cosine")]
    for view in VIEWS.values():
        figure = curve_figure(losses, view, scale=SCALES[scale], logs=logs)
        low, high = figure.layout.yaxis.range
        for trace, loss in zip(figure.data, losses, strict=True):
            places = np.array(trace.x)
            if figure.layout.xaxis.type == "log":
                middle = np.sqrt(places[1:] * places[:-1])
                across = np.log10(places)
            else:
                middle, across = (places[1:] + places[:-1]) / 2, places
            values = view.values(loss, SCALES[scale].to_log_p(middle), 37)
            drawn = np.array(trace.y, dtype=float)
            if "y" in logs:
                values = np.log10(np.maximum(view.log_sign * values, 1e-300))
                drawn = np.log10(drawn)
            chord = (drawn[1:] + drawn[:-1]) / 2
            shown = (values > low) & (values < high) & np.isfinite(chord)
            up = 400 / (high - low)
            along = 800 / (figure.layout.xaxis.range[1] - figure.layout.xaxis.range[0])
            steep = np.abs(np.diff(drawn) * up / (np.diff(across) * along))[shown]
            error = np.abs(values - chord)[shown] * up / np.hypot(1, steep)
            assert error.max(initial=0) < 1, (loss.key, view.name)


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


def gaps(loss: Loss, view: str, scale: str = "p") -> list[tuple[float | None, float | None]]:
    found = logarithm_gaps([loss], VIEWS[view], scale=SCALES[scale], logs=("y",), classes=37)
    assert all(gap.loss is loss for gap in found)
    return [(gap.low, gap.high) for gap in found]


def test_what_a_logarithmic_axis_cannot_show_is_listed_place_by_place() -> None:
    assert {view: gaps(LOSSES["dot_product"], view) for view in VIEWS} == {
        "penalty": [(None, None)],
        "slope": [],
        "weight": [],
        "pull": [],
    }
    assert gaps(LOSSES["cross_entropy"], "penalty") == []  # 0 at p = 1 only
    ((low, high),) = gaps(parse_loss("0.5-p"), "penalty")
    assert low == pytest.approx(0.5, abs=1e-6)
    assert high is None
    assert gaps(parse_loss("0.5-p"), "penalty", "margin") == [(pytest.approx(0, abs=1e-6), None)]
    ((low, high),) = gaps(parse_loss("(p-0.3)*(p-0.6)"), "penalty")
    assert (low, high) == pytest.approx((0.3, 0.6), abs=1e-6)


@pytest.mark.parametrize(
    ("keys", "view", "expected"),
    [
        (FEATURED, "penalty", (-1.25, 6)),
        (["cosine"], "penalty", (-0.05, 1.05)),
        (["cosine", "dot_product"], "penalty", (-1.1, 1.1)),
        (["dot_product"], "weight", (-0.05, 1.05)),
        (["label_smoothing"], "pull", (-0.15, 0.95)),
    ],
)
def test_the_vertical_axis_fits_the_losses_drawn(
    keys: list[str], view: str, expected: tuple[float, float]
) -> None:
    losses = [LOSSES[key] for key in keys]
    assert curve_figure(losses, VIEWS[view]).layout.yaxis.range == pytest.approx(expected)


@given(losses=st.lists(st.sampled_from(list(LOSSES.values())), min_size=1, max_size=12))
def test_a_loss_that_runs_to_infinity_does_not_flatten_the_others(losses: list[Loss]) -> None:
    """The asymmetric unhinged loss is the one whose slope, by default, is beyond the axis for all
    predictions.
    """
    usual = [loss for loss in losses if loss.key != "aue"] or [LOSSES["inverse"]]
    for view in VIEWS.values():
        low, high = curve_figure(usual, view).layout.yaxis.range
        assert view.y_range[0] <= low < high <= view.y_range[1]


def test_a_typed_loss_far_from_the_others_widens_the_axis_as_far_as_it_must() -> None:
    axis = curve_figure([parse_loss("20-p")], VIEWS["penalty"]).layout.yaxis.range
    assert axis == pytest.approx((18.95, 20.05))
    low, high = curve_figure(
        [LOSSES["brier"], parse_loss("100/p")], VIEWS["penalty"]
    ).layout.yaxis.range
    assert low < 0
    assert 200 < high < 1000  # 100/p is 100 at the least


def test_a_small_change_of_a_parameter_leaves_the_axis_where_it_is() -> None:
    def axis(k: float) -> tuple[float, float]:
        losses = [LOSSES["cross_entropy"], LOSSES["inverse_power"].with_values(k=k)]
        return curve_figure(losses, VIEWS["penalty"]).layout.yaxis.range

    assert len({axis(k) for k in (0.2, 0.5, 1, 2)}) == 1


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
