"""Which images each loss learned from, as the training went on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from lossviz.charts.listening import Picture, listening_picture
from lossviz.experiments.access.visitor_store import VisitorStore
from lossviz.experiments.analysis.listening import HARD_BELOW, Listening, moment_numbers, sum_up
from lossviz.experiments.comparison_data import ComparisonData
from lossviz.experiments.confidence_bins import BINS
from lossviz.experiments.plan import class_count
from lossviz.experiments.records import Evaluation, Trial
from lossviz.losses.functions import is_function
from lossviz.losses.parsing import loss_from_spec
from lossviz.ui.components.listening.component import listening_chart
from lossviz.ui.markdown import escape_markdown
from lossviz.ui.text import draw_caption, draw_text
from lossviz.ui.train.backend import TrainingBackend
from lossviz.ui.train.comparison_panels.choices import label_of, pick_losses, pick_seeds
from lossviz.ui.train.results.finished_trials import finished_trials

_PANEL: Final = "listening"
_QUESTION: Final = (
    "**Which images does the network learn from?** Each image adds its gradient to the step. A loss"
    " that gives most of its gradient to images with low p works on its mistakes; one whose curve"
    " is flat there ignores them."
)


def show_listening(backend: TrainingBackend, data: ComparisonData) -> None:
    """Draw the losses that the visitor chooses, over the seeds that he chooses."""
    comparison = data.comparison
    draw_text(_QUESTION)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        drawn = pick_losses(comparison, panel=_PANEL)
        seeds = pick_seeds(data, panel=_PANEL, pooled="all seeds together")
    if not drawn:
        st.info("Choose one loss or more.", icon=":material/info:")
        return
    trials = [trial for trial in data.trials if trial.loss in drawn and trial.seed in seeds]
    picture = _picture(backend.store, data, trials, drawn, len(seeds))
    if picture is None:
        draw_caption("Nothing has been evaluated yet.")
        return
    listening_chart(picture, key="listening")
    draw_caption(escape_markdown(_caption(picture, drawn)))


def _picture(
    store: VisitorStore,
    data: ComparisonData,
    trials: Sequence[Trial],
    drawn: Sequence[str],
    seeds: int,
) -> Picture | None:
    """What is drawn; made once a process where all trials have ended, else once for all who look
    at it.
    """
    ids = (str(store.path), *(trial.id for trial in trials))
    if all(trial.state.ended for trial in trials):
        return _picture_of_ended(store, data, trials, ids, drawn, seeds)
    return finished_trials(store, data.comparison.id).of_state(
        data,
        (_PANEL, ids, *drawn),
        lambda: _make_picture(store, data, trials, ids, drawn, seeds),
    )


def _make_picture(
    _store: VisitorStore,
    _data: ComparisonData,
    _trials: Sequence[Trial],
    key: Sequence[str],
    drawn: Sequence[str],
    seeds: int,
) -> Picture | None:
    moments = _read_moments(_store, _trials) if _trials else []
    if not moments:
        return None
    comparison = _data.comparison
    return listening_picture(
        comparison.losses,
        moments,
        drawn=drawn,
        seeds=seeds,
        epochs=comparison.settings.epochs,
        classes=class_count(comparison, _data.preparation),
    )


_picture_of_ended = st.cache_data(show_spinner=False, max_entries=20)(_make_picture)


def _read_moments(store: VisitorStore, trials: Sequence[Trial]) -> list[dict[str, Listening]]:
    counts = store.evaluation_counts([trial.id for trial in trials])
    numbers = moment_numbers(max(counts.values(), default=0))
    evaluations = _evaluations(store, trials, numbers)
    moments = []
    for number in numbers:
        sums = {
            loss: sum_up(
                [
                    evaluations[trial.id][number]
                    for trial in trials
                    if trial.loss == loss and number in evaluations[trial.id]
                ]
            )
            for loss in dict.fromkeys(trial.loss for trial in trials)
        }
        if shown := {loss: found for loss, found in sums.items() if found}:
            moments.append(shown)
    return moments


def _evaluations(
    store: VisitorStore, trials: Sequence[Trial], numbers: tuple[int, ...]
) -> dict[str, dict[int, Evaluation]]:
    """Some evaluations of each trial by their number; of ended trials read once a process."""
    kept = _kept_evaluations(str(store.path), trials[0].comparison_id, numbers)
    read = [trial for trial in trials if trial.id not in kept]
    found: dict[str, dict[int, Evaluation]] = {trial.id: {} for trial in read}
    for number, by_trial in store.numbered_evaluations(list(found), numbers).items():
        for trial_id, evaluation in by_trial.items():
            found[trial_id][number] = evaluation
    kept |= {trial.id: found[trial.id] for trial in read if trial.state.ended}
    return {trial.id: kept.get(trial.id) or found.get(trial.id, {}) for trial in trials}


@st.cache_resource(show_spinner=False, max_entries=4)
def _kept_evaluations(
    path: str, comparison_id: str, numbers: tuple[int, ...]
) -> dict[str, dict[int, Evaluation]]:
    """The evaluations of ended trials that this process has read so far; to be added to."""
    return {}


def _caption(picture: Picture, drawn: Sequence[str]) -> str:
    text = (
        "Dots: the validation images, in bins of p; a dot's area shows how many. From one bin to"
        " the next the odds p : (1 − p) double, and on this axis the slope of the curve is the"
        " loss's pull: images on a flat part contribute almost nothing, however many they are."
        " Hollow bars: their share of the images. Filled bars: their share of the gradient in the"
        f" logits, measured by the L1 norm of each image's. Shaded: p below {HARD_BELOW}."
    )
    if picture["guessing"] is not None:
        text += " Dotted: p = 1 / number of classes, where guessing is."
    if len(picture["edges"]) != BINS + 1:
        text += (
            " An earlier lossviz trained this comparison: its bins are equally wide in p, and it"
            " did not measure the gradient."
        )
    functions = [loss for loss in drawn if is_function(loss)]
    if functions:
        text += f" {', '.join(map(label_of, functions))}: no formula here, so there is no curve."
    formulas = [loss for loss in drawn if loss not in functions]
    others = [loss for loss in formulas if loss_from_spec(loss).formula.depends_on_pj]
    if others:
        text += (
            f" {', '.join(map(label_of, others))}: the curve is for a prediction whose other"
            " classes share 1 − p evenly; the bars are measured."
        )
    return text
