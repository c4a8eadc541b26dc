"""One trial in full: why it ended as it did, its epochs, and the button that stops it."""

from __future__ import annotations

import time
from collections.abc import Sequence

import streamlit as st

from lossviz.experiments.descriptions import format_duration
from lossviz.experiments.progress import trial_remaining_s
from lossviz.experiments.records import Trial, TrialState
from lossviz.experiments.results import History
from lossviz.losses.parsing import loss_from_spec
from lossviz.ui.markdown import escape_markdown
from lossviz.ui.train.backend import TrainingBackend
from lossviz.ui.train.tables import epoch_table


def trial_details(backend: TrainingBackend, trials: Sequence[Trial], history: History) -> None:
    """Let the visitor choose a trial, and draw it.

    Args:
        backend: Trains it.
        trials: Of one comparison, at least one.
        history: Their epochs.

    Side effects: a press stops the trial.
    """
    by_id = {trial.id: trial for trial in trials}
    chosen = st.selectbox(
        "One trial in detail",
        list(by_id),
        format_func=lambda trial_id: _title(by_id[trial_id]),
        key=f"trial of {trials[0].comparison_id}",
    )
    trial = by_id[chosen]
    if trial.reason:
        _show_reason(trial)
    if trial.stderr:
        _show_stderr(trial)
    if facts := _facts(trial):
        st.caption(escape_markdown(facts))
    if epochs := history.get(trial.id):
        st.html(epoch_table(epochs))
    elif not trial.state.ended:
        st.caption("Its first epoch has not ended yet.")
    if trial.state.ended or not backend.engine:
        return
    if st.button("Stop this trial", icon=":material/stop:", key="stop one"):
        backend.engine.stop([trial.id])


def _title(trial: Trial) -> str:
    return f"{loss_from_spec(trial.loss).label} · seed {trial.seed} · {trial.state}"


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
    """What a trial started from, how long it still takes, its speed and its memory; what is known
    of these.
    """
    facts = [trial.origin] if trial.origin else []
    left_s = trial_remaining_s(trial, now=time.time())
    if left_s is not None:
        facts.append(f"about {format_duration(left_s)} left")
    if trial.images_per_s:
        facts.append(f"{trial.images_per_s:,.0f} images a second")
    if trial.memory_mb:
        facts.append(f"{trial.memory_mb:,.0f} MB of memory")
    return " · ".join(facts)
