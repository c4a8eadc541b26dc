"""The verdict on a comparison, in sentences."""

from __future__ import annotations

import streamlit as st

from lossviz.experiments.comparison_data import ComparisonData
from lossviz.experiments.judging.judgement import Judgement
from lossviz.ui.templates import render
from lossviz.ui.train.backend import TrainingBackend
from lossviz.ui.train.results.more_seeds import more_seeds_button
from lossviz.ui.train.results.verdict_text import (
    CLAIMS,
    KORNBLITH,
    KORNBLITH_LINK,
    ONE_LOSS,
    is_undecided,
    plan_sentence,
    training_warning,
    verdict_lines,
)


def show_summary(judgement: Judgement) -> None:
    """Say in a sentence what the comparison shows so far of all losses.

    It stands above the race, which the longer verdict would push out of view while it grows.
    """
    summary = judgement.verdicts.summary if judgement.verdicts else ONE_LOSS
    st.html(render("verdict/verdict_summary.html", summary=summary))


def show_verdict(backend: TrainingBackend, data: ComparisonData, judgement: Judgement) -> None:
    """Say what the comparison shows so far, of each loss; offer more seeds at its end.

    Side effects: a press trains more seeds.
    """
    st.header("The verdict", anchor=False)
    lines = verdict_lines(judgement)
    st.html(
        render(
            "verdict/verdict.html",
            plan=plan_sentence(judgement),
            lines=lines,
            warning=training_warning(judgement),
            kornblith=KORNBLITH if is_undecided(judgement) else "",
            kornblith_link=KORNBLITH_LINK,
            claims=CLAIMS if any(line.new_images for line in lines) else "",
        )
    )
    more_seeds_button(backend, data, judgement)
