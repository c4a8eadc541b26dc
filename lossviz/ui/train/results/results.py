"""The results of a comparison: a row a loss, which opens to its seeds, and one trial in detail."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, Final

import streamlit as st

from lossviz.charts.difference_scale import DifferenceScale
from lossviz.errors import LossvizError
from lossviz.experiments.comparison_data import ComparisonData
from lossviz.experiments.conditions import describe_conditions
from lossviz.experiments.fingerprints import compare_fingerprints, mismatch_warning
from lossviz.experiments.judging.judgement import Judgement
from lossviz.experiments.permissions import Action
from lossviz.experiments.recipes import can_be_launched
from lossviz.ui.components.result_table.component import TableActions, result_table
from lossviz.ui.link_button import link_button
from lossviz.ui.markdown import capitalised, escape_markdown
from lossviz.ui.messages import error_text
from lossviz.ui.state.view import is_shown
from lossviz.ui.text import draw_caption
from lossviz.ui.train.backend import TrainingBackend
from lossviz.ui.train.comparison_link import PARAMETER
from lossviz.ui.train.place import (
    ROW,
    bring_into_view,
    name_place,
    newly_named,
    note_problem,
    show_problem,
)
from lossviz.ui.train.results.article_comparison import show_article
from lossviz.ui.train.results.finished_trials import finished_trials
from lossviz.ui.train.results.result_rows import KINDS, loss_rows, table_columns
from lossviz.ui.train.results.seed_rows import seed_rows
from lossviz.ui.train.results.trial_details import choose_trial

NO_SUCH_LOSS: Final = "The link names a loss that this comparison does not have."
_OPEN = "opened losses of {}"  # in the session, of a comparison
_REFUSAL = "why a trial was not stopped"  # in the session


def show_results(backend: TrainingBackend, data: ComparisonData, judgement: Judgement) -> None:
    """Draw the table, and whether the losses had the same conditions; the page's address may name
    rows that are open.

    Side effects: a press in the table stops a trial.
    """
    key = _OPEN.format(data.comparison.id)
    _open_named(data, key)
    with st.container(key="results"):
        st.header("Results", anchor=False)
        show_problem(ROW)
        _draw_table(backend, data, judgement, key)
    bring_into_view(ROW, "results")


def _open_named(data: ComparisonData, key: str) -> None:
    """Open the rows that the page's address newly names."""
    named = newly_named(ROW)
    losses = [loss for loss in data.comparison.losses if loss in named]
    if losses:
        st.session_state[key] = tuple(losses)
    if len(losses) < len(set(named)):
        note_problem(ROW, NO_SUCH_LOSS)


def _draw_table(
    backend: TrainingBackend, data: ComparisonData, judgement: Judgement, key: str
) -> None:
    opened = [loss for loss in data.comparison.losses if loss in st.session_state.get(key, ())]
    rows, scale = loss_rows(judgement)
    columns = table_columns(judgement.baseline.label, judged=judgement.verdicts is not None)
    result_table(
        {
            "id": f"{data.comparison.id} {len(columns)}",  # other columns, another table
            "caption": (
                "Error rates of the losses on the validation images, and their differences to"
                f" {judgement.baseline.label}"
            ),
            "columns": columns,
            "axis": {
                "least": scale.least,
                "greatest": scale.greatest,
                "margin": scale.margin,
                "unit": scale.unit,
            },
            "kinds": KINDS,
            "losses": rows,
            "open": opened,
            "seeds": _opened_seeds(backend, data, judgement, opened, scale),
        },
        TableActions(
            open=lambda losses: _on_open(key, losses),
            details=lambda trial_id: choose_trial(data.comparison.id, trial_id),
            stop=lambda trial_id: _stop(backend, trial_id),
        ),
    )
    if opened and is_shown("share"):
        link_button("the open rows", {PARAMETER: [data.comparison.id], ROW: opened})
    if refusal := st.session_state.pop(_REFUSAL, ""):
        st.error(escape_markdown(capitalised(refusal)), icon=":material/error:")
    draw_caption(escape_markdown(about_the_table(judgement, scale)))
    _show_fairness(data)
    show_article(judgement)


def _on_open(key: str, losses: Collection[str]) -> None:
    st.session_state[key] = tuple(losses)
    name_place(ROW, list(losses))


def _stop(backend: TrainingBackend, trial_id: str) -> None:
    """Stop a trial, or note why not: it is called before the page is drawn."""
    try:
        if backend.engine:
            backend.engine.stop([trial_id])
    except LossvizError as error:
        st.session_state[_REFUSAL] = error_text(error)


def about_the_table(judgement: Judgement, scale: DifferenceScale) -> str:
    """How the table is read."""
    sentences = ["Each dot is a seed: the difference between its two trials, one with each loss."]
    if scale.margin:
        sentences.append("Within the grey band around 0 two losses count as practically the same.")
    counts = {len(loss.finished) for loss in judgement.losses} - {0}
    if len(counts) > 1:
        sentences.append(
            "The means are over different seeds, so compare the differences: they are over the"
            " seeds that both losses have finished."
        )
    return " ".join(sentences)


def _opened_seeds(
    backend: TrainingBackend,
    data: ComparisonData,
    judgement: Judgement,
    opened: Sequence[str],
    scale: DifferenceScale,
) -> dict[str, list[dict[str, Any]]]:
    """The seeds of the opened rows only, so that a poll stays small."""
    store = backend.store
    kept = finished_trials(store, data.comparison.id)
    stoppable = backend.engine is not None and backend.may(Action.STOP, data.comparison)
    losses = [loss for loss in judgement.losses if loss.loss in opened]
    curves = kept.curves(store, [seed.trial for loss in losses for seed in loss.seeds])
    return {loss.loss: seed_rows(loss, data, scale, curves, stoppable=stoppable) for loss in losses}


def _show_fairness(data: ComparisonData) -> None:
    """Say whether the losses had the same conditions: quietly where they had, loudly where not."""
    found = compare_fingerprints(data.trials, data.fingerprints)
    own_training = not can_be_launched(data.comparison.recipe)
    if warning := mismatch_warning(found, own_training=own_training):
        st.error(warning, icon=":material/balance:")
    elif conditions := describe_conditions(data):
        title = "Not computed alike." if found.devices_differ else "Same conditions."
        draw_caption(f":material/balance: **{title}** {escape_markdown(conditions)}")
