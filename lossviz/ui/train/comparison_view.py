"""Watching a comparison: how far it is, its verdict, the race, its results and what lies behind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, TypeAlias

import streamlit as st

from lossviz.errors import LossvizError
from lossviz.experiments.access.visitor_store import VisitorStore
from lossviz.experiments.comparison_data import ComparisonData
from lossviz.experiments.feed import Feed
from lossviz.experiments.judging.judgement import Judgement, judge_comparison
from lossviz.experiments.records import Comparison
from lossviz.ui.fragments import fragment, rerun_parts
from lossviz.ui.messages import show_error, shown
from lossviz.ui.state.view import is_shown
from lossviz.ui.train.backend import TrainingBackend
from lossviz.ui.train.gallery.recorded_view import show_recorded
from lossviz.ui.train.launching.named_experiments import show_question
from lossviz.ui.train.pace import are_results_due, note_drawn
from lossviz.ui.train.panels import show_panels
from lossviz.ui.train.progress import show_progress
from lossviz.ui.train.race import show_race
from lossviz.ui.train.results.finished_trials import finished_trials
from lossviz.ui.train.results.results import show_results
from lossviz.ui.train.results.trial_details import trial_details
from lossviz.ui.train.results.verdict import show_summary, show_verdict
from lossviz.ui.train.seed_lock import narrowed, show_lock, shown_seed, without_verdict
from lossviz.ui.train.unreadable_rows import show_unreadable

_Part: TypeAlias = Callable[[TrainingBackend, Feed, Comparison, ComparisonData], None]


def watch_comparison(backend: TrainingBackend, comparison: Comparison) -> None:
    """Show a comparison. As long as it runs, the race's chart asks for what is new."""
    # a button may have started trials a moment ago, and who takes it for ended asks no more
    running = not backend.feed(comparison.id).data(comparison, anew=True).has_ended
    # the race's chart asks for what is new; where it is hidden, the other parts do
    every_s = _EVERY_S if running and not is_shown("race") else None
    for key, draw in _PARTS.items():
        _draw_part(backend, comparison, running, key, draw, every_s)


def _draw_part(
    backend: TrainingBackend,
    comparison: Comparison,
    running: bool,
    key: str,
    draw: _Part,
    every_s: float | None,
) -> None:
    page_runs = True

    def part() -> None:
        try:  # the page's own handler does not reach a fragment that runs again
            # asked for anew, as it may be deleted by now, or no longer shared with this visitor
            feed = backend.feed(comparison.id)
            if backend.visitor.is_deployer:
                data = feed.data(comparison)
            else:
                data = feed.data_without_server(comparison, shown)
            if running and data.has_ended:
                st.rerun()  # the whole page once more: what can be done now is another
            draw(backend, feed, comparison, data)
        except LossvizError as error:
            if not page_runs:
                st.rerun()  # the other parts are over too
            show_error(error)

    fragment(part, run_every=every_s, key=key)()
    page_runs = False


def _draw_state(backend: TrainingBackend, feed: Feed, _: Comparison, data: ComparisonData) -> None:
    show_unreadable(feed.unreadable)
    show_progress(backend, data)
    show_lock(data)
    if shown_seed(data) is not None or not is_shown("verdict"):
        return
    judgement = _judge(backend.store, data)
    show_question(judgement, ended=data.has_ended)
    show_recorded(backend, judgement)
    show_summary(judgement)


def _draw_race(
    _: TrainingBackend, feed: Feed, comparison: Comparison, data: ComparisonData
) -> None:
    if not is_shown("race"):
        return

    def polled() -> None:
        rerun_parts(*(_PARTS if are_results_due(feed, comparison) else (_STATE, _RACE)))

    show_race(feed, data, on_poll=polled)


def _draw_results(
    backend: TrainingBackend, feed: Feed, comparison: Comparison, data: ComparisonData
) -> None:
    note_drawn(feed, comparison)
    seed = shown_seed(data)
    if seed is None:
        judgement = _judge(backend.store, data)
    else:
        judgement, data = _of_seed(backend.store, data, seed)
    if seed is None and is_shown("verdict"):
        show_verdict(backend, data, judgement)
    if is_shown("results"):
        show_results(backend, data, judgement)
    if is_shown("trial"):
        trial_details(backend, comparison, data.trials)
    if is_shown("panels"):
        show_panels(backend, data)


_EVERY_S: Final = 2.0
_STATE, _RACE, _RESULTS = "comparison: state", "comparison: race", "comparison: results"
# Each can run again without the others; the results cost several times what the rest does.
_PARTS: Final[Mapping[str, _Part]] = MappingProxyType(
    {_STATE: _draw_state, _RACE: _draw_race, _RESULTS: _draw_results}
)


def _judge(store: VisitorStore, data: ComparisonData) -> Judgement:
    kept = finished_trials(store, data.comparison.id)

    def judge() -> Judgement:
        earlier = kept.earlier_evaluations(store, data.comparison, data.trials)
        return judge_comparison(data, earlier=earlier)

    return kept.of_state(data, "judgement", judge)


def _of_seed(
    store: VisitorStore, data: ComparisonData, seed: int
) -> tuple[Judgement, ComparisonData]:
    """One seed's numbers, and what is known of it."""

    def narrow() -> tuple[Judgement, ComparisonData]:
        of_seed = narrowed(data, seed)
        return without_verdict(judge_comparison(of_seed)), of_seed

    return finished_trials(store, data.comparison.id).of_state(data, ("seed", seed), narrow)
