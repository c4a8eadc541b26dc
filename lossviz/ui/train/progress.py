"""How a comparison is trained and how far it is, with the buttons that stop it or run it again."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence

import streamlit as st

from lossviz.experiments.descriptions import (
    describe_comparison,
    divergence_advice,
    format_duration,
)
from lossviz.experiments.progress import remaining_s, share_done
from lossviz.experiments.records import Comparison, Preparation, Trial, TrialState
from lossviz.ui.markdown import count_of, escape_markdown
from lossviz.ui.train.backend import WARMING_UP, TrainingBackend


def show_progress(
    backend: TrainingBackend, comparison: Comparison, trials: Sequence[Trial]
) -> None:
    """Draw the settings, what went wrong, and a bar, or the outcome where all trials have ended.

    Side effects: a press stops the trials, or queues again those that may end otherwise.
    """
    preparation = backend.store.preparation(comparison.id)
    st.caption(escape_markdown(describe_comparison(comparison, preparation)))
    if preparation.notes:
        notes = map(escape_markdown, preparation.notes)
        st.warning("\n".join(f"- {note}" for note in notes), icon=":material/info:")
    if backend.engine and backend.engine.failure:
        st.error(escape_markdown(backend.engine.failure), icon=":material/error:")
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        if all(trial.state.ended for trial in trials):
            _show_outcome(backend, comparison, trials)
        else:
            _show_bar(backend, preparation, trials)
    if any(trial.state is TrialState.DIVERGED for trial in trials):
        advice = divergence_advice(comparison, preparation, trials)
        st.warning(escape_markdown(advice), icon=":material/trending_up:")


def _show_bar(backend: TrainingBackend, preparation: Preparation, trials: Sequence[Trial]) -> None:
    share = share_done(trials)
    if backend.engine and backend.engine.warming_up:
        text = WARMING_UP
    elif preparation.stage:
        text, share = f"preparing: {preparation.stage}", preparation.share
    else:
        text = _count_and_time_left(trials, at_once=preparation.at_once)
    st.progress(share, text=text, width="stretch")
    if backend.engine and st.button("Stop the comparison", icon=":material/stop:", key="stop all"):
        backend.engine.stop(trial.id for trial in trials)


def _count_and_time_left(trials: Sequence[Trial], *, at_once: int) -> str:
    ended = sum(trial.state.ended for trial in trials)
    text = f"{ended} of {len(trials)} trials"
    left_s = remaining_s(trials, now=time.time(), at_once=at_once)
    return text if left_s is None else f"{text}, about {format_duration(left_s)} left"


def _show_outcome(
    backend: TrainingBackend, comparison: Comparison, trials: Sequence[Trial]
) -> None:
    counts = Counter(trial.state for trial in trials)
    outcomes = [f"{counts[state]} {state}" for state in TrialState if counts[state]]
    st.markdown(f"**Ended:** {', '.join(outcomes)}", width="content")
    repeatable = sum(trial.state.repeatable for trial in trials)
    if not repeatable or not backend.engine:
        return
    label = f"Run {count_of(repeatable, 'trial', 'trials')} again"
    if st.button(label, icon=":material/replay:", key="run again"):
        backend.engine.run_again(comparison)
        st.rerun()
