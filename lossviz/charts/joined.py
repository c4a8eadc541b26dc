"""Error rates of several comparisons in one chart: a line for each loss of each."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final

import plotly.graph_objects as go

from lossviz.charts.epoch_axis import EPOCHS_TITLE, format_epoch_axis
from lossviz.charts.figure import new_figure, trace_id
from lossviz.charts.loss_style import LossStyle, styled_losses
from lossviz.charts.percent_axis import write_percent
from lossviz.experiments.number_text import error_digits
from lossviz.experiments.settings import Settings

_SYMBOLS: Final = ("circle", "square", "diamond", "cross", "x", "triangle-up", "star")


@dataclass(frozen=True, slots=True, kw_only=True)
class JoinedLine:
    """The trials of a loss in one of the comparisons.

    Attributes:
        comparison: Which: its place among those that are joined.
        loss: The loss as one string.
        label: What the line is called.
        seeds: Of each seed that is shown, where its error rate was measured, in epochs done, and
            the rate, 0 to 1.
    """

    comparison: int
    loss: str
    label: str
    seeds: dict[int, list[tuple[float, float]]]

    @property
    def mean(self) -> list[tuple[float, float]]:
        """The mean over the seeds at each place where all of them were measured."""
        at = set.intersection(*(set(dict(points)) for points in self.seeds.values()))
        found = [dict(points) for points in self.seeds.values()]
        return [(place, fmean(points[place] for points in found)) for place in sorted(at)]


def joined_styles(lines: Sequence[JoinedLine]) -> list[tuple[LossStyle, str]]:
    """How each line is drawn: a loss has one colour and dash, a comparison one marker."""
    styled = styled_losses(list(dict.fromkeys(line.loss for line in lines)))
    return [(styled[line.loss].style, _SYMBOLS[line.comparison % len(_SYMBOLS)]) for line in lines]


def joined_figure(
    lines: Sequence[JoinedLine], settings: Settings, *, zoom_of: str, images: int | None
) -> go.Figure:
    """Mean error over epochs, a line each, its seeds as faint lines behind.

    Args:
        lines: With one seed or more each.
        settings: Of all of them.
        zoom_of: What is shown, see ``new_figure``.
        images: Validation images, which decide how many digits an error rate has.
    """
    figure = new_figure(
        x_title=EPOCHS_TITLE, y_title="error rate on validation images", zoom_of=zoom_of
    )
    format_epoch_axis(figure, settings)
    digits = error_digits(images)
    styles = joined_styles(lines)
    for line, (style, _) in zip(lines, styles, strict=True):
        for seed, points in line.seeds.items():
            figure.add_scatter(
                x=[at for at, _ in points],
                y=[100 * rate for _, rate in points],
                mode="lines",
                line={"color": style.color, "dash": style.dash, "width": 1},
                opacity=0.3,
                hoverinfo="skip",
                showlegend=False,
                legendgroup=line.label,
                uid=trace_id(f"seed {seed} {line.comparison} {line.loss}"),
            )
    for line, (style, symbol) in zip(lines, styles, strict=True):
        label = html.escape(line.label, quote=False)
        mean = line.mean
        figure.add_scatter(
            x=[at for at, _ in mean],
            y=[100 * rate for _, rate in mean],
            mode="lines+markers",
            line={"color": style.color, "dash": style.dash, "width": 2.2},
            marker={"color": style.color, "symbol": symbol, "size": 8},
            hovertemplate=(
                f"%{{x:.3~g}} epochs, mean of {len(line.seeds)}: %{{y:.{digits}f}}%"
                f"<extra>{label}</extra>"
            ),
            name=label,
            legendgroup=line.label,
            uid=trace_id(f"mean {line.comparison} {line.loss}"),
        )
    write_percent(figure)
    return figure
