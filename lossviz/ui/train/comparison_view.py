"""Watching a comparison: how far it is, its verdict, the race, its results and what lies behind."""

from __future__ import annotations

import streamlit as st

from lossviz.errors import LossvizError
from lossviz.experiments.access.visitor_store import VisitorStore
from lossviz.experiments.comparison_data import ComparisonData
from lossviz.experiments.feed import Feed
from lossviz.experiments.judging.judgement import Judgement, judge_comparison
from lossviz.experiments.records import Comparison
from lossviz.ui.fragments import fragment
from lossviz.ui.messages import sees_server, show_error, shown
from lossviz.ui.train.backend import TrainingBackend
from lossviz.ui.train.launching.named_experiments import show_question
from lossviz.ui.train.panels import show_panels
from lossviz.ui.train.progress import show_progress
from lossviz.ui.train.race import show_race
from lossviz.ui.train.results.finished_trials import finished_trials
from lossviz.ui.train.results.results import show_results
from lossviz.ui.train.results.verdict import show_summary, show_verdict
from lossviz.ui.train.unreadable_rows import show_unreadable


def watch_comparison(backend: TrainingBackend, comparison: Comparison) -> None:
    """Show a comparison. As long as it runs, the race's chart asks for what is new."""
    # a button may have started trials a moment ago, and who takes it for ended asks no more
    running = not backend.feed(comparison.id).data(comparison, anew=True).has_ended

    def panel() -> None:
        try:  # the page's own handler does not reach a fragment that runs again
            # asked for anew, as it may be deleted by now, or no longer shared with this visitor
            _panel(backend, backend.feed(comparison.id), comparison, running)
        except LossvizError as error:
            show_error(error)

    fragment(panel)()


def _panel(backend: TrainingBackend, feed: Feed, comparison: Comparison, running: bool) -> None:
    if sees_server():
        data = feed.data(comparison)
    else:
        data = feed.data_without_server(comparison, shown)
    if running and data.has_ended:
        st.rerun()  # the whole page once more: what can be done now is another
    show_unreadable(feed.unreadable)
    show_progress(backend, data)
    judgement = _judge(backend.store, data)
    show_question(judgement, ended=data.has_ended)
    show_summary(judgement)
    show_race(feed, data)
    show_verdict(backend, data, judgement)
    show_results(backend, data, judgement)
    show_panels(backend, data)


def _judge(store: VisitorStore, data: ComparisonData) -> Judgement:
    kept = finished_trials(store, data.comparison.id)

    def judge() -> Judgement:
        earlier = kept.earlier_evaluations(store, data.comparison, data.trials)
        return judge_comparison(data, earlier=earlier)

    return kept.of_state(data, "judgement", judge)
