"""Error rates of several comparisons in one chart: a line for each loss of each."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from statistics import fmean
from typing import Final, TypeAlias

import plotly.graph_objects as go

from lossviz.charts.epoch_axis import EPOCHS_TITLE, format_epoch_axis
from lossviz.charts.figure import new_figure, trace_id
from lossviz.charts.loss_style import LossStyle, styled_losses
from lossviz.charts.percent_axis import write_percent
from lossviz.experiments.bench.joining import JoinedLine
from lossviz.experiments.number_text import error_digits
from lossviz.experiments.settings import Settings

Course: TypeAlias = list[tuple[float, float]]  # epochs done, and the error rate then, 0 to 1
_SYMBOLS: Final = ("circle", "square", "diamond", "cross", "x", "triangle-up", "star")


def joined_styles(lines: Sequence[JoinedLine]) -> list[tuple[LossStyle, str]]:
    """How each line is drawn: a loss has one colour and dash, a comparison one marker."""
    styled = styled_losses(list(dict.fromkeys(line.loss for line in lines)))
    ids = list(dict.fromkeys(line.comparison.id for line in lines))
    return [
        (styled[line.loss].style, _SYMBOLS[ids.index(line.comparison.id) % len(_SYMBOLS)])
        for line in lines
    ]


def mean_course(courses: Sequence[Course]) -> Course:
    """The mean at each place where all of them were measured.

    >>> mean_course([[(0.0, 0.5), (1.0, 0.25)], [(0.0, 1.0)]])
    [(0.0, 0.75)]
    """
    found = [dict(course) for course in courses]
    shared = set.intersection(*map(set, found)) if found else set()
    return [(at, fmean(rates[at] for rates in found)) for at in sorted(shared)]


def joined_figure(
    lines: Sequence[JoinedLine],
    courses: Mapping[str, Course],
    settings: Settings,
    *,
    zoom_of: str,
    images: int | None,
) -> go.Figure:
    """Mean error over epochs, a line each, its seeds as faint lines behind.

    Args:
        lines: In their order.
        courses: Of the trials that are drawn, by their ids.
        settings: Of all of them.
        zoom_of: What is shown, see ``new_figure``.
        images: Validation images, which decide how many digits an error rate has.
    """
    figure = new_figure(
        x_title=EPOCHS_TITLE, y_title="error rate on validation images", zoom_of=zoom_of
    )
    format_epoch_axis(figure, settings)
    styles = joined_styles(lines)
    for line, (style, _) in zip(lines, styles, strict=True):
        for trial in line.trials:
            course = courses.get(trial.id, [])
            figure.add_scatter(
                x=[at for at, _ in course],
                y=[100 * rate for _, rate in course],
                mode="lines",
                line={"color": style.color, "dash": style.dash, "width": 1},
                opacity=0.3,
                hoverinfo="skip",
                showlegend=False,
                legendgroup=line.label,
                uid=trace_id(trial.id),
            )
    for line, (style, symbol) in zip(lines, styles, strict=True):
        drawn = [courses[trial.id] for trial in line.trials if courses.get(trial.id)]
        mean, label = mean_course(drawn), html.escape(line.label, quote=False)
        figure.add_scatter(
            x=[at for at, _ in mean],
            y=[100 * rate for _, rate in mean],
            mode="lines+markers",
            line={"color": style.color, "dash": style.dash, "width": 2.2},
            marker={"color": style.color, "symbol": symbol, "size": 8},
            hovertemplate=(
                f"%{{x:.3~g}} epochs done, mean of {len(drawn)}:"
                f" %{{y:.{error_digits(images)}f}}%<extra>{label}</extra>"
            ),
            name=label,
            legendgroup=line.label,
            uid=trace_id(f"mean of {line.comparison.id} {line.loss}"),
        )
    write_percent(figure)
    return figure
