"""Comparisons that are launched with one click, each with a question and a guess."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import streamlit as st

from lossviz.errors import LossvizError
from lossviz.experiments.judging.guesses import answer_guess
from lossviz.experiments.judging.judgement import Judgement
from lossviz.experiments.named_experiments import EXPERIMENTS, SEEDS, NamedExperiment
from lossviz.losses.functions import loss_label
from lossviz.losses.parsing import loss_from_spec
from lossviz.statistics.verdicts import Verdicts
from lossviz.ui.markdown import count_of, escape_markdown
from lossviz.ui.messages import show_error
from lossviz.ui.state.actions import choose_specs, keep_selection
from lossviz.ui.state.form_values import FormValues
from lossviz.ui.text import draw_caption, draw_text
from lossviz.ui.train.backend import TrainingBackend
from lossviz.ui.train.launching.form_start import start_form_from
from lossviz.ui.train.launching.launches import Request, launch, launch_of, refusal_of
from lossviz.ui.train.place import (
    EXPERIMENT,
    bring_into_view,
    newly_named,
    note_problem,
    show_problem,
)
from lossviz.ui.train.seed_lock import seeds_to_train

_RECIPE: Final = "digits"
_MEASURED: Final = "Measured with `lossviz bench experiments` on two cores."


def show_named_experiments(backend: TrainingBackend) -> None:
    """Draw a card for each; its button launches it, and sets the form to what it trains.

    Side effects: a press stores a comparison, queues its trials and shows it.
    """
    named = newly_named(EXPERIMENT)[-1:]
    if named and named[0] not in EXPERIMENTS:
        problem = f"The link's experiment should be one of {', '.join(EXPERIMENTS)}."
        note_problem(EXPERIMENT, problem)
    st.header("Start with an experiment", anchor=False)
    show_problem(EXPERIMENT)
    draw_text(
        "One click trains its losses on handwritten digits. Watch the error rates fall, then read"
        " which loss makes fewer errors, if any does."
    )
    with st.container(key="experiments"):
        columns = st.columns(len(EXPERIMENTS), gap="small")
    for column, experiment in zip(columns, EXPERIMENTS.values(), strict=True):
        key = f"experiment-{experiment.key}"
        with column, st.container(border=True, height="stretch", gap="xsmall", key=key):
            _draw_card(backend, experiment)
        if experiment.key in named:
            bring_into_view(EXPERIMENT, key)


def _draw_card(backend: TrainingBackend, experiment: NamedExperiment) -> None:
    request = _request(experiment)
    draw_text(f"**{experiment.name}**")
    draw_caption(escape_markdown(experiment.question))
    guess = st.selectbox(
        f"Your guess, {experiment.name}: which loss ends with the fewest errors?",
        list(request.losses),
        index=None,
        format_func=loss_label,
        placeholder="Your guess (optional)",
        key=f"guess of {experiment.key}",
        on_change=keep_selection,
        label_visibility="collapsed",
    )
    count = request.trials + request.search_trials
    refusal = refusal_of(backend.engine, request) if backend.quotas else ""
    pressed = st.button(
        f"Run {count_of(count, 'trial', 'trials')} · {_about(experiment.seconds)}",
        icon=":material/science:",
        disabled=not backend.can_start or bool(refusal),
        on_click=_show_in_form,
        args=(experiment,),
        key=f"run {experiment.key}",
        help=f"{experiment.name}: the time holds for a machine with two cores.",
    )
    if refusal:
        draw_caption(f"**Not possible:** {escape_markdown(refusal)}.")
    with st.expander("What to expect", type="compact", key=f"expect {experiment.key}"):
        draw_caption(f"{escape_markdown(experiment.expectation)} {_MEASURED}")
    if pressed and backend.engine and not refusal:
        try:
            launch(backend.engine, request, experiment=experiment.key, guess=guess or "")
        except LossvizError as error:
            show_error(error)


def _about(seconds: int) -> str:
    """About how long, in a word or two.

    >>> _about(20), _about(60), _about(95)
    ('20 s', '1 min', '2 min')
    """
    return f"{seconds} s" if seconds < 60 else f"{round(seconds / 60)} min"


def _request(experiment: NamedExperiment) -> Request:
    setup = experiment.setup
    return Request(
        recipe=_RECIPE,
        losses=tuple(loss_from_spec(loss).spec for loss in setup.losses),
        seeds=seeds_to_train(SEEDS),
        settings=setup.settings,
        rate_search=setup.rate_search,
    )


def _show_in_form(experiment: NamedExperiment) -> None:
    """Let the form say what the experiment trains, so that it can be changed afterwards."""
    choose_specs(experiment.setup.losses)
    values = replace(
        FormValues.of_recipe(_RECIPE),
        seeds=SEEDS,
        settings=experiment.setup.settings,
        each_at_best=experiment.setup.rate_search is not None,
    )
    start_form_from(values, f"the experiment **{experiment.name}**")


def show_question(judgement: Judgement, *, ended: bool) -> None:
    """Remind of the question with which this session launched a comparison; where it has ended,
    answer the guess.
    """
    launched = launch_of(judgement.comparison.id)
    if launched is None or launched["experiment"] not in EXPERIMENTS:
        return
    experiment = EXPERIMENTS[launched["experiment"]]
    said = guess_text(launched["guess"], judgement.verdicts if ended else None)
    question = f":material/science: **{experiment.name}:** {escape_markdown(experiment.question)}"
    draw_text(f"{question} {escape_markdown(said)}")


def guess_text(guess: str, verdicts: Verdicts | None) -> str:
    """The guess, and its answer where there are verdicts; empty without a guess."""
    if not guess:
        return ""
    answer = answer_guess(guess, verdicts) if verdicts else ""
    return answer or f"You guessed {loss_label(guess)}."
