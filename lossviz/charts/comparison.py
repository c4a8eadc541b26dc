"""A comparison in two charts: error rates as they come in, and where each loss ended."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from lossviz.charts.loss_style import LossStyle, distinct_styles, html_label, new_figure
from lossviz.experiments.records import Comparison, Trial
from lossviz.experiments.results import LossResult
from lossviz.experiments.settings import Settings
from lossviz.losses.loss import Loss
from lossviz.losses.parsing import loss_from_spec

_NUMBERED_EPOCHS = 12  # with more, plotly chooses which to number


StyledLosses = Mapping[str, tuple[Loss, LossStyle]]


def styled_losses(comparison: Comparison) -> StyledLosses:
    """Each loss of a comparison with its style, by its spec."""
    losses = [loss_from_spec(spec) for spec in comparison.losses]
    return dict(
        zip(comparison.losses, zip(losses, distinct_styles(losses), strict=True), strict=True)
    )


def error_rate_figure(
    comparison: Comparison,
    trials: Sequence[Trial],
    histories: Mapping[str, Sequence[tuple[float, float]]],
) -> go.Figure:
    """Error rate over epochs, one line a trial, in its loss's colour.

    Args:
        comparison: Which.
        trials: Its trials.
        histories: Of each trial, pairs of epochs done and error rate.
    """
    figure = new_figure(x_title="epochs done", y_title="error rate on validation images")
    styled = styled_losses(comparison)
    named: set[str] = set()
    for trial in trials:
        loss, style = styled[trial.loss]
        history = histories.get(trial.id, ())
        figure.add_scatter(
            x=[at for at, _ in history],
            y=[error_rate for _, error_rate in history],
            name=html_label(loss),
            uid=trial.id,
            legendgroup=trial.loss,
            showlegend=trial.loss not in named,
            mode="lines+markers",
            line={"color": style.color, "dash": style.dash, "width": 2},
            marker={"size": 7},
            hovertemplate=(
                f"seed {trial.seed}, after %{{x:.3~g}} epochs<br>error rate"
                f" %{{y:.4f}}<extra>{html_label(loss)}</extra>"
            ),
        )
        named.add(trial.loss)
    format_epoch_axis(figure, comparison.settings)
    figure.update_yaxes(rangemode="tozero", range=[0, 1], tickformat=".1f")
    return figure


def format_epoch_axis(figure: go.Figure, settings: Settings) -> None:
    """The horizontal axis over both phases of the training, the second one named where it begins."""
    epochs = settings.epochs
    figure.update_xaxes(
        range=[0, epochs * 1.03],
        tickmode="linear" if epochs <= _NUMBERED_EPOCHS else "auto",
        dtick=1,
    )
    if settings.frozen_epochs and settings.unfrozen_epochs:
        figure.add_vline(
            x=settings.frozen_epochs, line={"width": 1, "dash": "dot", "color": "gray"}
        )
        for at, name, anchor in (
            (settings.frozen_epochs, "last layer learns ", "right"),
            (settings.frozen_epochs, " all layers learn", "left"),
        ):
            figure.add_annotation(
                x=at,
                y=1,
                yref="paper",
                text=name,
                xanchor=anchor,
                yanchor="top",
                showarrow=False,
                font={"size": 12},
            )


def final_error_figure(results: Sequence[LossResult]) -> go.Figure:
    """Each loss's last error rates: a dot a seed, a diamond for their mean."""
    losses = [loss_from_spec(result.loss) for result in results]
    figure = new_figure(x_title="error rate after the last epoch", y_title="")
    for line, (result, style) in enumerate(zip(results, distinct_styles(losses), strict=True)):
        rates = dict(sorted(result.error_rates.items()))
        figure.add_scatter(
            x=list(rates.values()),
            y=[-line] * len(rates),
            customdata=list(rates),
            mode="markers",
            marker={"color": style.color, "size": 9, "opacity": 0.75},
            hovertemplate="seed %{customdata}: error rate %{x:.4f}<extra></extra>",
        )
        if result.mean is not None:
            figure.add_scatter(
                x=[result.mean],
                y=[-line],
                mode="markers+text",
                text=[f"{result.mean:.3f}"],
                textposition="top center",
                marker={
                    "color": style.color,
                    "size": 14,
                    "symbol": "diamond-open",
                    "line": {"width": 2.5},
                },
                hovertemplate=f"mean of {len(rates)} seeds: %{{x:.4f}}<extra></extra>",
            )
    figure.update_layout(showlegend=False)
    figure.update_yaxes(
        tickvals=[-line for line in range(len(losses))],
        ticktext=[html_label(loss) for loss in losses],
        range=[0.4 - len(losses), 0.6],
    )
    # said, not left to plotly: an axis that it chose while there was nothing to draw would stay
    figure.update_xaxes(
        range=[
            0,
            1.1
            * max((rate for result in results for rate in result.error_rates.values()), default=0.0)
            or 1.0,
        ]
    )
    return figure
