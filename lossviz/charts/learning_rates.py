"""Error over learning rate, a line per loss."""

from collections.abc import Iterator, Sequence
from typing import Final

import plotly.graph_objects as go

from lossviz.charts.figure import html_label, log_scale, new_figure, trace_id
from lossviz.charts.loss_style import StyledLoss, styled_losses
from lossviz.charts.percent_axis import write_percent
from lossviz.experiments.analysis.rate_curves import RateCurve
from lossviz.experiments.number_text import error_digits, format_rate

_Y_TITLE: Final = "error rate after the last epoch"


def learning_rate_search_figure(
    curves: Sequence[RateCurve], *, zoom_of: str, images: int | None = None
) -> go.Figure:
    """Mean error over the rates of the search, its seeds as dots, and the rate that was chosen.

    The chosen rate carries a diamond at the mean of the comparison's seeds, once there is one.

    Args:
        curves: Of all losses of a comparison, in its order.
        zoom_of: What is shown, see ``new_figure``.
        images: Validation images, which decide how many digits an error rate has.
    """
    figure = new_figure(
        x_title="base learning rate, logarithmic",
        y_title=_Y_TITLE,
        zoom_of=zoom_of,
    )
    styled = styled_losses([curve.loss for curve in curves])
    for curve in curves:
        _draw_curve(figure, curve, styled[curve.loss], digits=error_digits(images))
    rates = sorted({point.learning_rate for curve in curves for point in curve.points})
    figure.update_xaxes(
        type="log", tickvals=rates, ticktext=list(map(format_rate, rates)), tickangle=0
    )
    if all(error > 0 for curve in curves for error in _errors(curve)):
        # a high rate's 0.9 would flatten what differs at the good ones
        log_scale(figure)
        figure.update_yaxes(title_text=f"{_Y_TITLE}, logarithmic")
    write_percent(figure)
    return figure


def _errors(curve: RateCurve) -> Iterator[float]:
    yield from curve.judged.values()
    for point in curve.points:
        yield from point.errors.values()


def _draw_curve(figure: go.Figure, curve: RateCurve, styled: StyledLoss, *, digits: int) -> None:
    label, style = html_label(styled.loss) if styled.loss else styled.label, styled.style
    seeds = [
        (point.learning_rate, 100 * error, (format_rate(point.learning_rate), seed))
        for point in curve.points
        for seed, error in sorted(point.errors.items())
    ]
    figure.add_scatter(
        x=[rate for rate, _, _ in seeds],
        y=[error for _, error, _ in seeds],
        customdata=[about for _, _, about in seeds],
        mode="markers",
        marker={"color": style.color, "size": 6, "opacity": 0.6},
        hovertemplate=(
            f"rate %{{customdata[0]}}, seed %{{customdata[1]}} of the search: %{{y:.{digits}f}}%"
            f"<extra>{label}</extra>"
        ),
        legendgroup=curve.loss,
        showlegend=False,
        uid=trace_id(f"seeds {curve.loss}"),
    )
    means = [
        (point.learning_rate, None if point.mean is None else 100 * point.mean)
        for point in curve.points
    ]
    figure.add_scatter(
        x=[rate for rate, _ in means],
        y=[mean for _, mean in means],
        customdata=[format_rate(rate) for rate, _ in means],
        mode="lines",
        line={"color": style.color, "dash": style.dash, "width": 2},
        hovertemplate=(
            f"rate %{{customdata}}, mean of the search: %{{y:.{digits}f}}%<extra>{label}</extra>"
        ),
        name=label,
        legendgroup=curve.loss,
        uid=trace_id(f"mean {curve.loss}"),
    )
    if curve.chosen is None or curve.judged_mean is None:
        return
    figure.add_scatter(
        x=[curve.chosen],
        y=[100 * curve.judged_mean],
        mode="markers",
        marker={
            "color": style.color,
            "size": 13,
            "symbol": "diamond-open",
            "line": {"width": 2.5},
        },
        hovertemplate=(
            f"chosen rate {format_rate(curve.chosen)}, mean of {len(curve.judged)} seeds:"
            f" %{{y:.{digits}f}}%"
            f"<extra>{label}</extra>"
        ),
        legendgroup=curve.loss,
        showlegend=False,
        uid=trace_id(f"chosen {curve.loss}"),
    )
