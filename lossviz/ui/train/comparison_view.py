"""Watching a comparison: how far it is, its charts, and the table of its trials."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from lossviz.charts.comparison import error_rate_figure, final_error_figure
from lossviz.errors import LossvizError
from lossviz.experiments.fingerprints import (
    PARTS,
    FingerprintsByTrial,
    compare_fingerprints,
    mismatch_warning,
)
from lossviz.experiments.records import Comparison, Trial
from lossviz.experiments.results import error_rate_curves, group_by_trial, summarise
from lossviz.ui.components.live_chart.component import live_chart
from lossviz.ui.markdown import escape_markdown
from lossviz.ui.train.backend import TrainingBackend
from lossviz.ui.train.progress import show_progress
from lossviz.ui.train.tables import trial_grid
from lossviz.ui.train.trial_charts import trial_charts
from lossviz.ui.train.trial_details import trial_details
from lossviz.ui.train.unreadable_rows import show_unreadable

_POLL_EVERY_S = 1.0


def watch_comparison(backend: TrainingBackend, comparison: Comparison) -> None:
    """Show a comparison, once a second as long as it runs."""
    running = not all(trial.state.ended for trial in backend.store.trials(comparison.id))
    show_unreadable(backend.store.unreadable_rows(comparison.id))

    def panel() -> None:
        try:  # the page's own handler does not reach a fragment that runs again
            _panel(backend, comparison, running)
        except LossvizError as error:
            st.error(escape_markdown(error), icon=":material/error:")

    st.fragment(panel, run_every=_POLL_EVERY_S if running else None)()


def _panel(backend: TrainingBackend, comparison: Comparison, running: bool) -> None:
    store = backend.store
    trials = store.trials(comparison.id)
    if running and all(trial.state.ended for trial in trials):
        st.rerun()  # the whole page once more, without polling
    history = group_by_trial(store.epochs(comparison.id)[0])
    evaluations = group_by_trial(store.evaluations(comparison.id)[0])
    show_progress(backend, comparison, trials)
    left, right = st.columns(2, gap="medium")
    with left:
        st.header("Error rates, epoch by epoch", anchor=False)
        live_chart(
            error_rate_figure(comparison, trials, error_rate_curves(history, evaluations)),
            key="errors",
            label="error rate of each trial over epochs",
        )
    with right:
        st.header("Where each loss ended", anchor=False)
        live_chart(
            final_error_figure(comparison, summarise(comparison, trials, history)),
            key="results",
            label="last error rates of each loss, by seed, and their mean",
        )
    st.header("Every trial", anchor=False)
    st.html(trial_grid(comparison, trials, history))
    _show_fairness(trials, store.fingerprints(comparison.id))
    trial_charts(store, comparison, trials)
    if trials:
        trial_details(backend, trials, history)


def _show_fairness(trials: Sequence[Trial], fingerprints: FingerprintsByTrial) -> None:
    """Say whether the losses had the same conditions: quietly where they had, loudly where not."""
    conditions = compare_fingerprints(trials, fingerprints)
    if warning := mismatch_warning(conditions):
        st.error(warning, icon=":material/balance:")
    elif conditions.compared:
        parts = ", ".join(PARTS[part] for part in conditions.compared)
        st.caption(
            ":material/balance: **Same conditions, checked:** for each seed all losses had the"
            f" same {parts}, by their hashes."
        )
