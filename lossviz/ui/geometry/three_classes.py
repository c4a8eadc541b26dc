"""Three classes: every prediction as a point of a triangle, and what a loss makes of each.

Three steps introduce it, each with a text beside it that explains the terms it brings.
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

import streamlit as st

from lossviz.charts.loss_style import LossStyle
from lossviz.ui.components.simplex.component import simplex
from lossviz.ui.markdown import count_of, escape_markdown
from lossviz.ui.state.actions import on_drag_end, set_geometry
from lossviz.ui.state.geometry_state import MAX_MAPS, RACES, SPACES, TRIANGLE_STEPS, Vector
from lossviz.ui.state.selection import Selection, read_selection
from lossviz.ui.state.view import is_shown
from lossviz.ui.text import draw_text

TRUTHS: Final[Mapping[str, Vector]] = MappingProxyType(
    {"always": (1.0, 0.0, 0.0), "50%": (0.5, 0.3, 0.2), "40%": (0.4, 0.35, 0.25)}
)
STARTS: Final[Mapping[str, Vector]] = MappingProxyType(
    {
        "in the middle": (0.34, 0.33, 0.33),
        "near class 1": (0.9, 0.05, 0.05),
        "between 1 and 3": (0.49, 0.02, 0.49),
    }
)
FIRST_STEP: Final = "point"
ABOUT_STEPS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "point": (
            "**Each corner is a class,** with probability 1 there. In the middle all three have"
            " 1/3; along a side the class opposite has 0.",
            "**A probability is a height:** how far the point is from the side opposite its class,"
            " as a share of the way to the corner. The three heights add up to 1, wherever the"
            " point is.",
        ),
        "map": (
            "**The truth is a point too:** how often each class is the right answer. It lies inside"
            " where labels are noisy or images unclear.",
            "**The expected loss** of a prediction is its loss for each right answer, weighted by"
            " how often that answer is right, and added up.",
            "**The star is the best answer,** the prediction of least expected loss. A loss is"
            " *proper* if that is the truth itself, wherever the truth is: then nothing costs less"
            " than the true probabilities. Cross-entropy, Brier score and cosine are proper. The"
            " dot product rewards overconfidence: its best answer is the corner of the likeliest"
            " class.",
        ),
        "flow": (
            "**The flow** of a loss is the path of a prediction that follows the loss's negative"
            " gradient in tiny steps. Time τ is how far it has come: learning rate × steps.",
            "**The truth is reached** once the largest error in any class stays at 0.05 or less.",
        ),
    }
)
_ABOUT_RACES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "equal": (
            "**First steps are equal:** each loss is scaled until its first step is as long as"
            " cross-entropy's, because a constant factor in a formula is a choice of learning rate,"
            " not a property of the loss."
        ),
        "raw": (
            "**The losses are taken as written:** ten times the formula reaches the truth in a"
            " tenth of the time. That ranks scales, not losses."
        ),
    }
)
_PATHS: Final = (
    "**With one class always right, all losses of p take the same path:** in the logits each is"
    " cross-entropy with another weight. Beside cross-entropy, one whose weight grows with p speeds"
    " up on the way, and one whose weight falls slows down. **Drag the truth inside,** and the"
    " paths part."
)
_WAYS_ON: Final[Mapping[str, str]] = MappingProxyType(
    {"map": "Next: a loss", "flow": "Next: training", "all": "See all at once"}
)
_MAPS = "maps"
_STEP = "step"
_SPACE = "by"
_RACE = "race"


def maps_of(selection: Selection) -> list[str]:
    """The ids of the losses that are drawn as maps.

    Those that the address names, where they are chosen; else the first two that are.
    """
    named = [loss_id for loss_id in selection.geometry.maps if loss_id in selection.chosen]
    return named or selection.chosen[:MAX_MAPS]


def three_classes(selection: Selection, styles: Mapping[str, LossStyle]) -> None:
    """Draw the triangle, and what explains the step."""
    geometry = selection.geometry
    maps = maps_of(selection)
    if geometry.step != FIRST_STEP and not selection.chosen:
        st.info("Choose a loss above.")
        return
    if not is_shown("text"):
        _draw_triangle(selection, styles, maps)
        return
    if geometry.step == "all":
        _draw_triangle(selection, styles, maps)
        for paragraph in about_the_step("all", geometry.race):
            draw_text(paragraph)
        return
    left, right = st.columns([7, 3], gap="medium")
    with left:
        _draw_triangle(selection, styles, maps)
    with right:
        for paragraph in about_the_step(geometry.step, geometry.race):
            draw_text(paragraph)
        _draw_ways_on(geometry.step)


def about_the_step(step: str, race: str) -> tuple[str, ...]:
    """What a step explains, as paragraphs of Markdown; of all at once, the last of them.

    Args:
        step: Key of ``TRIANGLE_STEPS``.
        race: Key of ``RACES``.
    """
    if step == "all":
        return (ABOUT_STEPS["map"][2], _ABOUT_RACES[race], _PATHS)
    if step == "flow":
        return (*ABOUT_STEPS["flow"], _ABOUT_RACES[race], _PATHS)
    return ABOUT_STEPS[step]


def _draw_triangle(selection: Selection, styles: Mapping[str, LossStyle], maps: list[str]) -> None:
    simplex(
        selection.geometry,
        selection.shown,
        styles,
        maps=maps,
        truths=TRUTHS,
        starts=STARTS,
        moves=selection.geometry_version,
        refusals=selection.rejections,
        on_release=on_drag_end,
    )


def pick_step(selection: Selection) -> None:
    """Let the visitor choose a step, and what belongs to it."""
    geometry = selection.geometry
    maps = maps_of(selection)
    st.session_state[_STEP] = geometry.step
    st.segmented_control(
        "Step",
        TRIANGLE_STEPS,
        format_func=TRIANGLE_STEPS.__getitem__,
        key=_STEP,
        required=True,
        on_change=_on_step_change,
        label_visibility="collapsed",
    )
    label = {"map": count_of(len(maps), "map", "maps"), "flow": "Scaling", "all": "Options"}
    if geometry.step == FIRST_STEP:
        return
    with st.popover(label[geometry.step]):
        if geometry.step != "flow":
            _pick_maps(selection, maps)
        if geometry.step != "map":
            _pick_scaling(selection)


def _pick_maps(selection: Selection, maps: list[str]) -> None:
    labels = {loss_id: escape_markdown(loss.title) for loss_id, loss in selection.shown.items()}
    st.session_state[_MAPS] = maps
    st.pills(
        "Losses drawn as maps (up to two)",
        selection.chosen,
        selection_mode="multi",
        format_func=labels.__getitem__,
        key=_MAPS,
        wrap=True,
        on_change=_on_maps_change,
    )


def _pick_scaling(selection: Selection) -> None:
    st.session_state[_SPACE] = selection.geometry.gradient_space
    st.session_state[_RACE] = selection.geometry.race
    st.segmented_control(
        "Scaling",
        RACES,
        format_func=RACES.__getitem__,
        key=_RACE,
        required=True,
        on_change=_on_race_change,
    )
    st.segmented_control(
        "The gradient moves",
        SPACES,
        format_func=SPACES.__getitem__,
        key=_SPACE,
        required=True,
        on_change=_on_space_change,
    )


def _draw_ways_on(step: str) -> None:
    """The buttons to the steps before and after."""
    steps = list(TRIANGLE_STEPS)
    place = steps.index(step)
    with st.container(horizontal=True, gap="small", key="geometry_steps"):
        if place:
            st.button("Back", on_click=_go_to, args=(steps[place - 1],))
        after = steps[place + 1]
        st.button(_WAYS_ON[after], type="primary", on_click=_go_to, args=(after,))


def _go_to(step: str) -> None:
    set_geometry(replace(read_selection().geometry, step=step))


def _on_step_change() -> None:
    _go_to(st.session_state[_STEP])


def _on_space_change() -> None:
    set_geometry(replace(read_selection().geometry, gradient_space=st.session_state[_SPACE]))


def _on_race_change() -> None:
    set_geometry(replace(read_selection().geometry, race=st.session_state[_RACE]))


def _on_maps_change() -> None:
    """One map at least, and two at most: the one that has been there longest makes room."""
    selection = read_selection()
    before = maps_of(selection)
    wanted = st.session_state[_MAPS] or before
    kept = [loss_id for loss_id in before if loss_id in wanted]
    added = [loss_id for loss_id in wanted if loss_id not in before]
    maps = tuple([*kept, *added][-MAX_MAPS:])
    set_geometry(replace(selection.geometry, maps=maps))
