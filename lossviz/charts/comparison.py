"""A comparison in two charts: error rates as they come in, and where each loss ended."""

from collections import Counter
from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from lossviz.charts.epoch_axis import EPOCHS_TITLE, format_epoch_axis
from lossviz.charts.figure import html_label, new_figure, trace_id
from lossviz.charts.loss_style import LossStyle, distinct_styles, styled_losses
from lossviz.experiments.descriptions import format_count
from lossviz.experiments.records import Comparison, Trial, TrialState
from lossviz.experiments.results import LossResult
from lossviz.losses.loss import Loss
from lossviz.losses.parsing import loss_from_spec


def error_rate_figure(
    comparison: Comparison,
    trials: Sequence[Trial],
    curves: Mapping[str, Sequence[tuple[float, float]]],
) -> go.Figure:
    """Error rate over epochs, one line a trial, in its loss's colour.

    A line that ends because the trial diverged ends with a cross, and the legend counts them.

    Args:
        comparison: Which.
        trials: Its trials.
        curves: By trial id, pairs of epochs done and error rate.
    """
    figure = new_figure(
        x_title=EPOCHS_TITLE, y_title="error rate on validation images", zoom_of=comparison.id
    )
    styled = styled_losses(comparison.losses)
    in_legend: set[str] = set()
    diverged = Counter(trial.loss for trial in trials if trial.state is TrialState.DIVERGED)
    for trial in trials:
        label, style = html_label(styled[trial.loss].loss), styled[trial.loss].style
        curve = curves.get(trial.id, ())
        figure.add_scatter(
            x=[epochs for epochs, _ in curve],
            y=[error_rate for _, error_rate in curve],
            name=label + _diverged_note(diverged[trial.loss], comparison.seeds),
            uid=trace_id(trial.id),
            legendgroup=trial.loss,
            showlegend=trial.loss not in in_legend,
            mode="lines+markers",
            line={"color": style.color, "dash": style.dash, "width": 2},
            marker={"size": 7, "symbol": _symbols(trial, len(curve))},
            hovertemplate=(
                f"seed {trial.seed}, after %{{x:.3~g}} epochs<br>error rate"
                f" %{{y:.4f}}<extra>{label}</extra>"
            ),
        )
        in_legend.add(trial.loss)
    format_epoch_axis(figure, comparison.settings)
    figure.update_yaxes(rangemode="tozero", range=[0, 1], tickformat=".1f")
    return figure


def _symbols(trial: Trial, points: int) -> list[str]:
    symbols = ["circle"] * points
    if points and trial.state is TrialState.DIVERGED:
        symbols[-1] = "x"
    return symbols


def _diverged_note(count: int, seeds: int) -> str:
    return f" ({count} of {format_count(seeds, 'seed')} diverged)" if count else ""


def final_error_figure(comparison: Comparison, results: Sequence[LossResult]) -> go.Figure:
    """Each loss's error rates after the last epoch: a dot a seed, a diamond for their mean.

    Below the label of a loss whose mean is not over all seeds stands over how many it is.
    """
    losses = [loss_from_spec(result.loss) for result in results]
    figure = new_figure(x_title="final error rate", y_title="", zoom_of=comparison.id)
    for row, (result, style) in enumerate(zip(results, distinct_styles(losses), strict=True)):
        _draw_result(figure, result, style, y=-row)
    figure.update_layout(showlegend=False)
    figure.update_yaxes(
        tickvals=[-row for row in range(len(losses))],
        ticktext=[
            _row_label(loss, result.coverage) for loss, result in zip(losses, results, strict=True)
        ],
        range=[0.4 - len(losses), 0.6],
    )
    # Plotly would keep the range that it chose while there was nothing to draw.
    greatest = max((rate for result in results for rate in result.error_rates.values()), default=0)
    figure.update_xaxes(range=[0, 1.1 * greatest or 1.0])
    return figure


def _row_label(loss: Loss, coverage: str) -> str:
    label = html_label(loss)
    return f'{label}<br><span style="font-size:12px">{coverage}</span>' if coverage else label


def _draw_result(figure: go.Figure, result: LossResult, style: LossStyle, *, y: float) -> None:
    rates = dict(sorted(result.error_rates.items()))
    figure.add_scatter(
        x=list(rates.values()),
        y=[y] * len(rates),
        customdata=list(rates),
        mode="markers",
        marker={"color": style.color, "size": 9, "opacity": 0.75},
        hovertemplate="seed %{customdata}: error rate %{x:.4f}<extra></extra>",
    )
    if result.mean is None:
        return
    figure.add_scatter(
        x=[result.mean],
        y=[y],
        mode="markers+text",
        text=[f"{result.mean:.3f}"],
        textposition="top center",
        marker={
            "color": style.color,
            "size": 14,
            "symbol": "diamond-open",
            "line": {"width": 2.5},
        },
        hovertemplate=(
            f"mean of {result.coverage or format_count(len(rates), 'seed')}: %{{x:.4f}}"
            "<extra></extra>"
        ),
    )
