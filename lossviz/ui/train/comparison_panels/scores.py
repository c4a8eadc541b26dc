"""Probabilities scored, beside the baseline: as trained, and with their scale fitted."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from types import MappingProxyType
from typing import Final

import streamlit as st

from lossviz.experiments.access.visitor_store import VisitorStore
from lossviz.experiments.analysis.score_differences import (
    SCALED_SCORES,
    ScoreDifference,
    TemperatureEffect,
    score_difference,
    temperature_effect,
)
from lossviz.experiments.comparison_data import ComparisonData
from lossviz.experiments.records import Comparison, Evaluation, TemperatureScaling, Trial
from lossviz.ui.text import draw_caption
from lossviz.ui.train.comparison_panels.choices import label_of, trials_of
from lossviz.ui.train.comparison_panels.panel_table import panel_table

_SCORES: Final[Mapping[str, Callable[[Evaluation], float | None]]] = MappingProxyType(
    {"Brier score": attrgetter("brier"), "negative log-likelihood": attrgetter("nll")}
)


def show_scores(data: ComparisonData, finished: Sequence[Trial]) -> None:
    """Draw a table of Brier scores and negative log-likelihoods.

    Args:
        data: The comparison.
        finished: Its trials that have finished and may be paired, see ``comparable_trials``.
    """
    st.subheader("Brier score and negative log-likelihood", anchor=False)
    drawn = [_draw_score(data, finished, name, score) for name, score in _SCORES.items()]
    if not any(drawn):
        draw_caption("No trial that has finished has these scores together with the baseline's.")
        return
    draw_caption(
        "Means over the seeds that both losses have under the same conditions, with the 95%"
        " interval of the paired differences. Lower is better for both scores. Only the error rate"
        " was planned, so only it gets a verdict: each interval is computed as if it were the only"
        " one, and about one of twenty such misses by chance."
    )


def _draw_score(
    data: ComparisonData,
    finished: Sequence[Trial],
    name: str,
    score: Callable[[Evaluation], float | None],
) -> bool:
    """Draw a table of one score; return whether there was anything to draw."""
    baseline = data.comparison.plan.baseline
    at_baseline = _last(data, finished, baseline, score)
    cells = {
        loss: _score_cells(found, loss == baseline)
        for loss in data.comparison.losses
        if (found := score_difference(_last(data, finished, loss, score), at_baseline))
    }
    if not cells:
        return False
    heads = ("loss", name, f"minus {label_of(baseline)}'s, with 95% interval", "in words")
    st.html(panel_table(data.comparison.losses, cells, heads=heads, name=f"{name} of each loss"))
    return True


def _last(
    data: ComparisonData,
    finished: Sequence[Trial],
    loss: str,
    score: Callable[[Evaluation], float | None],
) -> dict[int, float]:
    found: dict[int, float] = {}
    for trial in finished:
        value = score(data.last[trial.id]) if trial.id in data.last else None
        if trial.loss == loss and value is not None:
            found[trial.seed] = value
    return found


def _score_cells(found: ScoreDifference, is_baseline: bool) -> tuple[str, str, str]:
    mean = f"{found.mean:.3f}"
    if is_baseline:
        return (mean, "", "baseline")
    return (mean, _difference_text(found), found.words)


def _difference_text(found: ScoreDifference) -> str:
    text = _signed(found.difference.mean)
    if found.difference.interval is None:
        return text
    low, high = found.difference.interval
    return f"{text} ({_signed(low)} to {_signed(high)})"


def _signed(value: float) -> str:
    return f"{value:+.3f}".replace("-", "−")


def show_temperatures(store: VisitorStore, data: ComparisonData, finished: Sequence[Trial]) -> None:
    """Draw a table of what dividing the logits by a number changes.

    Args:
        store: Where predictions are read from.
        data: The comparison.
        finished: Its trials that have finished and may be paired, see ``comparable_trials``.
    """
    st.subheader("What temperature scaling changes", anchor=False)
    comparison = data.comparison
    by_loss = {
        loss: _temperatures(
            store, comparison.id, trials_of(finished, loss, {trial.seed for trial in finished})
        )
        for loss in comparison.losses
    }
    if not _draw_temperatures(comparison, by_loss):
        draw_caption("No temperature has been fitted together with the baseline's yet.")
        return
    draw_caption(
        "All logits of a network are divided by one number, its temperature, which is fitted on"
        " half of its validation images and measured on the other half. It changes no predicted"
        " class, only the confidence: a difference that disappears was one of scale. A temperature"
        " above 1 means that the network was overconfident."
    )


def _draw_temperatures(
    comparison: Comparison, by_loss: Mapping[str, Mapping[int, TemperatureScaling]]
) -> bool:
    """Draw a table for each score; return whether there was anything to draw."""
    baseline = comparison.plan.baseline
    name = label_of(baseline)
    for score in SCALED_SCORES:
        effects = {
            loss: effect
            for loss, scaled in by_loss.items()
            if (effect := temperature_effect(scaled, by_loss[baseline], score))
        }
        if not effects:
            return False
        cells = {loss: _effect_cells(effect, loss == baseline) for loss, effect in effects.items()}
        heads = (
            "loss",
            "temperature",
            score.name,
            f"minus {name}'s, as trained",
            f"minus {name}'s, scaled",
            "in words",
        )
        title = f"temperature scaling and the {score.name}"
        st.html(panel_table(comparison.losses, cells, heads=heads, name=title))
    return True


def _effect_cells(effect: TemperatureEffect, is_baseline: bool) -> tuple[str, ...]:
    cells = (f"{effect.temperature:.2f}", f"{effect.before.mean:.3f} → {effect.after.mean:.3f}")
    if is_baseline:
        return (*cells, "", "", "baseline")
    before, after = effect.before.words, effect.after.words
    return (
        *cells,
        _difference_text(effect.before),
        _difference_text(effect.after),
        before if before == after else f"{before} → {after}",
    )


def _temperatures(
    store: VisitorStore, comparison_id: str, trials: Sequence[Trial]
) -> dict[int, TemperatureScaling]:
    seeds = {trial.id: trial.seed for trial in trials}
    found = _temperatures_of_finished(store, str(store.path), comparison_id, tuple(seeds))
    return {seeds[trial_id]: scaling for trial_id, scaling in found.items()}


@st.cache_data(show_spinner=False, max_entries=100)
def _temperatures_of_finished(
    _store: VisitorStore, path: str, comparison_id: str, trial_ids: tuple[str, ...]
) -> dict[str, TemperatureScaling]:
    predictions = _store.predictions(comparison_id, trial_ids=trial_ids)
    return {
        trial_id: one.temperature
        for trial_id, one in predictions.items()
        if one.temperature is not None
    }
