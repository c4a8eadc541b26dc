"""What happens inside the trainings of a comparison, for one seed at a time: training loss,
learning rate, and how sure the network is.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from lossviz.charts.trials import confidence_figure, learning_rate_figure, training_loss_figure
from lossviz.experiments.records import Comparison, Trial
from lossviz.experiments.results import group_by_trial
from lossviz.experiments.store.store import Store
from lossviz.ui.components.live_chart.component import live_chart

_VIEWS = ("Training loss", "Sureness", "Learning rate")


def trial_charts(store: Store, comparison: Comparison, trials: Sequence[Trial]) -> None:
    """One of the views, of one seed."""
    st.header("Inside the trainings", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        view = st.segmented_control(
            "View",
            _VIEWS,
            default=_VIEWS[0],
            required=True,
            key="inside",
            label_visibility="collapsed",
        )
        seed = 0
        if comparison.seeds > 1:
            seed = st.selectbox(
                "Seed",
                range(comparison.seeds),
                format_func=lambda number: f"seed {number}",
                key="seed inside",
                width=140,
            )
    if seed >= comparison.seeds:  # of another comparison
        seed = 0
    shown = [trial for trial in trials if trial.seed == seed]
    draw: dict[str, Callable[[], None]] = {
        _VIEWS[0]: lambda: _training(store, comparison, shown),
        _VIEWS[1]: lambda: _confidence(store, comparison, shown),
        _VIEWS[2]: lambda: _rates(store, comparison, shown),
    }
    draw[view]()


def _training(store: Store, comparison: Comparison, trials: Sequence[Trial]) -> None:
    batches = group_by_trial(store.batches(comparison.id)[0])
    live_chart(
        training_loss_figure(comparison, trials, batches),
        key="training loss",
        label="training loss of each loss over epochs",
    )
    st.caption(
        "Each line lies between its own lowest and highest value, as the values of different losses"
        " do not compare; point at it to read them."
    )


def _rates(store: Store, comparison: Comparison, trials: Sequence[Trial]) -> None:
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


def _confidence(store: Store, comparison: Comparison, trials: Sequence[Trial]) -> None:
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
        confidence_figure(comparison, trials, evaluations, at=at + 1e-3),
        key="sureness",
        label="share of validation images over the probability of truth",
    )
    st.caption(
        "Right: images whose true class the network is sure of. Left: those where it is sure of"
        " another."
    )
