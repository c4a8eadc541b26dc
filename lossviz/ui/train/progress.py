"""How a comparison is trained and how far it is, with the buttons that stop it or run it again."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from typing import Final

import streamlit as st

from lossviz.experiments.comparison_data import ComparisonData
from lossviz.experiments.descriptions import (
    describe_comparison,
    divergence_advice,
    format_duration,
)
from lossviz.experiments.failures import group_failures
from lossviz.experiments.permissions import Action
from lossviz.experiments.progress import comparison_progress
from lossviz.experiments.records import TrialState
from lossviz.ui.markdown import capitalised, count_of, escape_markdown
from lossviz.ui.messages import shown
from lossviz.ui.text import draw_caption, draw_text
from lossviz.ui.train.backend import TrainingBackend, starting_words
from lossviz.ui.train.refusals import refusals_shown

_MOST_REASONS: Final = 4


def show_progress(backend: TrainingBackend, data: ComparisonData) -> None:
    """Draw the settings, a bar, or the outcome where all trials have ended, and what went wrong.

    Side effects: a press stops the trials, or queues again those that may end otherwise.
    """
    preparation = data.preparation
    description = describe_comparison(data.comparison, preparation, data.trials)
    draw_caption(escape_markdown(description))
    if backend.engine and backend.engine.failure:
        st.error(escape_markdown(shown(backend.engine.failure)), icon=":material/error:")
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        if data.has_ended:
            _show_outcome(backend, data)
        else:
            _show_bar(backend, data)
    _show_failures(data)
    if any(trial.state is TrialState.DIVERGED for trial in data.trials):
        advice = divergence_advice(data.comparison, preparation, data.trials)
        st.warning(escape_markdown(advice), icon=":material/trending_up:")
    if preparation.notes:
        notes = map(escape_markdown, preparation.notes)
        st.warning("\n".join(f"- {note}" for note in notes), icon=":material/info:")


def _show_bar(backend: TrainingBackend, data: ComparisonData) -> None:
    share, text = stage(backend, data)
    st.progress(share, text=text, width="stretch")
    if not backend.engine or not backend.may(Action.STOP, data.comparison):
        return
    if st.button("Stop the comparison", icon=":material/stop:", key="stop all"):
        backend.engine.stop(trial.id for trial in data.trials)


def stage(backend: TrainingBackend, data: ComparisonData) -> tuple[float, str]:
    """What is being done for a comparison that has not ended: its share, 0 to 1, and in words."""
    progress = comparison_progress(data, now=time.time())
    before = backend.engine.place(data.comparison.id) if backend.engine else None
    if before and backend.engine:
        in_s = backend.engine.begins_in_s(data.comparison.id)
        return progress.share, waiting_text(before, in_s)
    if backend.engine and backend.engine.warming_up:
        return progress.share, starting_words(backend.engine)
    if data.preparation.stage:
        return data.preparation.share, f"preparing: {data.preparation.stage}"
    if progress.remaining_s is None:
        return progress.share, progress.words
    return progress.share, f"{progress.words}, about {format_duration(progress.remaining_s)} left"


def waiting_text(before: int, in_s: float | None) -> str:
    """That a comparison waits, for how many, and for how long where that is known.

    >>> waiting_text(2, 40.0)
    'waiting: 2 comparisons before this one; it begins in about 40 s'
    >>> waiting_text(1, None)
    'waiting: 1 comparison before this one'
    """
    comparisons = count_of(before, "comparison", "comparisons")
    begins = "" if in_s is None else f"; it begins in about {format_duration(in_s)}"
    return f"waiting: {comparisons} before this one{begins}"


def _show_outcome(backend: TrainingBackend, data: ComparisonData) -> None:
    counts = Counter(trial.state for trial in data.trials)
    draw_text(outcome_text(counts), width="content")
    repeatable = sum(trial.state.repeatable for trial in data.trials)
    if not (repeatable and backend.engine and backend.may(Action.RUN_AGAIN, data.comparison)):
        return
    label = f"Run {count_of(repeatable, 'trial', 'trials')} again"
    if st.button(label, icon=":material/replay:", key="run again"):
        with refusals_shown():
            backend.engine.run_again(data.comparison.id)
            st.rerun()


def outcome_text(counts: Mapping[TrialState, int]) -> str:
    """How many trials have finished, and what became of the others.

    >>> outcome_text({TrialState.FINISHED: 12})
    '**Finished:** 12 trials'
    >>> outcome_text({TrialState.FINISHED: 10, TrialState.DIVERGED: 2})
    '**Finished:** 10 of 12 trials, 2 diverged'
    """
    finished, total = counts.get(TrialState.FINISHED, 0), sum(counts.values())
    if finished == total:
        return f"**Finished:** {count_of(total, 'trial', 'trials')}"
    others = [
        f"{counts[state]} {state}"
        for state in TrialState
        if state is not TrialState.FINISHED and counts.get(state)
    ]
    of_all = f"{finished} of {count_of(total, 'trial', 'trials')}"
    return f"**Finished:** {of_all}, {', '.join(others)}"


def _show_failures(data: ComparisonData) -> None:
    """Say why trials failed, once for each reason."""
    groups = group_failures((*data.search_trials, *data.trials))
    lines = [
        f"**{group.heading}** ({escape_markdown(group.where)}):"
        f" {escape_markdown(capitalised(group.reason) or 'no reason is known')}"
        for group in groups[:_MOST_REASONS]
    ]
    if len(groups) > _MOST_REASONS:
        lines.append(f"{len(groups) - _MOST_REASONS} more reasons are shown at their trials.")
    if lines:
        st.error("\n\n".join(lines), icon=":material/error:")
