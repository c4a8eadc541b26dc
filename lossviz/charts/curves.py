"""The curves of losses in one view."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from lossviz.charts.figure import html_label, new_layout, trace_id
from lossviz.charts.loss_style import LossStyle, distinct_styles
from lossviz.charts.scales import SCALES, Scale
from lossviz.charts.value_range import value_range
from lossviz.charts.views import View
from lossviz.losses.evaluation import Array
from lossviz.losses.loss import DEFAULT_CLASSES, Loss

Flags = NDArray[np.bool_]
LOGS = ("x", "y")  # axes that can be logarithmic
_AFTER_P_1 = 0.005  # of the axis: p = 1 is where curves end, and their ends are to be seen
_LEAST_GAP = 0.005  # of the axis, that is worth saying
_CURVES = 256  # that are kept, of 11 kB each
_HALVINGS = 30  # until a gap's end is exact


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Where a logarithmic vertical axis cannot show a loss, as its values are not positive.

    Attributes:
        loss: The loss.
        low: Where it begins on the horizontal axis; None where the axis begins.
        high: Where it ends; None where the axis ends. With both None it is everywhere.
    """

    loss: Loss
    low: float | None
    high: float | None

    @property
    def is_everywhere(self) -> bool:
        """Whether nothing of the curve can be shown."""
        return self.low is None and self.high is None


def curve_uid(loss: Loss) -> str:
    """Plotly's id of a loss's curve, whatever its parameters."""
    return trace_id(loss.id)


def curve_figure(
    losses: Sequence[Loss],
    view: View,
    *,
    scale: Scale = SCALES["p"],
    logs: Sequence[str] = (),
    classes: int = DEFAULT_CLASSES,
) -> go.Figure:
    """The figure of ``curves_json``, with the same arguments; plotly has checked it, which takes
    20 ms.
    """
    return go.Figure(json.loads(curves_json(losses, view, scale=scale, logs=logs, classes=classes)))


def curves_json(
    losses: Sequence[Loss],
    view: View,
    *,
    scale: Scale = SCALES["p"],
    logs: Sequence[str] = (),
    classes: int = DEFAULT_CLASSES,
) -> str:
    """Each loss in one view, on a vertical axis that fits them, as the browser's plotly reads it.

    Curves are kept, for the next time and for other visitors.

    Args:
        losses: Any number of them.
        view: The quantity on the vertical axis.
        scale: The horizontal axis.
        logs: The logarithmic axes, of ``LOGS``; a scale without a logarithm stays linear.
        classes: Number of classes K.
    """
    on_log_x, on_log_y = "x" in logs and scale.has_logarithm, "y" in logs
    curves = [
        _curve(loss, style, view, scale.name, on_log_x, on_log_y, classes)
        for loss, style in zip(losses, distinct_styles(losses), strict=True)
    ]
    layout = new_layout(x_title=scale.axis, y_title=(on_log_y and view.log_axis) or view.axis)
    # The zoom outlives new data, and ends with another view or scale.
    layout |= {
        "showlegend": False,
        "uirevision": f"{view.name} {scale.name} {on_log_x} {on_log_y}",
    }
    places = scale.points(logarithmic=on_log_x)
    across = _on_axis(places, on_log_x)
    start = across[0] if on_log_x or places[0] < 0 else 0.0
    ends_at_1 = scale.to_log_p(places[-1:])[0] == 0
    after = _AFTER_P_1 * (across[-1] - start) if ends_at_1 else 0.0
    layout["xaxis"]["range"] = [float(start), float(across[-1] + after)]
    if on_log_x:
        layout["xaxis"] |= _LOGARITHMIC
    evenly = np.linspace(across[0], across[-1], len(across))
    spread = [np.interp(evenly, across, curve.heights) for curve in curves]
    layout["yaxis"]["range"] = list(value_range(spread, view, logarithmic=on_log_y))
    if on_log_y:
        layout["yaxis"] |= _LOGARITHMIC
    traces = ",".join(curve.trace for curve in curves)
    return f'{{"data":[{traces}],"layout":{json.dumps(layout)}}}'


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Curve:
    """A loss as it is drawn.

    Attributes:
        heights: Its values at all places of the axis.
        trace: Plotly's trace of it, in JSON.
    """

    heights: Array
    trace: str


