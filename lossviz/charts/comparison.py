"""A comparison in two charts: error rates as they come in, and where each loss ended."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from lossviz.charts.style import label_of, new_figure, styles_of
from lossviz.losses.spec import loss_from_spec
from lossviz.runs.recipes import Recipe
from lossviz.runs.records import Comparison, EpochMetrics, Trial
from lossviz.runs.results import LossResult


def error_figure(comparison: Comparison, recipe: Recipe, trials: Sequence[Trial], history: Mapping[str, Sequence[EpochMetrics]]) -> go.Figure:
    """Error rate over epochs, one line a trial, in its loss's colour."""
    figure = new_figure(x_title="epoch", y_title="error rate on validation images")
    losses = [loss_from_spec(spec) for spec in comparison.losses]
    looks = dict(zip(comparison.losses, zip(losses, styles_of(losses), strict=True), strict=True))
    named: set[str] = set()
    for trial in trials:
        loss, style = looks[trial.loss]
        epochs = history.get(trial.id, ())
        figure.add_scatter(
            x=[metrics.epoch for metrics in epochs],
            y=[metrics.error_rate for metrics in epochs],
            name=label_of(loss),
            uid=trial.id,
            legendgroup=trial.loss,
            showlegend=trial.loss not in named,
            mode="lines+markers",
            line={"color": style.color, "dash": style.dash, "width": 2},
            marker={"size": 7},
            hovertemplate=f"seed {trial.seed}, epoch %{{x}}<br>error rate %{{y:.4f}}<extra>{label_of(loss)}</extra>",
        )
        named.add(trial.loss)
    names = [f"{epoch}<br>{'frozen' if epoch <= recipe.frozen_epochs else 'unfrozen'}" for epoch in range(1, recipe.epochs + 1)]
    figure.update_xaxes(range=[0.8, recipe.epochs + 0.2], tickvals=list(range(1, recipe.epochs + 1)), ticktext=names)
    figure.update_yaxes(rangemode="tozero", range=[0, 1], tickformat=".1f")
    return figure


def result_figure(results: Sequence[LossResult]) -> go.Figure:
    """Each loss's last error rates: a dot a seed, a diamond for their mean."""
    losses = [loss_from_spec(result.loss) for result in results]
    figure = new_figure(x_title="error rate after the last epoch", y_title="")
    for result, loss, style in zip(results, losses, styles_of(losses), strict=True):
        rates = dict(sorted(result.error_rates.items()))
        figure.add_scatter(
            x=list(rates.values()),
            y=[label_of(loss)] * len(rates),
            customdata=list(rates),
            mode="markers",
            marker={"color": style.color, "size": 9, "opacity": 0.75},
            hovertemplate="seed %{customdata}: error rate %{x:.4f}<extra></extra>",
        )
        if result.mean is not None:
            figure.add_scatter(
                x=[result.mean],
                y=[label_of(loss)],
                mode="markers+text",
                text=[f"{result.mean:.3f}"],
                textposition="top center",
                marker={"color": style.color, "size": 14, "symbol": "diamond-open", "line": {"width": 2.5}},
                hovertemplate=f"mean of {len(rates)} seeds: %{{x:.4f}}<extra></extra>",
            )
    figure.update_layout(showlegend=False)
    figure.update_yaxes(categoryorder="array", categoryarray=[label_of(loss) for loss in reversed(losses)], range=[-0.6, len(losses) - 0.4])
    figure.update_xaxes(rangemode="tozero")
    return figure
