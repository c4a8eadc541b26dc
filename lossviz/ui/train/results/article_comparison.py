"""The article's eight numbers beside those of a comparison on its images."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import streamlit as st
from markupsafe import Markup

from lossviz.charts.loss_style import styled_losses
from lossviz.experiments.judging.article_results import (
    ARTICLE_IMAGES,
    ARTICLE_RECIPE,
    ARTICLE_RUNS,
    ArticleRun,
)
from lossviz.experiments.judging.judgement import Judgement, LossJudgement
from lossviz.experiments.recipes import get_recipe
from lossviz.losses.functions import loss_label
from lossviz.statistics.proportion import proportion_interval
from lossviz.ui.legend_key import legend_key
from lossviz.ui.markdown import count_of
from lossviz.ui.number_text import decimals, error_percent
from lossviz.ui.templates import render

_CLOSE: Final = ("cross_entropy", "inverse_power:k=0.2")  # the two that the article compares


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleRow:
    """A loss of the article.

    Attributes:
        loss: The loss as one string.
        legend_key: Its line, as the charts draw it.
        label: Its name.
        frozen: The article's error rate after the epoch of the last layer.
        unfrozen: The same after the epoch of all layers.
        wrong: How many images that are.
        interval: Where its error rate lies, by those images alone.
        ours: Our mean and standard deviation; empty where no seed has finished.
        seeds: How many seeds these are of.
    """

    loss: str
    legend_key: Markup
    label: str
    frozen: str
    unfrozen: str
    wrong: str
    interval: str
    ours: str
    seeds: str


def show_article(judgement: Judgement) -> None:
    """Draw the article's table beside ours where the comparison has its images and its losses."""
    comparison = judgement.comparison
    if comparison.recipe != ARTICLE_RECIPE or not set(ARTICLE_RUNS) & set(comparison.losses):
        return
    st.header("The article's numbers", anchor=False)
    own = comparison.settings == get_recipe(ARTICLE_RECIPE).settings
    st.html(
        render(
            "train/results/article_comparison.html",
            rows=article_rows(judgement),
            images=f"{ARTICLE_IMAGES:,}",
            sentence=one_run_sentence(),
            settings="" if own else "This comparison was trained with other settings.",
        )
    )


def article_rows(judgement: Judgement) -> list[ArticleRow]:
    """The article's losses, in its order."""
    styled = styled_losses(tuple(ARTICLE_RUNS))
    trained = {loss.loss: loss for loss in judgement.losses if loss.finished}
    return [
        ArticleRow(
            loss=run.loss,
            legend_key=legend_key(styled[run.loss].style),
            label=styled[run.loss].label,
            frozen=error_percent(run.frozen, ARTICLE_IMAGES),
            unfrozen=error_percent(run.unfrozen, ARTICLE_IMAGES),
            wrong=str(run.wrong_images),
            interval=_interval(run),
            **_ours(trained.get(run.loss), judgement.images),
        )
        for run in ARTICLE_RUNS.values()
    ]


def one_run_sentence() -> str:
    """That one run cannot tell the two apart between which the article chooses."""
    first, second = (ARTICLE_RUNS[loss] for loss in _CLOSE)
    names = [loss_label(loss) for loss in _CLOSE]
    return (
        f"{first.wrong_images} and {second.wrong_images} of {ARTICLE_IMAGES:,} images wrong, for"
        f" {names[0]} and {names[1]}: with {_interval(first)} and {_interval(second)} one run"
        " cannot tell them apart."
    )


def _interval(run: ArticleRun) -> str:
    low, high = proportion_interval(run.wrong_images, ARTICLE_IMAGES)
    return f"{decimals(100 * low, 1)} to {decimals(100 * high, 1)}%"


def _ours(loss: LossJudgement | None, images: int | None) -> dict[str, str]:
    if loss is None or loss.mean is None:
        return {"ours": "", "seeds": ""}
    return {
        "ours": error_percent(loss.mean, images, deviation=loss.deviation),
        "seeds": count_of(len(loss.finished), "seed", "seeds"),
    }
