"""Charts of what happens inside the trainings of a comparison, for one seed at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import streamlit as st

from lossviz.charts.trials import (
    MOST_DRAWN,
    confidence_figure,
    learning_rate_figure,
    training_loss_figure,
    without_scale,
)
from lossviz.experiments.plan import class_count
from lossviz.experiments.records import Comparison, Trial
from lossviz.experiments.results import group_by_trial
from lossviz.experiments.store.store import Store
from lossviz.ui.components.live_chart.component import live_chart
from lossviz.ui.markdown import escape_markdown

_SAME_MOMENT = 1e-3  # epochs; moments are rounded to this


def trial_charts(store: Store, comparison: Comparison, trials: Sequence[Trial]) -> None:
    """Let the visitor choose a chart and a seed, and draw it."""
    st.header("Inside the trainings", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        name = st.segmented_control(
            "View",
            list(_CHARTS),
            default=next(iter(_CHARTS)),
            required=True,
            key="inside",
            label_visibility="collapsed",
        )
        seed = _pick_seed(comparison) if comparison.seeds > 1 else 0
    _CHARTS[name](store, comparison, [trial for trial in trials if trial.seed == seed])


def _pick_seed(comparison: Comparison) -> int:
    seed = st.selectbox(
        "Seed",
        range(comparison.seeds),
        format_func=lambda number: f"seed {number}",
        key="seed inside",
        width=140,
    )
    return seed if seed < comparison.seeds else 0  # it may be of another comparison


def _draw_training_loss(store: Store, comparison: Comparison, trials: Sequence[Trial]) -> None:
    batches = group_by_trial(store.batches(comparison.id)[0])
    classes = class_count(comparison, store.preparation(comparison.id))
    live_chart(
        training_loss_figure(comparison, trials, batches, classes=classes),
        key="training loss",
        label="training loss of each loss over epochs",
    )
    caption = (
        "The values of different losses do not compare, so each has its own scale: 1 is its value"
        " in the first batches, 0 the lowest found for any p. A line that leaves the chart"
        f" has risen above {MOST_DRAWN:g}. Point at a line to read its value."
    )
    if missing := without_scale(comparison, classes=classes):
        caption += f" Not drawn, as no lowest value of it is known: {', '.join(missing)}."
    st.caption(escape_markdown(caption))


def _draw_learning_rate(store: Store, comparison: Comparison, trials: Sequence[Trial]) -> None:
    batches = group_by_trial(store.batches(comparison.id)[0])
    live_chart(
        learning_rate_figure(comparison, trials, batches),
        key="learning rate",
        label="learning rate over epochs",
    )
    st.caption(
        "All losses have the same learning rate at the same batch, so their lines lie on each"
        " other."
    )


def _draw_confidence(store: Store, comparison: Comparison, trials: Sequence[Trial]) -> None:
    evaluations = group_by_trial(store.evaluations(comparison.id)[0])
    moments = sorted(
        {
            round(evaluation.at, 3)
            for trial in trials
            for evaluation in evaluations.get(trial.id, ())
        }
    )
    at = moments[-1] if moments else 0.0
    if len(moments) > 1:
        at = st.select_slider(
            "After how many epochs",
            moments,
            value=moments[-1],
            format_func=lambda moment: f"{moment:g}",
            width=320,
        )
    live_chart(
        confidence_figure(
            comparison,
            trials,
            evaluations,
            at=at + _SAME_MOMENT,
            classes=class_count(comparison, store.preparation(comparison.id)),
        ),
        key="confidence",
        label="share of validation images over the probability of the true class",
    )
    st.caption(
        "Right: images whose true class the network is sure of. Left: those where it leaves little"
        " for the true class; maybe it is sure of another, maybe of none. From one step to the next"
        " the odds p : (1 − p) double."
    )


_CHARTS: Final[Mapping[str, Callable[[Store, Comparison, Sequence[Trial]], None]]] = (
    MappingProxyType(
        {
            "Training loss": _draw_training_loss,
            "Confidence": _draw_confidence,
            "Learning rate": _draw_learning_rate,
        }
    )
)
