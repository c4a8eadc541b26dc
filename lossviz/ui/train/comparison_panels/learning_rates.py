"""Error over learning rate, where a comparison searched each loss's best."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lossviz.charts.learning_rates import learning_rate_search_figure
from lossviz.experiments.analysis.rate_curves import RateCurve, RatePoint, rate_curves
from lossviz.experiments.comparison_data import ComparisonData
from lossviz.experiments.number_text import format_rate
from lossviz.experiments.records import RateSearch
from lossviz.ui.components.live_chart.component import live_chart
from lossviz.ui.number_text import error_percent
from lossviz.ui.text import draw_caption
from lossviz.ui.train.backend import TrainingBackend
from lossviz.ui.train.comparison_panels.panel_table import panel_table


def show_learning_rates(backend: TrainingBackend, data: ComparisonData) -> None:
    """Draw the search for each loss's learning rate, or say how to get one."""
    comparison = data.comparison
    if comparison.rate_search is None:
        draw_caption(same_rate_sentence(data))
        return
    curves = rate_curves(data)
    images = next((one.validation_images for one in data.trials if one.validation_images), None)
    live_chart(
        learning_rate_search_figure(curves, zoom_of=comparison.id, images=images),
        key="learning rate search",
        label="error rate over learning rate, a line for each loss; the table has the numbers",
        height_px=420,
    )
    _show_table(data, curves, comparison.rate_search, images)


def same_rate_sentence(data: ComparisonData) -> str:
    """What to know where all losses took one learning rate."""
    rate = data.comparison.settings.learning_rate or data.preparation.learning_rate
    value = f", {format_rate(rate)}" if rate else ""
    return (
        f"All losses were trained at the same learning rate{value}. To see how the error rate"
        " depends on it, choose “each loss at its best” at the next launch: it tries several rates"
        " with each loss first, on separate seeds."
    )


def _show_table(
    data: ComparisonData, curves: list[RateCurve], search: RateSearch, images: int | None
) -> None:
    rates = sorted({point.learning_rate for curve in curves for point in curve.points})
    heads = (
        "loss",
        *(f"at {format_rate(rate)}" for rate in rates),
        "chosen rate",
        "seeds of the comparison",
    )
    cells = {
        curve.loss: (
            *_errors_at(curve, rates, images),
            "not yet" if curve.chosen is None else format_rate(curve.chosen),
            "not yet" if curve.judged_mean is None else error_percent(curve.judged_mean, images),
        )
        for curve in curves
    }
    losses = data.comparison.losses
    st.html(panel_table(losses, cells, heads=heads, name="the search for learning rates"))
    seeds = " and ".join(map(str, search.seeds))
    judged = sorted({trial.seed for trial in data.trials})
    which = f"seed {judged[0]}" if len(judged) == 1 else f"the seeds {judged[0]} to {judged[-1]}"
    draw_caption(
        "Mean error rates after the last epoch. Lines, dots and the columns of rates: the seeds of"
        f" the search, {seeds}, which choose the rate and are not compared. Diamonds and the last"
        f" column: {which} of the comparison, at the chosen"
        " rate. They differ from the line because other seeds split the images differently, and"
        " because the lowest mean of few seeds is a little too low by chance. A rate at which a"
        " seed diverged has no mean."
    )


def _errors_at(curve: RateCurve, rates: Sequence[float], images: int | None) -> list[str]:
    """The curve's mean error at each rate; a dash where it was not tried."""
    points = {point.learning_rate: point for point in curve.points}
    return [_point_text(points[rate], images) if rate in points else "–" for rate in rates]


def _point_text(point: RatePoint, images: int | None) -> str:
    if point.lost:
        states = sorted(set(map(str, point.lost.values())))
        return f"{len(point.lost)} {' or '.join(states)}"
    return "…" if point.mean is None else error_percent(point.mean, images)
