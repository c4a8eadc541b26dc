"""Inside the trials of one seed: training loss, learning rate, confidence of the true class."""

import math
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

import numpy as np
import plotly.graph_objects as go

from lossviz.charts.epoch_axis import EPOCHS_TITLE, format_epoch_axis
from lossviz.charts.figure import html_label, new_figure, trace_id
from lossviz.charts.loss_style import StyledLoss, styled_losses
from lossviz.charts.relative_loss import lowest_value, share_left
from lossviz.experiments.confidence_bins import DOUBLINGS
from lossviz.experiments.records import BatchLoss, Comparison, Evaluation, Trial
from lossviz.losses.evaluation import Array
from lossviz.losses.loss import Loss
from lossviz.losses.parsing import loss_from_spec

MOST_DRAWN = 2.0  # of the training loss, where 1 is its start
_TICKS = (0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999)  # of p


def training_loss_figure(
    comparison: Comparison,
    trials: Sequence[Trial],
    batches: Mapping[str, Sequence[BatchLoss]],
    *,
    classes: int | None,
) -> go.Figure:
    """Training loss over epochs, one line a trial, each on its loss's own scale.

    It is 1 in the first batches and 0 at the lowest value that the loss can have; a loss that has
    none is not drawn, see ``without_scale``. The axis ends at ``MOST_DRAWN``.

    Args:
        comparison: Which.
        trials: Those of one seed.
        batches: By trial id, in time order.
        classes: Number of classes; None where it is not known.
    """
    figure = _over_epochs(
        comparison,
        trials,
        batches,
        value=lambda batch: batch.loss,
        rescaled=lambda loss, values: share_left(values, lowest_value(loss, classes)),
        y_title="training loss, 1 at its start",
    )
    # one that diverges reaches 1e10, and would flatten all others
    drawn = [share for line in figure.data for share in line.y if math.isfinite(share)]
    figure.update_yaxes(range=[0, min(MOST_DRAWN, 1.05 * max(drawn, default=1.0))])
    return figure


def without_scale(comparison: Comparison, *, classes: int | None) -> list[str]:
    """The labels of the losses that ``training_loss_figure`` does not draw."""
    losses = map(loss_from_spec, comparison.losses)
    return [loss.label for loss in losses if lowest_value(loss, classes) is None]


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
        rescaled=lambda _loss, values: values,
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
    classes: int | None,
) -> go.Figure:
    """The distribution of p over the validation images, one outline a loss.

    Args:
        comparison: Which.
        trials: Those of one seed.
        evaluations: By trial id, in time order.
        at: Epochs done; the last evaluation until then is drawn.
        classes: Number of classes, whose even share is marked; None where it is not known.
    """
    figure = new_figure(
        x_title="probability p of the true class, by its odds",
        y_title="share of validation images",
        zoom_of=comparison.id,
    )
    styled = styled_losses(comparison.losses)
    for trial in trials:
        until = [found for found in evaluations.get(trial.id, ()) if found.at <= at + 1e-9]
        edges: tuple[float, ...] = ()
        shares: list[float] = []
        if until:
            edges, counts = until[-1].bin_edges, until[-1].histogram
            shares = [count / max(1, sum(counts)) for count in counts]
            shares.append(shares[-1])  # a step line ends with its last value repeated
        _add_line(
            figure,
            trial,
            styled[trial.loss],
            x=[_odds_place(edge) for edge in edges],
            y=shares,
            customdata=_bin_names(edges),
            shape="hv",
            hover="p %{customdata}: %{y:.1%} of the images",
        )
    if classes:
        _mark_guessing(figure, classes)
    figure.update_xaxes(
        range=[-DOUBLINGS - 1, DOUBLINGS + 1],
        tickvals=[_odds_place(p) for p in _TICKS],
        ticktext=[f"{p:g}" for p in _TICKS],
    )
    figure.update_yaxes(rangemode="tozero", tickformat=".0%")
    return figure


def _odds_place(p: float) -> float:
    """Where p lies on the axis: how often its odds double from 1; the ends where the axis ends."""
    if p in (0.0, 1.0):
        return (DOUBLINGS + 1) * (2 * p - 1)
    return math.log2(p / (1 - p))


def _bin_names(edges: Sequence[float]) -> list[str]:
    """What each bin holds, in words; the last one again, where its line ends."""
    if not edges:
        return []
    names = [f"from {low:.4g} to {high:.4g}" for low, high in pairwise(edges)]
    return [*names, names[-1]]


def _mark_guessing(figure: go.Figure, classes: int) -> None:
    place = _odds_place(1 / classes)
    figure.add_vline(x=place, line={"width": 1, "dash": "dot", "color": "gray"})
    figure.add_annotation(
        x=place,
        y=1,
        yref="paper",
        text=f" 1/{classes}: guessing",
        xanchor="left",
        yanchor="top",
        showarrow=False,
        font={"size": 12},
    )


def _over_epochs(
    comparison: Comparison,
    trials: Sequence[Trial],
    batches: Mapping[str, Sequence[BatchLoss]],
    *,
    value: Callable[[BatchLoss], float],
    rescaled: Callable[[Loss, Array], Array],
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
            y=rescaled(styled[trial.loss].loss, values).tolist(),
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
    customdata: Sequence[float | str] | None = None,
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
