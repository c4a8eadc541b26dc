"""A comparison's figure for a browser: learning curves, and differences to the baseline."""

from __future__ import annotations

import html
from collections.abc import Sequence
from itertools import chain
from typing import Any, Final

import plotly.graph_objects as go

from lossviz.charts.comparison_figure.differences import DifferenceRow, Differences
from lossviz.charts.comparison_figure.learning_lines import LossLines, SeedLine
from lossviz.charts.epoch_axis import EPOCHS_TITLE, format_epoch_axis
from lossviz.charts.figure import new_figure
from lossviz.charts.percent_axis import write_percent
from lossviz.experiments.number_text import error_digits
from lossviz.experiments.records import TrialState
from lossviz.experiments.settings import Settings

_FAINT: Final = 0.35  # alpha of a seed's line beside its mean; of many, less
_CLEAR_SEEDS: Final = 8
_ROW_PX: Final = 56
_CURVES_PX: Final = 420
_LONGEST: Final = 60  # characters of a name in a chart
_HOVER: Final = {"bgcolor": "#172033", "font": {"color": "#ffffff"}}  # in light and dark


def learning_curves_figure(
    lines: Sequence[LossLines], settings: Settings, *, images: int | None
) -> go.Figure:
    """Each loss's seeds, mean and band over the epochs, as the page's race draws them.

    Args:
        lines: What.
        settings: Of the training.
        images: Validation images, which decide how many digits an error rate has.
    """
    figure = new_figure(x_title=EPOCHS_TITLE, y_title="error rate on validation images")
    figure.update_layout(height=_CURVES_PX, hoverlabel=_HOVER)
    format_epoch_axis(figure, settings)
    write_percent(figure)
    drawn = [loss for loss in lines if loss.seeds]
    for loss in drawn:
        figure.add_traces(_band(loss))
    digits = error_digits(images)
    for loss in drawn:
        figure.add_trace(_seeds(loss, digits))
    for loss in drawn:
        figure.add_traces(_mean(loss, digits))
        figure.add_traces(_crosses(loss))
    if drawn:
        figure.update_yaxes(rangemode="tozero")
    else:
        figure.update_layout(shapes=[], annotations=[])
        figure.update_yaxes(showticklabels=False)
        figure.add_annotation(
            text="No measurement yet", x=0.5, y=0.5, xref="paper", yref="paper", showarrow=False
        )
    return figure


def _name(label: str) -> str:
    """A loss's name as plotly shows it: shortened, and no markup of its own."""
    short = label if len(label) <= _LONGEST else f"{label[: _LONGEST - 1]}…"
    return html.escape(short, quote=False)


def _band(loss: LossLines) -> list[go.Scatter]:
    mean = loss.mean
    if mean is None:
        return []
    both = list(zip(mean.percent, mean.deviation, strict=True))
    return [
        go.Scatter(
            x=[*mean.epochs, *reversed(mean.epochs)],
            y=[*(at + by for at, by in both), *(at - by for at, by in reversed(both))],
            mode="lines",
            fill="toself",
            fillcolor=f"{loss.style.color}2e",
            line={"width": 0},
            hoverinfo="skip",
            legendgroup=loss.label,
            showlegend=False,
        )
    ]


def _seeds(loss: LossLines, digits: int) -> go.Scatter:
    """All seeds in one trace, with a gap between two."""
    style, faint = loss.style, loss.mean is not None
    alpha = _FAINT * min(1.0, _CLEAR_SEEDS / len(loss.seeds)) if faint else 1.0
    return go.Scatter(
        x=list(chain.from_iterable((*seed.epochs, None) for seed in loss.seeds)),
        y=list(chain.from_iterable((*seed.percent, None) for seed in loss.seeds)),
        customdata=list(
            chain.from_iterable([seed.seed] * (len(seed.epochs) + 1) for seed in loss.seeds)
        ),
        mode="lines+markers" if _has_single_points(loss.seeds) else "lines",
        line={"color": style.color, "dash": style.dash, "width": 1 if faint else 2},
        opacity=alpha,
        hovertemplate=(
            f"seed %{{customdata}}: %{{y:.{digits}f}}%<extra>{_name(loss.label)}</extra>"
        ),
        name=_name(loss.label),
        legendgroup=loss.label,
        showlegend=not faint,
    )


def _has_single_points(seeds: Sequence[SeedLine]) -> bool:
    return any(len(seed.epochs) == 1 for seed in seeds)


