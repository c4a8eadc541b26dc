"""What happens inside the trainings of one seed: training loss, learning rate, and how sure the
network is of the truth.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from lossviz.charts.comparison import format_epoch_axis, styled_losses
from lossviz.charts.loss_style import html_label, new_figure
from lossviz.experiments.records import HISTOGRAM_BINS, BatchLoss, Comparison, Evaluation, Trial


def training_loss_figure(
    comparison: Comparison, trials: Sequence[Trial], batches: Mapping[str, Sequence[BatchLoss]]
) -> go.Figure:
    """Training loss over epochs, one line a trial, each between its own lowest and highest value:
    the values of different losses do not compare.
    """
    return _over_epochs(
        comparison,
        trials,
        batches,
        value="loss",
        y_title="training loss, own scale",
        own_scale=True,
    )


def learning_rate_figure(
    comparison: Comparison, trials: Sequence[Trial], batches: Mapping[str, Sequence[BatchLoss]]
) -> go.Figure:
    """Learning rate over epochs: the same for all losses, so their lines lie on each other."""
    figure = _over_epochs(
        comparison,
        trials,
        batches,
        value="learning_rate",
        y_title="learning rate of the last layer",
    )
    figure.update_yaxes(rangemode="tozero", exponentformat="power")
    return figure


def _over_epochs(
    comparison: Comparison,
    trials: Sequence[Trial],
    batches: Mapping[str, Sequence[BatchLoss]],
    *,
    value: str,
    y_title: str,
    own_scale: bool = False,
) -> go.Figure:
    figure = new_figure(x_title="epochs done", y_title=y_title)
    styled = styled_losses(comparison)
    for trial in trials:
        loss, style = styled[trial.loss]
        points = batches.get(trial.id, ())
        values = np.array([getattr(point, value) for point in points])
        least, most = (values.min(), values.max()) if own_scale and len(points) > 1 else (0.0, 1.0)
        figure.add_scatter(
            x=[point.at for point in points],
            y=((values - least) / (most - least or 1.0)).tolist(),
            customdata=values.tolist(),
            name=html_label(loss),
            uid=trial.loss,
            mode="lines",
            line={"color": style.color, "dash": style.dash, "width": 2},
            hovertemplate=(
                f"after %{{x:.3~g}} epochs: %{{customdata:.4~g}}<extra>{html_label(loss)}</extra>"
            ),
        )
    format_epoch_axis(figure, comparison.settings)
    if own_scale:
        figure.update_yaxes(tickvals=[0, 1], ticktext=["lowest", "highest"], range=[-0.03, 1.08])
    return figure


def confidence_figure(
    comparison: Comparison,
    trials: Sequence[Trial],
    evaluations: Mapping[str, Sequence[Evaluation]],
    *,
    at: float,
) -> go.Figure:
    """How many validation images got which probability for their true class, one outline a loss, at
    the last evaluation until ``at`` epochs.
    """
    figure = new_figure(
        x_title="probability p of the true class", y_title="share of validation images"
    )
    styled = styled_losses(comparison)
    edges = np.linspace(0, 1, HISTOGRAM_BINS + 1)
    for trial in trials:
        loss, style = styled[trial.loss]
        until = [
            evaluation for evaluation in evaluations.get(trial.id, ()) if evaluation.at <= at + 1e-9
        ]
        shares = (
            np.array(until[-1].histogram) / max(1, sum(until[-1].histogram))
            if until
            else np.array([])
        )
        figure.add_scatter(
            x=edges.tolist() if until else [],
            y=[*shares.tolist(), shares[-1]] if until else [],
            name=html_label(loss),
            uid=trial.loss,
            mode="lines",
            line={"color": style.color, "dash": style.dash, "width": 2, "shape": "hv"},
            hovertemplate=(
                f"p from %{{x:.2f}}: %{{y:.1%}} of the images<extra>{html_label(loss)}</extra>"
            ),
        )
    figure.update_xaxes(range=[0, 1])
    figure.update_yaxes(rangemode="tozero", tickformat=".0%")
    return figure
