"""The race: what is measured of each loss as it trains, and its replay."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

import streamlit as st

from lossviz.charts.loss_style import LossStyle, styled_losses
from lossviz.charts.race import (
    FROM_BEST,
    LEARNING_RATE,
    MEASURES,
    MOST_DRAWN,
    OVER,
    SCALES,
    RaceView,
    race_layout,
)
from lossviz.charts.relative_loss import lowest_value
from lossviz.experiments.comparison_data import ComparisonData
from lossviz.experiments.descriptions import and_list
from lossviz.experiments.feed import Feed, cursors_of, read_cursors
from lossviz.experiments.plan import class_count
from lossviz.experiments.rate_search import chosen_rates
from lossviz.losses.functions import loss_label
from lossviz.ui.components.race_chart.component import race_chart
from lossviz.ui.legend_key import legend_key
from lossviz.ui.state.view import is_shown
from lossviz.ui.train.launching.launches import launched_here
from lossviz.ui.train.seed_lock import shown_seed

_KEY: Final = "race"
_SENT: Final = "race: what the browser has"  # in the session: a comparison's id, and cursors
_MOST_SMOOTHING: Final = 0.95
_ONE_LINE: Final = LossStyle(color="#808080", dash="solid")  # that stands for all losses


def show_race(feed: Feed, data: ComparisonData, *, on_poll: Callable[[], None]) -> None:
    """Draw the race, with what it shows to choose from, and send what the browser has not; of one
    seed where the page's link names one.

    Args:
        feed: Of the comparison.
        data: The comparison.
        on_poll: Called when the browser has asked for what is new, before this runs again.

    Side effects: notes in the session what was sent.
    """
    st.header("The race: learning curves", anchor=False)
    with st.container(
        horizontal=True, vertical_alignment="center", gap="small", key="race-controls"
    ):
        view = _choose_view(data)
    measure = MEASURES[view.measure]
    comparison = data.comparison
    seed = shown_seed(data)
    # the browser keeps what it has been sent by this name
    shown = comparison.id if seed is None else f"{comparison.id} seed {seed}"
    news = feed.since(_sent(shown), measure.kinds, seed=seed)
    message = {
        **news,
        "comparison": shown,
        "running": not (data.has_ended and feed.is_checked),
        "ended": data.has_ended,
        "created_at": comparison.created_at,
        "losses": _losses(data, together=_is_one_line(view, data)),
        "view": {
            "kinds": measure.kinds,
            "column": measure.column,
            "relative": measure.relative,
            "over": "seconds" if view.axis == "seconds" else "at",
            "scale": view.unit,
            "fromBest": view.scale == FROM_BEST,
            "smoothing": view.smoothing,
            "factor": 100 if measure.in_percent else 1,
            "digits": view.digits,
            "suffix": view.suffix,
            "together": _is_one_line(view, data),
        },
        "layout": json.loads(race_layout(comparison.id, comparison.settings, view))["layout"],
        "words": _words(view, data),
        "arrive": launched_here(comparison.id),
    }
    st.session_state[_SENT] = (shown, {**_sent(shown), **cursors_of(news)})

    def polled(value: object) -> None:
        st.session_state[_SENT] = (shown, read_cursors(value))
        on_poll()

    race_chart(
        message,
        key=_KEY,
        label=f"{view.y_title}, over {OVER[view.axis]}, for each loss",
        on_poll=polled,
    )


def _sent(shown: str) -> Mapping[str, Any]:
    of, cursors = st.session_state.get(_SENT, ("", {}))
    return cursors if of == shown else {}


def _choose_view(data: ComparisonData) -> RaceView:
    measure = _control("Measure", list(MEASURES), label_visibility="collapsed")
    over, scale, smoothing = next(iter(OVER)), next(iter(SCALES)), 0.0
    if is_shown("axes"):
        with st.popover("Axes", icon=":material/tune:", key="race-axes"):
            over = _control("Horizontal axis", list(OVER))
            # a learning rate has no best
            without = {FROM_BEST} if measure == LEARNING_RATE else set()
            scale = _control("Vertical axis", [each for each in SCALES if each not in without])
            smoothing = st.slider(
                "Smoothing", 0.0, _MOST_SMOOTHING, 0.0, step=0.05, key="race: smoothing"
            )
    return RaceView(
        measure=measure,
        over=over,
        scale=scale,
        smoothing=smoothing,
        images=next((t.training_images for t in data.trials if t.training_images), None),
        validation_images=next(
            (t.validation_images for t in data.trials if t.validation_images), None
        ),
    )


def _control(label: str, options: list[str], **settings: Any) -> str:
    key = f"race: {label}"
    if st.session_state.get(key) not in options:
        st.session_state[key] = options[0]
    chosen = st.segmented_control(label, options, required=True, key=key, **settings)
    return str(chosen)


def _is_one_line(view: RaceView, data: ComparisonData) -> bool:
    """Whether what is drawn is the same for all losses: a learning rate that they share."""
    if view.measure != LEARNING_RATE:
        return False
    rates = [chosen_rates(data.trials).get(loss) for loss in data.comparison.losses]
    return data.comparison.rate_search is None or (None not in rates and len(set(rates)) == 1)


def _same_rates(data: ComparisonData) -> list[list[str]]:
    """The labels of losses that chose one learning rate, where they are several."""
    by_rate: dict[float, list[str]] = {}
    for spec, rate in chosen_rates(data.trials).items():
        by_rate.setdefault(rate, []).append(loss_label(spec))
    return [labels for labels in by_rate.values() if len(labels) > 1]


def _losses(data: ComparisonData, *, together: bool = False) -> list[dict[str, object]]:
    if together:
        return [_drawn("", "all losses", _ONE_LINE, lowest=None)]
    classes = class_count(data.comparison, data.preparation)
    return [
        _drawn(
            spec,
            styled.label,
            styled.style,
            lowest=lowest_value(styled.loss, classes) if styled.loss else None,
        )
        for spec, styled in styled_losses(data.comparison.losses).items()
    ]


def _drawn(spec: str, label: str, style: LossStyle, *, lowest: float | None) -> dict[str, object]:
    return {
        "spec": spec,
        "label": label,
        "color": style.color,
        "dash": style.dash,
        "swatch": legend_key(style),
        "lowest": lowest,
    }


def _words(view: RaceView, data: ComparisonData) -> dict[str, str]:
    """What the chart says of itself beside what only its lines know."""
    return {
        "measure": view.y_title,
        "waiting": _what_it_waits_for(data),
        "caption": " ".join(_caption(view, data)),
        "replay": "The replay moves only this chart; the verdict and the table show the end.",
        "thinned": "Of a comparison this long, the replay shows evenly spaced points only.",
    }


def _what_it_waits_for(data: ComparisonData) -> str:
    """Why there are no lines yet."""
    if data.has_ended:
        return "Nothing was measured."
    if data.comparison.rate_search and not chosen_rates(data.trials):
        return "First a learning rate is chosen for each loss, on separate seeds."
    return "Waiting for the first measurement."


def _caption(view: RaceView, data: ComparisonData) -> list[str]:
    said = []
    if view.scale == FROM_BEST:
        said.append("The best mean so far is the lowest that any loss has reached until then.")
    if view.smoothing:
        said.append(
            f"Smoothed: an exponential moving average with weight {view.smoothing:.2f} on the past,"
            " corrected for its start."
        )
    if MEASURES[view.measure].relative:
        said.append(
            "Values of different losses cannot be compared, so each has a scale of its own: 1 is"
            " its first value, 0 the lowest found for any p. A line that leaves the chart has risen"
            f" above {MOST_DRAWN:g}."
        )
        if missing := [loss["label"] for loss in _losses(data) if loss["lowest"] is None]:
            names = ", ".join(map(str, missing))
            said.append(f"Not drawn, as its lowest value is not known: {names}.")
    if _is_one_line(view, data):
        said.append("All losses take the same learning rate, so one line stands for all.")
    elif view.measure == LEARNING_RATE:
        said += [
            f"The lines of {and_list(labels)} coincide: they take the same learning rate."
            for labels in _same_rates(data)
        ]
    if view.over != view.axis:
        said.append("How many images an epoch has is not known, so the axis shows epochs.")
    if view.axis == "seconds" and any(found.seconds is None for found in data.last.values()):
        said.append("Not drawn: trials of an earlier lossviz, which recorded no times.")
    return said
