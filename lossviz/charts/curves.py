"""The curves of losses in one view."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from lossviz.charts.figure import html_label, new_figure, trace_id
from lossviz.charts.loss_style import distinct_styles
from lossviz.charts.scales import SCALES, Scale
from lossviz.charts.views import View
from lossviz.losses.evaluation import Array
from lossviz.losses.loss import DEFAULT_CLASSES, Loss

LOGS = ("x", "y")  # axes that can be logarithmic


def curve_uid(loss: Loss) -> str:
    """Plotly's id of a loss's curve, whatever its parameters."""
    return trace_id(loss.key or loss.text)


def curve_figure(
    losses: Sequence[Loss],
    view: View,
    *,
    scale: Scale = SCALES["p"],
    logs: Sequence[str] = (),
    classes: int = DEFAULT_CLASSES,
) -> go.Figure:
    """Each loss in one view, at ``POINTS`` predictions.

    Args:
        losses: Any number of them.
        view: The quantity on the vertical axis.
        scale: The horizontal axis.
        logs: The logarithmic axes, of ``LOGS``; a scale without a logarithm stays linear.
        classes: Number of classes K.
    """
    on_log_x, on_log_y = "x" in logs and scale.log_places is not None, "y" in logs
    places = scale.points(logarithmic=on_log_x)
    figure = new_figure(x_title=scale.axis, y_title=(on_log_y and view.log_axis) or view.axis)
    heights = [_heights(loss, view, scale.to_log_p(places), on_log_y, classes) for loss in losses]
    for loss, style, values in zip(losses, distinct_styles(losses), heights, strict=True):
        figure.add_scatter(
            x=places.tolist(),
            y=[float(y) if np.isfinite(y) else None for y in values],
            name=html_label(loss),
            uid=curve_uid(loss),
            mode="lines",
            line={"color": style.color, "dash": style.dash, "width": 2.5},
            hovertemplate=(
                f"{scale.symbol} = %{{x:.4~g}}<br>%{{y:.4g}}<extra>%{{fullData.name}}</extra>"
            ),
        )
    # The zoom outlives new data, and ends with another view or scale.
    figure.update_layout(
        showlegend=False, uirevision=f"{view.name} {scale.name} {on_log_x} {on_log_y}"
    )
    low, high = float(places[0]), float(places[-1])
    if on_log_x:
        figure.update_xaxes(**_logarithmic(low, high))
    else:
        figure.update_xaxes(range=[min(0.0, low), high + 0.005 * (high - low)])
    if on_log_y:
        figure.update_yaxes(**_logarithmic(*view.log_range))
    else:
        typed = [values for loss, values in zip(losses, heights, strict=True) if loss.key is None]
        figure.update_yaxes(range=_linear_range(typed, view))
    return figure


def without_logarithm(
    losses: Sequence[Loss], view: View, *, scale: Scale, logs: Sequence[str], classes: int
) -> list[Loss]:
    """The losses that a logarithmic vertical axis cannot show, as they are nowhere positive.

    Args as ``curve_figure``.
    """
    log_p = scale.to_log_p(scale.points(logarithmic="x" in logs))

    def is_shown(loss: Loss) -> bool:
        return bool(np.isfinite(_heights(loss, view, log_p, True, classes)).any())

    return [loss for loss in losses if not is_shown(loss)]


def _heights(loss: Loss, view: View, log_p: Array, on_log_y: bool, classes: int) -> Array:
    """The values as they are drawn; on a logarithmic axis those that are not positive are NaN."""
    values = view.values(loss, log_p, classes)
    if not on_log_y:
        return values
    signed = view.log_sign * values
    return np.where(signed > 0, signed, np.nan)


def _logarithmic(low: float, high: float) -> dict[str, object]:
    return {
        "type": "log",
        "range": [float(np.log10(low)), float(np.log10(high)) + 0.02],
        "exponentformat": "power",
        "dtick": 1,
    }


def _linear_range(typed: Sequence[Array], view: View) -> list[float]:
    """The view's range, widened to the 10 % to 90 % quantiles of each typed loss's values.

    What they do at their ends would flatten all other curves.
    """
    low, high = view.y_range
    for values in typed:
        least, greatest = np.quantile(values[np.isfinite(values)], [0.1, 0.9])
        low, high = min(low, float(least)), max(high, float(greatest))
    return [low, high]
