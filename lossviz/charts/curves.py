"""The curves of losses over p."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from zlib import crc32

import numpy as np
import plotly.graph_objects as go

from lossviz.charts.style import label_of, new_figure, styles_of
from lossviz.losses.loss import Loss
from lossviz.losses.numeric import Array

P_GRID: Array = np.linspace(0.005, 1.0, 200)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """One way to look at a loss over p.

    Attributes:
        name: For the control that chooses it.
        axis: Title of the vertical axis.
        sentence: What the reader sees in it.
        values: A loss's values at an array of p.
        y_range: Vertical range that shows the article's losses well.
    """

    name: str
    axis: str
    sentence: str
    values: Callable[[Loss, Array], Array]
    y_range: tuple[float, float]


VIEWS = MappingProxyType(
    {
        "penalty": View(
            name="Penalty",
            axis="penalty f(p)",
            sentence="How much a prediction costs. A good loss falls all the way from a wrong answer (left) to a right one (right).",
            values=Loss.penalty,
            y_range=(-1.25, 6.0),
        ),
        "slope": View(
            name="Slope",
            axis="slope f′(p)",
            sentence="How fast the penalty falls as the answer gets better. Steep on the left means: wrong answers are urgent.",
            values=Loss.slope,
            y_range=(-12.0, 0.5),
        ),
        "weight": View(
            name="Weight",
            axis="weight −p · f′(p), relative to cross-entropy",
            sentence="How strongly an example is heard, where cross-entropy hears each one with weight 1. "
            "The dot product hardly hears what it gets wrong; the inverse hears little else.",
            values=Loss.weight,
            y_range=(0.0, 5.0),
        ),
    }
)


def curve_uid(loss: Loss) -> str:
    """The name under which plotly knows a loss's curve, whatever its parameters: hidden curves stay hidden when one moves."""
    return f"curve{crc32((loss.key or loss.text).encode()):08x}"


def curve_figure(losses: Sequence[Loss], view: View, *, legend: bool = False) -> go.Figure:
    """Each loss over the probability p of the true class, from 0.005 to 1, in one view."""
    figure = new_figure(x_title="predicted probability p of the true class", y_title=view.axis)
    for loss, style in zip(losses, styles_of(losses), strict=True):
        figure.add_scatter(
            x=P_GRID.tolist(),
            y=[float(y) if np.isfinite(y) else None for y in view.values(loss, P_GRID)],
            name=label_of(loss),
            uid=curve_uid(loss),
            mode="lines",
            line={"color": style.color, "dash": style.dash, "width": 2.5},
            hovertemplate="p = %{x:.3f}<br>%{y:.4g}<extra>%{fullData.name}</extra>",
        )
    figure.update_layout(showlegend=legend)
    figure.update_xaxes(range=[0, 1.005])
    figure.update_yaxes(range=list(_range(losses, view)))
    return figure


def _range(losses: Sequence[Loss], view: View) -> tuple[float, float]:
    """The view's own range, widened for a visitor's own loss as far as the middle of its values needs, whatever it does at its ends."""
    low, high = view.y_range
    for loss in losses:
        if loss.key is None:
            values = view.values(loss, P_GRID)
            least, greatest = np.quantile(values[np.isfinite(values)], [0.1, 0.9])
            low, high = min(low, float(least)), max(high, float(greatest))
    return low, high
