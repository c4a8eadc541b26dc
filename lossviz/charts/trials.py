"""Inside the trials of one seed: training loss, learning rate, confidence of the true class."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from lossviz.charts.epoch_axis import EPOCHS_TITLE, format_epoch_axis
from lossviz.charts.figure import html_label, new_figure, trace_id
from lossviz.charts.loss_style import StyledLoss, styled_losses
from lossviz.experiments.records import HISTOGRAM_BINS, BatchLoss, Comparison, Evaluation, Trial
from lossviz.losses.evaluation import Array


def training_loss_figure(
    comparison: Comparison, trials: Sequence[Trial], batches: Mapping[str, Sequence[BatchLoss]]
) -> go.Figure:
    """Training loss over epochs, one line a trial.

    Each line lies between its own lowest and highest value, as the values of different losses do
    not compare.

    Args:
        comparison: Which.
        trials: Those of one seed.
        batches: By trial id, in time order.
    """

    def rescaled(values: Array) -> Array:
        if len(values) < 2:
            return values
        own_scale: Array = (values - values.min()) / (np.ptp(values) or 1.0)
        return own_scale

    figure = _over_epochs(
        comparison,
        trials,
        batches,
        value=lambda batch: batch.loss,
        rescaled=rescaled,
        y_title="training loss, own scale",
    )
    figure.update_yaxes(tickvals=[0, 1], ticktext=["lowest", "highest"], range=[-0.03, 1.08])
    return figure


def learning_rate_figure(
    comparison: Comparison, trials: Sequence[Trial], batches: Mapping[str, Sequence[BatchLoss]]
) -> go.Figure:
    """Learning rate over epochs; it is the same for all losses, so their lines coincide.

    Args as ``training_loss_figure``.
    """
    figure = _over_epochs(
        comparison,
        trials,
        batches,
        value=lambda batch: batch.learning_rate,
        rescaled=lambda values: values,
        y_title="learning rate of the last layer",
    )
    figure.update_yaxes(rangemode="tozero", exponentformat="power")
    return figure


def confidence_figure(
    comparison: Comparison,
    trials: Sequence[Trial],
    evaluations: Mapping[str, Sequence[Evaluation]],
    *,
    at: float,
) -> go.Figure:
    """The distribution of p over the validation images, one outline a loss.

    Args:
        comparison: Which.
        trials: Those of one seed.
        evaluations: By trial id, in time order.
        at: Epochs done; the last evaluation until then is drawn.
    """
    figure = new_figure(
        x_title="probability p of the true class",
        y_title="share of validation images",
        zoom_of=comparison.id,
    )
    styled = styled_losses(comparison.losses)
    edges = np.linspace(0, 1, HISTOGRAM_BINS + 1).tolist()
    for trial in trials:
        until = [found for found in evaluations.get(trial.id, ()) if found.at <= at + 1e-9]
        shares: list[float] = []
        if until:
            counts = until[-1].histogram
            shares = [count / max(1, sum(counts)) for count in counts]
            shares.append(shares[-1])  # a step line ends with its last value repeated
        _add_line(
            figure,
            trial,
            styled[trial.loss],
            x=edges if until else [],
            y=shares,
            shape="hv",
            hover="p from %{x:.2f}: %{y:.1%} of the images",
        )
    figure.update_xaxes(range=[0, 1])
    figure.update_yaxes(rangemode="tozero", tickformat=".0%")
    return figure


def _over_epochs(
    comparison: Comparison,
    trials: Sequence[Trial],
    batches: Mapping[str, Sequence[BatchLoss]],
    *,
    value: Callable[[BatchLoss], float],
    rescaled: Callable[[Array], Array],
    y_title: str,
) -> go.Figure:
    figure = new_figure(x_title=EPOCHS_TITLE, y_title=y_title, zoom_of=comparison.id)
    styled = styled_losses(comparison.losses)
    for trial in trials:
        points = batches.get(trial.id, ())
        values = np.array([value(point) for point in points])
        _add_line(
            figure,
            trial,
            styled[trial.loss],
            x=[point.at for point in points],
            y=rescaled(values).tolist(),
            customdata=values.tolist(),
            hover="after %{x:.3~g} epochs: %{customdata:.4~g}",
        )
    format_epoch_axis(figure, comparison.settings)
    return figure


def _add_line(
    figure: go.Figure,
    trial: Trial,
    styled: StyledLoss,
    *,
    x: list[float],
    y: list[float],
    hover: str,
    customdata: list[float] | None = None,
    shape: str | None = None,
) -> None:
    label, style = html_label(styled.loss), styled.style
    figure.add_scatter(
        x=x,
        y=y,
        customdata=customdata,
        name=label,
        uid=trace_id(trial.loss),
        mode="lines",
        line={"color": style.color, "dash": style.dash, "width": 2, "shape": shape},
        hovertemplate=f"{hover}<extra>{label}</extra>",
    )
