"""The curves of losses in one view."""

from collections.abc import Sequence
from zlib import crc32

import numpy as np
import plotly.graph_objects as go

from lossviz.charts.loss_style import distinct_styles, html_label, new_figure
from lossviz.charts.scales import SCALES, Scale
from lossviz.charts.views import View
from lossviz.losses.evaluation import Array
from lossviz.losses.loss import DEFAULT_CLASSES, Loss

LOGS = ("x", "y")  # the axes that can be logarithmic


def curve_uid(loss: Loss) -> str:
    """The name under which plotly knows a loss's curve, whatever its parameters."""
    return f"curve{crc32((loss.key or loss.text).encode()):08x}"


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
        view: What is drawn.
        scale: Over what.
        logs: The axes that are logarithmic, of ``LOGS``; a scale that cannot be stays linear.
        classes: Number of classes K.
    """
    on_log_x, on_log_y = "x" in logs and scale.log_places is not None, "y" in logs
    places = scale.along(on_log_x)
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
    ends = (float(places[0]), float(places[-1]))
    # zoom outlives new data
    figure.update_layout(
        showlegend=False, uirevision=f"{view.name} {scale.name} {on_log_x} {on_log_y}"
    )
    figure.update_xaxes(
        **(
            _logarithmic(*ends)
            if on_log_x
            else {"range": [min(0.0, ends[0]), ends[1] + 0.005 * (ends[1] - ends[0])]}
        )
    )
    own = [values for loss, values in zip(losses, heights, strict=True) if loss.key is None]
    figure.update_yaxes(
        **_logarithmic(*view.log_range) if on_log_y else {"range": _range(own, view)}
    )
    return figure


def without_logarithm(
    losses: Sequence[Loss], view: View, *, scale: Scale, logs: Sequence[str], classes: int
) -> list[Loss]:
    """The losses that a logarithmic vertical axis cannot show, as they are nowhere positive."""
    log_p = scale.to_log_p(scale.along("x" in logs))
    return [
        loss for loss in losses if not np.isfinite(_heights(loss, view, log_p, True, classes)).any()
    ]


def _heights(loss: Loss, view: View, log_p: Array, on_log_y: bool, classes: int) -> Array:
    """The values as they are drawn; on a logarithmic axis those that are not positive are NaN."""
    values = view.values(loss, log_p, classes)
    return (
        np.where(view.log_sign * values > 0, view.log_sign * values, np.nan) if on_log_y else values
    )


def _logarithmic(low: float, high: float) -> dict[str, object]:
    return {
        "type": "log",
        "range": [float(np.log10(low)), float(np.log10(high)) + 0.02],
        "exponentformat": "power",
        "dtick": 1,
    }


def _range(own: Sequence[Array], view: View) -> list[float]:
    """The view's own range, widened for a visitor's own losses as far as the middle of their values
    needs, whatever they do at their ends.
    """
    low, high = view.y_range
    for values in own:
        least, greatest = np.quantile(values[np.isfinite(values)], [0.1, 0.9])
        low, high = min(low, float(least)), max(high, float(greatest))
    return [low, high]