@lru_cache(maxsize=_CURVES)
def _curve(
    loss: Loss,
    style: LossStyle,
    view: View,
    scale_name: str,
    on_log_x: bool,
    on_log_y: bool,
    classes: int,
) -> _Curve:
    scale = SCALES[scale_name]
    places = scale.points(logarithmic=on_log_x)
    heights = _heights(loss, view, scale.to_log_p(places), on_log_y, classes)
    trace = {
        "type": "scatter",
        "x": places.tolist(),
        "y": [float(y) if np.isfinite(y) else None for y in heights],
        "name": html_label(loss),
        "uid": curve_uid(loss),
        "mode": "lines",
        "line": {"color": style.color, "dash": style.dash, "width": 2.5},
        "hovertemplate": (
            f"{scale.symbol} = %{{x:.4~g}}<br>%{{y:.4g}}<extra>%{{fullData.name}}</extra>"
        ),
    }
    return _Curve(heights=heights, trace=json.dumps(trace, separators=(",", ":"), allow_nan=False))


def logarithm_gaps(
    losses: Sequence[Loss], view: View, *, scale: Scale, logs: Sequence[str], classes: int
) -> list[Gap]:
    """Where a logarithmic vertical axis cannot show these losses, from left to right.

    Args as ``curves_json``.
    """
    on_log_x = "x" in logs and scale.has_logarithm
    places = scale.points(logarithmic=on_log_x)
    across = _on_axis(places, on_log_x)
    gaps = []
    for loss in losses:

        def is_hidden(at: Array, loss: Loss = loss) -> Flags:
            return view.log_sign * view.values(loss, scale.to_log_p(at), classes) <= 0

        hidden = is_hidden(places)
        for first, last in _runs(hidden):
            if across[last] - across[first] < _LEAST_GAP * (across[-1] - across[0]):
                continue  # such as the end p = 1, where a penalty is 0
            # one place before the axis's end counts as there: at p = 1 some values are limits
            low = None if first <= 1 else _edge(is_hidden, places[first], places[first - 1])
            is_last = last >= len(places) - 2
            high = None if is_last else _edge(is_hidden, places[last], places[last + 1])
            gaps.append(Gap(loss=loss, low=low, high=high))
    return gaps


def _runs(flags: Flags) -> list[tuple[int, int]]:
    """First and last index of each run of true flags."""
    padded = np.concatenate([[False], flags, [False]]).astype(int)
    steps = np.diff(padded)
    return list(zip(np.flatnonzero(steps == 1), np.flatnonzero(steps == -1) - 1, strict=True))


def _edge(is_hidden: Callable[[Array], Flags], inside: float, outside: float) -> float:
    """Where a gap ends between a place in it and one beside it."""
    for _ in range(_HALVINGS):
        middle = (inside + outside) / 2
        if is_hidden(np.array([middle]))[0]:
            inside = middle
        else:
            outside = middle
    return float(inside)


def _heights(loss: Loss, view: View, log_p: Array, on_log_y: bool, classes: int) -> Array:
    """The values as they are drawn; on a logarithmic axis those that are not positive are NaN."""
    values = view.values(loss, log_p, classes)
    if not on_log_y:
        return values
    signed = view.log_sign * values
    return np.where(signed > 0, signed, np.nan)


def _on_axis(places: Array, logarithmic: bool) -> Array:
    """Places in the units in which plotly states an axis's range."""
    return np.log10(places) if logarithmic else places


_LOGARITHMIC = {"type": "log", "exponentformat": "power", "dtick": 1}
