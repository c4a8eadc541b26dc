"""The views of a lesson, drawn with the components of the pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Final

import streamlit as st

from lossviz.errors import LossvizError
from lossviz.experiments.gallery.cards import CARDS
from lossviz.experiments.named_experiments import EXPERIMENTS
from lossviz.losses.loss import Loss
from lossviz.losses.parsing import loss_from_spec
from lossviz.ui.components.arrow_plane.component import plane
from lossviz.ui.components.class_bars.component import classes_bars
from lossviz.ui.components.curve_chart.component import curve_chart
from lossviz.ui.components.parameter_slider.component import parameter_slider
from lossviz.ui.components.simplex.component import simplex
from lossviz.ui.geometry.many_classes import PRESETS
from lossviz.ui.geometry.three_classes import STARTS, TRUTHS
from lossviz.ui.geometry.two_classes import PREDICTIONS, TARGETS
from lossviz.ui.lessons.lesson import View
from lossviz.ui.lessons.lesson_state import move_view, moves, view_now
from lossviz.ui.loss_controls import styles_by_id
from lossviz.ui.markdown import escape_markdown
from lossviz.ui.messages import show_error
from lossviz.ui.state.geometry_state import MAX_MAPS, GeometryState
from lossviz.ui.state.page_state import PageState
from lossviz.ui.state.selection import selection_query
from lossviz.ui.text import draw_caption, draw_text
from lossviz.ui.train.backend import open_backend
from lossviz.ui.train.gallery.gallery_cards import OPEN, show_recording
from lossviz.ui.train_link import PATH as TRAIN


def draw_view(view: View, name: str) -> None:
    """Draw a view.

    Args:
        view: What the lesson says.
        name: Of the view, see ``move_view``.
    """
    _DRAWINGS[view.kind](view, name)


def _draw_curves(view: View, name: str) -> None:
    state = view_now(name, view.state)
    losses = _losses(state)
    starts = _losses(view.state)
    styles = styles_by_id(losses)
    for loss_id, loss in losses.items():
        for parameter in loss.parameters:
            parameter_slider(
                loss_id,
                loss,
                parameter,
                start=starts[loss_id].values[parameter.name],
                color=styles[loss_id].color,
                refusals=moves(),
                on_release=partial(_on_parameter, name, view.state),
            )
    chart = state.chart
    curve_chart(
        losses,
        styles,
        views=chart.views,
        key=name,
        refusals=moves(),
        scale=chart.scale,
        logs=chart.logs,
        classes=chart.classes,
        at=state.cursor_p,
        columns=chart.views,
        shares=False,
    )


def _draw_geometry(view: View, name: str) -> None:
    state = view_now(name, view.state)
    losses = _losses(state)
    _PARTS[state.geometry.part](state, losses, name, partial(_on_arrow, name, view.state))


_Release = Callable[[str, Sequence[float]], None]


def _draw_plane(state: PageState, losses: Mapping[str, Loss], name: str, moved: _Release) -> None:
    with st.container(key="lesson-plane" if losses else "lesson-arrow"):
        plane(
            state.geometry,
            losses,
            styles_by_id(losses),
            targets=TARGETS,
            predictions=PREDICTIONS,
            moves=moves(),
            refusals=moves(),
            on_release=moved,
            key=name,
            rows=() if losses else ("angle", "cosine", "dot"),
        )


def _draw_simplex(state: PageState, losses: Mapping[str, Loss], _: str, moved: _Release) -> None:
    simplex(
        state.geometry,
        losses,
        styles_by_id(losses),
        maps=[loss_id for loss_id in state.geometry.maps if loss_id in losses]
        or list(losses)[:MAX_MAPS],
        truths=TRUTHS,
        starts=STARTS,
        moves=moves(),
        refusals=moves(),
        on_release=moved,
    )


def _draw_classes(state: PageState, losses: Mapping[str, Loss], name: str, moved: _Release) -> None:
    classes_bars(
        state.geometry,
        losses,
        styles_by_id(losses),
        classes=state.chart.classes,
        places=[(label, preset.p_true, preset.others) for label, preset in PRESETS.items()],
        moves=moves(),
        refusals=moves(),
        on_release=moved,
        key=name,
    )


def _draw_experiment(view: View, _: str) -> None:
    experiment = EXPERIMENTS[view.name]
    with st.container(border=True, gap="xsmall"):
        draw_text(f"**{escape_markdown(experiment.name)}.** {escape_markdown(experiment.question)}")
        st.page_link(
            TRAIN,
            label="Train it",
            icon=":material/model_training:",
            query_params=selection_query() | {"experiment": [experiment.key]},
        )


def _draw_recorded(view: View, name: str) -> None:
    card = next(card for card in CARDS if card.key == view.name)
    with st.container(border=True, gap="xsmall"):
        draw_text(f"**{escape_markdown(card.title)}.** {escape_markdown(card.question)}")
        draw_caption(escape_markdown(card.about))
        if st.button(OPEN, icon=":material/play_circle:", key=f"{name} {card.key}"):
            try:
                show_recording(open_backend(), card.first)
            except LossvizError as error:
                show_error(error)


def _losses(state: PageState) -> dict[str, Loss]:
    losses = map(loss_from_spec, state.losses)
    return {loss.id: loss for loss in losses}


def _on_parameter(name: str, start: PageState, loss_id: str, parameter: str, value: float) -> None:
    state = view_now(name, start)
    losses = _losses(state)
    losses[loss_id] = losses[loss_id].with_values(**{parameter: value})
    specs = tuple(loss.spec for loss in losses.values())
    move_view(name, replace(state, losses=specs))


def _on_arrow(name: str, start: PageState, arrow: str, to: Sequence[float]) -> None:
    state = view_now(name, start)
    if arrow == "preset":
        preset = list(PRESETS.values())[int(to[0])]
        geometry: GeometryState = preset.applied_to(state.geometry)
    else:
        geometry = state.geometry.moved(arrow, to)
    move_view(name, replace(state, geometry=geometry), by_drag=arrow != "preset")


_PARTS: Final = MappingProxyType(
    {"plane": _draw_plane, "simplex": _draw_simplex, "classes": _draw_classes}
)
_DRAWINGS: Final[Mapping[str, Callable[[View, str], None]]] = MappingProxyType(
    {
        "curves": _draw_curves,
        "geometry": _draw_geometry,
        "experiment": _draw_experiment,
        "recorded": _draw_recorded,
    }
)
