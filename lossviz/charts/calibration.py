"""The reliability diagram: how often a network is right where it says so and so."""

import plotly.graph_objects as go

from lossviz.charts.figure import new_figure, trace_id
from lossviz.charts.loss_style import LossStyle
from lossviz.experiments.analysis.calibration import Calibration

_GREATEST_PX = 26.0  # a marker's diameter


def reliability_figure(calibration: Calibration, style: LossStyle, *, zoom_of: str) -> go.Figure:
    """Accuracy over confidence, a dot a bin, with the band in which a calibrated network would lie.

    Args:
        calibration: Of one loss.
        style: How the loss is drawn.
        zoom_of: What is shown, see ``new_figure``.
    """
    figure = new_figure(
        x_title="confidence: probability of the predicted class",
        y_title="accuracy: share of right predictions",
        zoom_of=zoom_of,
    )
    bins = calibration.bins
    confidences = [one.confidence for one in bins]
    figure.add_scatter(
        x=[*confidences, *reversed(confidences)],
        y=[*(one.band[1] for one in bins), *(one.band[0] for one in reversed(bins))],
        fill="toself",
        fillcolor="rgba(128, 128, 128, 0.25)",
        line={"width": 0},
        mode="lines",
        hoverinfo="skip",
        name="95% of calibrated networks",
        uid=trace_id("band"),
    )
    figure.add_scatter(
        x=[0, 1],
        y=[0, 1],
        mode="lines",
        line={"color": "gray", "width": 1, "dash": "dot"},
        hoverinfo="skip",
        name="perfect calibration",
        uid=trace_id("diagonal"),
    )
    greatest = max(one.images for one in bins)
    figure.add_scatter(
        x=confidences,
        y=[one.accuracy for one in bins],
        customdata=[
            [
                one.images,
                one.low,
                one.high,
                one.band[0],
                one.band[1],
                _place(one.accuracy, one.band),
            ]
            for one in bins
        ],
        mode="lines+markers",
        cliponaxis=False,
        line={"color": style.color, "dash": style.dash, "width": 1.5},
        marker={
            "color": style.color,
            "size": [one.images for one in bins],
            "sizemode": "area",
            "sizeref": 2 * greatest / _GREATEST_PX**2,
            "sizemin": 3,
            "line": {"width": 1, "color": style.color},
        },
        hovertemplate=(
            "%{customdata[0]:,} images with a confidence from %{customdata[1]:.1%} to"
            " %{customdata[2]:.1%}<br>mean confidence %{x:.1%}, accuracy %{y:.1%}"
            "<br>if calibrated: %{customdata[3]:.1%} to %{customdata[4]:.1%}, so"
            " %{customdata[5]}<extra></extra>"
        ),
        name="this loss",
        uid=trace_id("bins"),
    )
    figure.update_xaxes(range=[0, 1.02], dtick=0.2, tickformat=".0%")
    figure.update_yaxes(range=[0, 1.02], dtick=0.2, tickformat=".0%")
    figure.update_layout(showlegend=False)
    return figure


def _place(accuracy: float, band: tuple[float, float]) -> str:
    low, high = band
    if accuracy < low:
        return "overconfident"
    return "underconfident" if accuracy > high else "within the band"
