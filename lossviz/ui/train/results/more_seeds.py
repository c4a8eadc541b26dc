"""The button that trains every loss of a comparison on more seeds, once its plan has ended."""

from __future__ import annotations

from statistics import fmean
from typing import Final

import streamlit as st

from lossviz.errors import InvalidInput, QuotaExceeded
from lossviz.experiments.comparison_data import ComparisonData
from lossviz.experiments.descriptions import format_duration
from lossviz.experiments.judging.judgement import Judgement
from lossviz.experiments.permissions import Action
from lossviz.experiments.plan import with_added_seeds
from lossviz.experiments.quotas import UNLIMITED, Quotas
from lossviz.ui.markdown import count_of
from lossviz.ui.text import draw_caption
from lossviz.ui.train.backend import TrainingBackend
from lossviz.ui.train.refusals import refusals_shown

SEEDS: Final = 4  # at a press


def more_seeds_button(backend: TrainingBackend, data: ComparisonData, judgement: Judgement) -> None:
    """Offer more seeds, and say what they cost; nothing before all trials have ended, or where no
    more are allowed.

    Side effects: a press trains them.
    """
    if backend.engine is None or not data.has_ended or len(judgement.losses) < 2:
        return
    if not backend.may(Action.ADD_SEEDS, data.comparison):
        return
    count = most_addable(data, backend.quotas)
    if not count:
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        label = f"Add {count_of(count, 'seed', 'seeds')}"
        if st.button(label, icon=":material/add:", key="add seeds"):
            with refusals_shown():
                backend.engine.add_seeds(data.comparison.id, count)
                st.rerun()
        draw_caption(cost_of_seeds(data, judgement, count))


def most_addable(data: ComparisonData, quotas: Quotas = UNLIMITED) -> int:
    """How many seeds a press adds: ``SEEDS``, or as many as are allowed."""
    for count in range(SEEDS, 0, -1):
        try:
            grown, _ = with_added_seeds(data.comparison, count, data.trials)
            quotas.require_size(grown)
        except (InvalidInput, QuotaExceeded):
            continue
        return count
    return 0


def cost_of_seeds(data: ComparisonData, judgement: Judgement, count: int) -> str:
    """What more seeds cost: wider limits, and time."""
    limits = (
        "the intervals stay wide, as seeds were added after the results were seen"
        if data.comparison.added_seeds
        else "the intervals get wider, as the plan changes after the results were seen"
    )
    seconds = [loss.seconds for loss in judgement.losses if loss.seconds is not None]
    if not seconds:
        return f"{limits[0].upper()}{limits[1:]}."
    trials = count * len(judgement.losses)
    one_by_one_s = fmean(seconds) * trials
    took = format_duration(one_by_one_s / min(trials, data.preparation.at_once))
    return f"{limits[0].upper()}{limits[1:]}; it takes about {took}."
