"""One trial in full: why it ended as it did, what its process wrote, and its epochs."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import Final

import streamlit as st

from lossviz.experiments.descriptions import format_duration
from lossviz.experiments.progress import trial_remaining_s
from lossviz.experiments.records import Comparison, Trial, TrialState
from lossviz.losses.functions import loss_label
from lossviz.ui.link_button import link_button
from lossviz.ui.markdown import escape_markdown
from lossviz.ui.state.view import is_shown
from lossviz.ui.text import draw_caption
from lossviz.ui.train.backend import TrainingBackend
from lossviz.ui.train.comparison_link import PARAMETER
from lossviz.ui.train.place import (
    TRIAL,
    bring_into_view,
    name_place,
    newly_named,
    note_problem,
    show_problem,
)
from lossviz.ui.train.results.epoch_table import epoch_table

WHAT_BUSY_MEANS = (
    "**Busy**: the share of the last seconds in which the GPU computed anything, for this trial or"
    " for another program. It does not say how much of the GPU was used."
)

NO_SUCH_TRIAL: Final = "The link names a trial that is not shown here."
_KEY = "trial of {}"  # of the control, of a comparison


def choose_trial(comparison_id: str, trial_id: str) -> None:
    """Have ``trial_details`` show a trial.

    Side effects: writes to the session, and to the page's address.
    """
    st.session_state[_KEY.format(comparison_id)] = trial_id
    name_place(TRIAL, [trial_id])


def trial_details(
    backend: TrainingBackend, comparison: Comparison, trials: Sequence[Trial]
) -> None:
    """Let the visitor choose a trial, and draw it; nothing before one is chosen, by the visitor or
    by the page's address.

    Args:
        backend: Where its epochs are read from.
        comparison: The comparison.
        trials: Its trials.
    """
    with st.container(key="trial-details", gap="small"):
        _draw(backend, comparison, {trial.id: trial for trial in trials})
    bring_into_view(TRIAL, "trial-details")


def _draw(backend: TrainingBackend, comparison: Comparison, by_id: Mapping[str, Trial]) -> None:
    key = _KEY.format(comparison.id)
    for trial_id in newly_named(TRIAL)[-1:]:
        if trial_id in by_id:
            st.session_state[key] = trial_id
        else:
            note_problem(TRIAL, NO_SUCH_TRIAL)
    show_problem(TRIAL)
    if st.session_state.get(key) not in by_id:  # another attempt took its place
        st.session_state[key] = None
    chosen = st.selectbox(
        "One trial in detail",
        list(by_id),
        format_func=lambda trial_id: _title(by_id[trial_id]),
        key=key,
        placeholder="Choose a trial: its epochs, weights, memory and messages",
        on_change=lambda: name_place(TRIAL, [st.session_state[key]]),
    )
    if chosen is None:
        return
    trial = by_id[chosen]
    if is_shown("share"):
        link_button("this trial", {PARAMETER: [comparison.id], TRIAL: [trial.id]})
    if trial.reason:
        _show_reason(trial)
    if trial.stderr and backend.visitor.is_deployer:
        _show_stderr(trial)
    if facts := _facts(trial):
        draw_caption(escape_markdown(facts), help=None if trial.busy is None else WHAT_BUSY_MEANS)
    if epochs := backend.store.trial_epochs(trial.id):
        st.html(epoch_table(epochs, images=trial.validation_images))
    elif not trial.state.ended:
        draw_caption("Its first epoch is not over yet.")


def _title(trial: Trial) -> str:
    return f"{loss_label(trial.loss)} · seed {trial.seed} · {trial.state}"


def _show_reason(trial: Trial) -> None:
    text = escape_markdown(f"{trial.state}: {trial.reason}")
    if trial.state is TrialState.CANCELLED:
        st.info(text, icon=":material/stop:")
    else:
        st.error(text, icon=":material/error:")


def _show_stderr(trial: Trial) -> None:
    lost = trial.state is TrialState.LOST
    whose = "the process that ran all trials" if lost else "its process"
    with st.expander(f"Last lines of the standard error of {whose}", icon=":material/terminal:"):
        st.code(trial.stderr, language=None, wrap_lines=True)


def _facts(trial: Trial) -> str:
    """What a trial started from, what it is computed on, how long it still takes, its speed, its
    memory and what it is trained with; what is known of these.
    """
    facts = [part for part in (trial.origin, trial.computed_on) if part]
    left_s = trial_remaining_s(trial, now=time.time())
    if left_s is not None:
        facts.append(f"about {format_duration(left_s)} left")
    if trial.images_per_s:
        facts.append(f"{trial.images_per_s:,.0f} images per second")
    if trial.busy is not None:
        facts.append(f"GPU {trial.busy:.0%} busy")
    if trial.memory_mb:
        facts.append(f"{trial.memory_mb:,.0f} MB of memory")
    if trial.versions:
        facts.append(trial.versions)
    return " · ".join(facts)
