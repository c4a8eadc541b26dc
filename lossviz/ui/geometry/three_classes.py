"""Three classes: every prediction as a point of a triangle, and what a loss makes of each."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

import streamlit as st

from lossviz.charts.loss_style import LossStyle
from lossviz.ui.components.simplex.component import simplex
from lossviz.ui.geometry.presets import current_preset
from lossviz.ui.markdown import escape_markdown
from lossviz.ui.state.actions import on_drag_end, set_geometry
from lossviz.ui.state.geometry_state import MAX_MAPS, RACES, SPACES, Vector
from lossviz.ui.state.selection import Selection, read_selection

TRUTHS: Final[Mapping[str, Vector]] = MappingProxyType(
    {"Always": (1.0, 0.0, 0.0), "Half the time": (0.5, 0.3, 0.2), "Most often": (0.4, 0.35, 0.25)}
)
_ABOUT_RACES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "equal": (
            "**All losses start alike:** each is scaled until its first step is as long as"
            " cross-entropy's, because a constant factor in a formula is a choice of learning rate,"
            " not a property of the loss."
        ),
        "raw": (
            "**The losses run as they are written:** τ is learning rate × steps of plain gradient"
            " descent, so ten times the formula arrives in a tenth of the time. That ranks scales,"
            " not losses."
        ),
    }
)
_MAPS = "maps"
_TRUTH = "truth"
_SPACE = "by"
_RACE = "race"


def maps_of(selection: Selection) -> list[str]:
    """The ids of the losses that are drawn as maps.

    Those that the address names, where they are chosen; else the first two that are.
    """
    named = [loss_id for loss_id in selection.geometry.maps if loss_id in selection.chosen]
    return named or selection.chosen[:MAX_MAPS]


def three_classes(selection: Selection, styles: Mapping[str, LossStyle]) -> None:
    """Draw the controls, and the triangle."""
    if not selection.chosen:
        st.info("Choose a loss above.")
        return
    maps = maps_of(selection)
    with st.container(horizontal=True, gap="small", key="geometry_controls"):
        _draw_controls(selection, maps)
    simplex(
        selection.geometry,
        selection.shown,
        styles,
        maps=maps,
        moves=selection.geometry_version,
        refusals=selection.rejections,
        on_release=on_drag_end,
    )
    st.markdown(about_the_triangle(selection.geometry.race))


def about_the_triangle(race: str) -> str:
    """What the race shows, and what to try, as Markdown.

    Args:
        race: Key of ``RACES``.
    """
    return (
        f"{_ABOUT_RACES[race]} **With one class always right, all losses of p run the same track**:"
        " in the logits each is cross-entropy with another weight. Beside cross-entropy, one whose"
        " weight grows with p speeds up on the way, and one whose weight falls slows down. **Pull"
        " the truth inside**, as where labels are noisy or images unclear, and they part. The best"
        " answer to cross-entropy, Brier score and cosine is the truth itself: they are *proper*."
        " The dot product is best served by a lie, the corner of the likeliest class."
    )


def _draw_controls(selection: Selection, maps: list[str]) -> None:
    labels = {
        loss_id: escape_markdown(loss.name or loss.text)
        for loss_id, loss in selection.shown.items()
    }
    st.session_state[_TRUTH] = current_preset(TRUTHS, selection.geometry.truth)
    st.session_state[_SPACE] = selection.geometry.gradient_space
    st.session_state[_RACE] = selection.geometry.race
    st.session_state[_MAPS] = maps
    st.pills("The truth: class 1 is right", TRUTHS, key=_TRUTH, on_change=_on_truth_preset)
    st.segmented_control(
        "The gradient moves",
        SPACES,
        format_func=SPACES.__getitem__,
        key=_SPACE,
        required=True,
        on_change=_on_space_change,
    )
    st.segmented_control(
        "The race",
        RACES,
        format_func=RACES.__getitem__,
        key=_RACE,
        required=True,
        on_change=_on_race_change,
    )
    st.pills(
        "Maps, one or two",
        selection.chosen,
        selection_mode="multi",
        format_func=labels.__getitem__,
        key=_MAPS,
        wrap=True,
        on_change=_on_maps_change,
    )


def _on_truth_preset() -> None:
    if name := st.session_state[_TRUTH]:
        set_geometry(read_selection().geometry.moved("truth", TRUTHS[name]))


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
