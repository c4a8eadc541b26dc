"""Launching a comparison: recipe, seeds, baseline, how it is trained, and the buttons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import streamlit as st

from lossviz.errors import InvalidInput, LossvizError
from lossviz.experiments.access.names import MOST_CHARACTERS
from lossviz.experiments.access.visitor_engine import VisitorEngine
from lossviz.experiments.descriptions import and_list
from lossviz.experiments.machine import Machine
from lossviz.experiments.memory_needs import require_memory
from lossviz.experiments.number_text import format_rate
from lossviz.experiments.pets_cost import PetsDownloads
from lossviz.experiments.plan import MAX_SEEDS, MAX_TRIALS, default_baseline
from lossviz.experiments.quotas import Quotas, left_sentence
from lossviz.experiments.recipes import RECIPES, validate_settings
from lossviz.experiments.records import Comparison, RateSearch
from lossviz.experiments.settings import Settings
from lossviz.losses.loss import Loss
from lossviz.ui.curves.findings import warn_of_errors
from lossviz.ui.markdown import capitalised, count_of, escape_markdown
from lossviz.ui.messages import error_text, show_error
from lossviz.ui.state.actions import keep_form_value, keep_selection
from lossviz.ui.state.form_values import FormValues
from lossviz.ui.state.selection import read_selection
from lossviz.ui.state.view import only_seed
from lossviz.ui.text import draw_caption
from lossviz.ui.train.backend import TrainingBackend
from lossviz.ui.train.launching.batch_preview import batch_preview_button, show_batch_preview
from lossviz.ui.train.launching.class_count import FOLDER_RECIPE, RECIPE_KEY, chosen_class_count
from lossviz.ui.train.launching.expected_time import expected_time
from lossviz.ui.train.launching.form_fields import (
    FieldProblems,
    field_box,
    keep_field,
    whole_number_field,
)
from lossviz.ui.train.launching.form_start import form_start, show_origin, start_from_recipe
from lossviz.ui.train.launching.image_folder import pick_folder
from lossviz.ui.train.launching.launches import Request, launch, refusal_of
from lossviz.ui.train.launching.pets_cost import RECIPE as PETS_RECIPE
from lossviz.ui.train.launching.pets_cost import (
    download_words,
    downloads_of,
    show_cost,
    time_on_processor,
)
from lossviz.ui.train.launching.settings_form import (
    FormStart,
    pick_settings,
)
from lossviz.ui.train.seed_lock import training_sentence

_BASELINE: Final = "baseline"  # key of the control


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenSettings:
    """What the visitor has set.

    Attributes:
        settings: None where a field is wrong, or where they cannot be trained with.
        problem: Why they cannot, where that is no single field's matter; else empty.
    """

    settings: Settings | None
    problem: str = ""


def launch_form(
    backend: TrainingBackend, losses: Sequence[Loss], comparisons: Sequence[Comparison]
) -> None:
    """Draw what a comparison of the chosen losses is launched with, the buttons that launch it, and
    a warning where it had better not be.

    Args:
        backend: Trains it.
        losses: What is chosen.
        comparisons: Those that there are already, which say how long it will take.

    Side effects: a press stores a comparison, queues its trials and shows it.
    """
    problems = FieldProblems()
    row = st.container(horizontal=True, gap="medium")
    with row:
        recipe = RECIPES[_pick_recipe()]
    folder = pick_folder(backend, problems) if recipe.key == FOLDER_RECIPE else ""
    summary, preview = st.columns([3, 1], gap="medium")
    place = st.container()
    start = form_start()
    form = read_selection().form
    show_origin()
    with row:
        seeds = _pick_seeds(problems, start, form, len(losses), backend.quotas)
        baseline = _pick_baseline(losses, form)
        name = _name_field()
    chosen = _choose_settings(start, problems, folder, backend)
    machine = backend.machine
    # what the nodes of a cluster lack is not known here
    downloads = None if machine.cluster else downloads_of(recipe.key, chosen.settings)
    network = (chosen.settings or start.settings).network
    with summary:
        draw_caption(f"{recipe.summary} {device_sentence(machine, network)}")
    with preview:
        batch_preview_button(
            backend.engine if backend.can_start else None, recipe.key, chosen.settings, downloads
        )
    request = Request(
        recipe=recipe.key,
        losses=tuple(loss.spec for loss in losses),
        seeds=seeds or 0,
        baseline=baseline,
        settings=chosen.settings,
        name=name,
    )
    with place:
        if recipe.key == PETS_RECIPE and chosen.settings:
            show_cost(downloads, chosen.settings, machine)
        show_batch_preview(backend.engine, recipe.key, chosen.settings)
        pressed = _launch_buttons(
            backend,
            request,
            comparisons,
            obstacle=_obstacle(losses, problems, chosen),
            downloads=downloads,
        )
        warn_of_errors(losses, chosen_class_count())
    if pressed and backend.engine:
        try:
            launch(backend.engine, pressed)
        except LossvizError as error:
            show_error(error)


def _obstacle(losses: Sequence[Loss], problems: FieldProblems, chosen: ChosenSettings) -> str:
    """Why nothing can be launched; empty where it can."""
    if not losses:
        return "Choose at least one loss above."
    if problems.found:
        names = and_list([f"**{label}**" for label in problems.found])
        return f"To train, first fill in or correct: {names}."
    return escape_markdown(f"{capitalised(chosen.problem)}.") if chosen.problem else ""


def _pick_recipe() -> str:
    st.session_state[RECIPE_KEY] = read_selection().form.recipe
    return st.selectbox(
        "Dataset",
        list(RECIPES),
        format_func=lambda key: RECIPES[key].name,
        width=300,
        key=RECIPE_KEY,
        on_change=start_from_recipe,
    )


def _pick_seeds(
    problems: FieldProblems, start: FormStart, form: FormValues, losses: int, quotas: Quotas
) -> int | None:
    """How many seeds; None where the field holds no number that will do."""
    most_trials = int(min(MAX_TRIALS, quotas.most("comparison_trials")))
    locked = only_seed()
    if locked is not None:
        draw_caption(training_sentence(locked), width=300)
        return _within(problems, locked + 1, losses, most_trials)
    with field_box("seeds", width=170):
        seeds = whole_number_field(
            problems,
            "Seeds",
            name="seeds",
            key=f"seeds of {start.name}",
            start=form.seeds,
            limits=(1, int(min(MAX_SEEDS, quotas.most("seeds")))),
            help=(
                "Each loss is trained once per seed. A seed fixes split, initial weights and"
                " batches, so that all losses are compared under the same conditions. Three seeds"
                " can show only large differences."
            ),
        )
        if seeds is None:
            return None
        return _within(problems, seeds, losses, most_trials)


def _within(problems: FieldProblems, seeds: int, losses: int, most_trials: int) -> int | None:
    """The number of seeds; None where they make too many trials."""
    if losses * seeds > most_trials:
        problems.show(
            "Seeds",
            f"{losses} losses × {seeds} seeds are {losses * seeds} trials; {most_trials} are"
            f" the most. Enter {most_trials // losses} or fewer.",
        )
        return None
    return seeds


def _pick_baseline(losses: Sequence[Loss], form: FormValues) -> str | None:
    """The spec of the loss that the others are compared with; None where none is chosen."""
    by_id = {loss.id: loss for loss in losses}
    specs = [loss.spec for loss in losses]
    wanted = form.baseline if form.baseline in specs else ""  # it may have been taken away
    usual = wanted or (default_baseline(specs) if specs else "")
    st.session_state[_BASELINE] = next((loss.id for loss in losses if loss.spec == usual), None)
    picked = st.selectbox(
        "Baseline",
        list(by_id),
        index=None,
        format_func=lambda loss_id: by_id[loss_id].label,
        placeholder="Choose a loss first",
        width=230,
        key=_BASELINE,
        on_change=_keep_baseline,
        args=({loss_id: loss.spec for loss_id, loss in by_id.items()},),
        help="Every other loss is compared with this one. It is fixed at launch.",
    )
    return by_id[picked].spec if picked else None


def _keep_baseline(specs: Mapping[str, str]) -> None:
    """Keep which loss was picked; for callbacks.

    Args:
        specs: Of the losses, by their ids.
    """
    keep_form_value("baseline", specs.get(st.session_state[_BASELINE], ""))


def _name_field() -> str:
    """What the comparison will be called; empty for no name."""
    selection = read_selection()
    key = f"name of the next comparison, {selection.form_version}"
    st.session_state.setdefault(key, selection.form.name)
    return st.text_input(
        "Name (optional)",
        max_chars=MOST_CHARACTERS,
        placeholder="No name",
        width=230,
        key=key,
        on_change=keep_field,
        args=("name", key),
        help="By it you find the comparison again. It can be changed later.",
    )


def _choose_settings(
    start: FormStart, problems: FieldProblems, folder: str, backend: TrainingBackend
) -> ChosenSettings:
    settings = pick_settings(
        start, problems, machine=backend.machine, folder=folder, quotas=backend.quotas
    )
    if settings is None:
        return ChosenSettings(settings=None)
    try:
        validate_settings(start.recipe, settings)
        machine = backend.machine
        require_memory(settings, machine.memory_mb, has_accelerator=bool(machine.accelerators))
    except InvalidInput as error:
        return ChosenSettings(settings=None, problem=error_text(error))
    return ChosenSettings(settings=settings)


def question_at_same_rate(settings: Settings | None) -> str:
    """What a comparison at one learning rate for all answers."""
    rate = settings.learning_rate if settings else None
    value = f" of {format_rate(rate)}" if rate else ""
    return f"Which loss makes the fewest errors at the same learning rate{value}?"


QUESTION_AT_BEST_RATES: Final = (
    "Which loss makes the fewest errors at the learning rate that suits it best? The rates are"
    " chosen first, on separate seeds."
)


def _launch_buttons(
    backend: TrainingBackend,
    request: Request,
    comparisons: Sequence[Comparison],
    *,
    obstacle: str,
    downloads: PetsDownloads | None,
) -> Request | None:
    """Draw a button for each of the two questions that a comparison can answer.

    Args:
        backend: Trains it.
        request: What the first button launches.
        comparisons: Those that there are already.
        obstacle: Why neither can be launched; empty where they can.
        downloads: What a launch downloads first.

    Returns:
        What the pressed one launches; None where none was pressed, or where it cannot be launched.
    """
    same, best = request, request.with_rate_search(RateSearch())
    texts = (
        (same, "same learning rate", question_at_same_rate(request.settings)),
        (best, "each loss at its best", QUESTION_AT_BEST_RATES),
    )
    preferred = best if read_selection().form.each_at_best else same
    pressed = None
    columns = st.columns(len(texts), gap="medium")
    for column, (choice, name, question) in zip(columns, texts, strict=True):
        refusal = "" if obstacle else _refusal(backend.engine, choice)
        with column, st.container(gap="xsmall"):
            verb = capitalised(f"{download_words(downloads)}train")
            count = "" if obstacle else f" {_trial_count(choice)}"
            if st.button(
                f"{verb}{count} · {name}",
                type="primary" if choice is preferred else "secondary",
                icon=":material/play_arrow:",
                disabled=not backend.can_start or bool(obstacle or refusal),
                on_click=keep_selection,
                key=f"train, {name}",
            ) and not (obstacle or refusal):  # it may have come after the press
                pressed = choice
            draw_caption(f"{question} {refusal or _time(backend, choice, comparisons)}")
    if obstacle:
        st.warning(obstacle, icon=":material/edit:")
    elif len(request.losses) > 1:
        draw_caption(f"**The plan:** {plan_text(request.seeds)}")
    if backend.engine and backend.quotas:
        draw_caption(left_sentence(backend.quotas, backend.engine.usage()))
    return pressed


def _time(backend: TrainingBackend, request: Request, comparisons: Sequence[Comparison]) -> str:
    """How long a request takes, as far as that is known."""
    known = expected_time(backend, request, comparisons)
    settings = request.settings
    if known or request.recipe != PETS_RECIPE or settings is None:
        return known
    if backend.machine.cluster or backend.machine.accelerators_for(settings.network):
        return ""
    return time_on_processor(
        settings,
        cores=backend.machine.cores,
        trials=request.trials + request.search_trials,
    )


def device_sentence(machine: Machine, network: str) -> str:
    """On what a launch trains.

    >>> device_sentence(Machine(cores=2), "resnet18")
    "Trained on this machine's processor (2 cores)."
    """
    return f"Trained on {machine.describe(network)}."


def _refusal(engine: VisitorEngine | None, request: Request) -> str:
    """Why a request cannot be launched that no field shows; empty where it can."""
    reason = refusal_of(engine, request)
    return f"**Not possible:** {escape_markdown(reason)}." if reason else ""


def _trial_count(request: Request) -> str:
    judged = count_of(request.trials, "trial", "trials")
    return f"{request.search_trials} + {judged}" if request.search_trials else judged


def plan_text(seeds: int) -> str:
    """What a launch fixes."""
    return (
        f"{count_of(seeds, 'seed', 'seeds')} per loss; each loss is compared with the baseline by"
        " its error rate after the last epoch. The plan is fixed at launch, so that looking at the"
        " results early does not mislead."
    )
