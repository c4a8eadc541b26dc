"""Whether the networks are right as often as they say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import streamlit as st

from lossviz.charts.calibration import reliability_figure
from lossviz.charts.loss_style import styled_losses
from lossviz.experiments.access.visitor_store import VisitorStore
from lossviz.experiments.analysis.calibration import (
    BINS,
    REDRAWS,
    Binning,
    Calibration,
    calibration_of,
)
from lossviz.experiments.comparison_data import ComparisonData
from lossviz.experiments.judging.judgement import comparable_trials
from lossviz.experiments.records import Trial, TrialState
from lossviz.ui.components.live_chart.component import live_chart
from lossviz.ui.legend_key import legend_key
from lossviz.ui.markdown import escape_markdown
from lossviz.ui.number_text import decimals, percent
from lossviz.ui.templates import render
from lossviz.ui.text import draw_caption
from lossviz.ui.train.backend import TrainingBackend
from lossviz.ui.train.comparison_panels.choices import label_of, pick_losses, pick_seeds, trials_of
from lossviz.ui.train.comparison_panels.panel_table import panel_table
from lossviz.ui.train.comparison_panels.predictions import recorded_note
from lossviz.ui.train.comparison_panels.scores import show_scores, show_temperatures

_PANEL: Final = "calibration"
_BINNINGS: Final[Mapping[str, Binning]] = {
    f"{BINS} equally wide": "width",
    f"{BINS} equally full": "mass",
}
_CHART_PX: Final = 330


def show_calibration(backend: TrainingBackend, data: ComparisonData) -> None:
    """Draw the reliability diagrams, the scores beside the baseline's, and what scaling changes."""
    comparison = data.comparison
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        drawn = pick_losses(comparison, panel=_PANEL)
        seeds = pick_seeds(data, panel=_PANEL, pooled="all seeds together")
        binning = st.segmented_control(
            "Bins",
            list(_BINNINGS),
            default=next(iter(_BINNINGS)),
            required=True,
            key=f"bins {comparison.id}",
        )
    finished = [trial for trial in data.trials if trial.state is TrialState.FINISHED]
    found = {
        loss: calibration
        for loss in comparison.losses
        if (
            calibration := _calibration(
                backend.store, comparison.id, trials_of(finished, loss, seeds), _BINNINGS[binning]
            )
        )
    }
    if not found:
        draw_caption(
            "No trial has reported its predictions yet: each does so when it finishes. Trials of an"
            " earlier lossviz did not."
        )
        return
    _draw_diagrams(data, {loss: found[loss] for loss in drawn if loss in found})
    _show_calibration_errors(data, found, seeds, finished)
    paired = comparable_trials(data)
    show_scores(data, paired)
    show_temperatures(backend.store, data, paired)


def _calibration(
    store: VisitorStore, comparison_id: str, trials: Sequence[Trial], binning: Binning
) -> Calibration | None:
    ids = tuple(trial.id for trial in trials)
    return _calibration_of_finished(store, str(store.path), comparison_id, ids, binning)


@st.cache_data(show_spinner=False, max_entries=200)
def _calibration_of_finished(
    _store: VisitorStore,
    path: str,
    comparison_id: str,
    trial_ids: tuple[str, ...],
    binning: Binning,
) -> Calibration | None:
    predictions = _store.predictions(comparison_id, trial_ids=trial_ids)
    return calibration_of(list(predictions.values()), binning=binning) if predictions else None


def _draw_diagrams(data: ComparisonData, found: Mapping[str, Calibration]) -> None:
    styled = styled_losses(data.comparison.losses)
    places = [column for _ in range(0, len(found), 2) for column in st.columns(2, gap="medium")]
    for place, (loss, calibration) in enumerate(found.items()):
        label = styled[loss].label
        with places[place]:
            key = legend_key(styled[loss].style)
            st.html(render("loss_title.html", legend_key=key, name=label))
            live_chart(
                reliability_figure(calibration, styled[loss].style, zoom_of=data.comparison.id),
                key=f"reliability {place}",
                label=f"accuracy over confidence of {label}; the table below has the numbers",
                height_px=_CHART_PX,
            )
    draw_caption(
        "Each dot stands for the images of one bin; its area shows how many. On the dotted line a"
        " network is right as often as its confidence says; below it, the network is"
        " overconfident. The grey band is where a perfectly calibrated network with these"
        " confidences would lie 95 times out of 100, bin by bin: labels are drawn at random from"
        f" the confidences, {REDRAWS:,} times."
    )


def _show_calibration_errors(
    data: ComparisonData,
    found: Mapping[str, Calibration],
    seeds: Sequence[int],
    finished: Sequence[Trial],
) -> None:
    cells = {
        loss: (
            f"{one.images:,}",
            percent(one.confidence),
            percent(one.accuracy),
            percent(one.error),
            f"{decimals(100 * one.null_error[0], 1)} to {percent(one.null_error[1])}",
            _error_words(one),
        )
        for loss, one in found.items()
    }
    heads = (
        "loss",
        "images",
        "mean confidence",
        "accuracy",
        "calibration error (ECE)",
        "if calibrated",
        "in words",
    )
    st.html(
        panel_table(data.comparison.losses, cells, heads=heads, name="calibration of each loss")
    )
    text = (
        "Read a calibration error beside the column “if calibrated”: what a perfectly calibrated"
        " network with the same confidences shows by chance with so few images. It depends on the"
        " bins too."
    )
    for loss, one in found.items():
        if note := recorded_note(trials_of(finished, loss, seeds), one.images):
            text += f" {label_of(loss)}:{note}"
    if len(seeds) > 1:
        text += (
            " The predictions of all seeds are pooled. An image that several seeds validate on"
            " counts once for each, as if it were another image, so the bands are a little too"
            " narrow."
        )
    draw_caption(escape_markdown(text))


def _error_words(one: Calibration) -> str:
    if one.error <= one.null_error[1]:
        return "no miscalibration found"
    return "overconfident" if one.confidence > one.accuracy else "underconfident"