def _mean(loss: LossLines, digits: int) -> list[go.Scatter]:
    mean, style = loss.mean, loss.style
    if mean is None:
        return []
    single = len(mean.epochs) == 1
    return [
        go.Scatter(
            x=list(mean.epochs),
            y=list(mean.percent),
            customdata=list(mean.deviation),
            mode="markers" if single else "lines",
            marker={"color": style.color, "size": 10},
            error_y={"type": "data", "array": list(mean.deviation), "visible": single},
            line={"color": style.color, "dash": style.dash, "width": 3},
            hovertemplate=(
                f"mean of {mean.seeds} seeds: %{{y:.{digits}f}} ± %{{customdata:.{digits}f}}%"
                f"<extra>{_name(loss.label)}</extra>"
            ),
            name=_name(loss.label),
            legendgroup=loss.label,
        )
    ]


def _crosses(loss: LossLines) -> list[go.Scatter]:
    diverged = [seed for seed in loss.seeds if seed.state is TrialState.DIVERGED]
    if not diverged:
        return []
    return [
        go.Scatter(
            x=[seed.epochs[-1] for seed in diverged],
            y=[seed.percent[-1] for seed in diverged],
            customdata=[seed.seed for seed in diverged],
            mode="markers",
            marker={"color": loss.style.color, "symbol": "x", "size": 9},
            cliponaxis=False,
            hovertemplate=(f"seed %{{customdata}} diverged here<extra>{_name(loss.label)}</extra>"),
            legendgroup=loss.label,
            showlegend=False,
        )
    ]


def differences_figure(compared: Differences) -> go.Figure:
    """A row a loss: its seeds as dots, their mean and its interval, with name and verdict."""
    scale = compared.scale
    rows = len(compared.rows)
    title = html.escape(compared.axis_title, quote=False)
    figure = new_figure(x_title=title.replace(", in ", ",<br>in "), y_title="")
    figure.update_layout(height=90 + _ROW_PX * rows, showlegend=False, hoverlabel=_HOVER)
    figure.add_vrect(
        x0=-scale.margin, x1=scale.margin, fillcolor="rgba(128,128,128,0.22)", line_width=0
    )
    figure.add_vline(x=0, line={"width": 1, "color": "gray"})
    for place, row in enumerate(compared.rows):
        figure.add_traces(_row(row, rows - place - 0.65, scale.unit))
        for text, x, anchor in (
            (_name(row.label), 0, "left"),
            (f"<b>{row.verdict}</b>", 1, "right"),
        ):
            figure.add_annotation(
                text=text,
                x=x,
                xref="paper",
                xanchor=anchor,
                y=rows - place - 0.2,
                yanchor="middle",
                showarrow=False,
            )
    room = 0.06 * (scale.greatest - scale.least)
    figure.update_xaxes(range=[scale.least - room, scale.greatest + room], zeroline=False)
    figure.update_yaxes(range=[0, rows], visible=False, fixedrange=True)
    return figure


def _row(row: DifferenceRow, y: float, unit: str) -> list[go.Scatter]:
    color, name = row.style.color, f"<extra>{_name(row.label)}</extra>"
    traces: list[go.Scatter] = []
    if row.interval:
        low, high = row.interval
        traces.append(
            go.Scatter(
                x=[low, high],
                y=[y, y],
                mode="lines+markers",
                line={"color": color, "dash": row.style.dash, "width": 2},
                marker={"symbol": "line-ns", "size": 11, "line": {"width": 2, "color": color}},
                hovertemplate=f"interval of the mean: {low:+.1f} to {high:+.1f} {unit}{name}",
            )
        )
    traces.append(_dots(row, y, unit, name))
    if row.mean is not None:
        traces.append(
            go.Scatter(
                x=[row.mean],
                y=[y],
                mode="markers",
                marker={"color": color, "size": 11, "line": {"color": "white", "width": 1.5}},
                hovertemplate=f"mean difference: %{{x:+.1f}} {unit}{name}",
            )
        )
    return traces


def _dots(row: DifferenceRow, y: float, unit: str, name: str) -> go.Scatter:
    how: dict[str, Any] = {"color": row.style.color, "size": 6, "opacity": 0.6}
    return go.Scatter(
        x=[difference for _, difference in row.seeds],
        y=[y] * len(row.seeds),
        customdata=[seed for seed, _ in row.seeds],
        mode="markers",
        marker=how,
        hovertemplate=f"seed %{{customdata}}: %{{x:+.1f}} {unit}{name}",
    )
