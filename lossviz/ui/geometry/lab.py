"""The three parts of the geometry page, and the cards that all of them have."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

import streamlit as st

from lossviz.charts.loss_style import LossStyle
from lossviz.ui.curves.loss_card import loss_card
from lossviz.ui.geometry.many_classes import many_classes, pick_classes
from lossviz.ui.geometry.three_classes import FIRST_STEP, pick_step, three_classes
from lossviz.ui.geometry.two_classes import pick_mode, two_classes
from lossviz.ui.state.actions import set_geometry
from lossviz.ui.state.geometry_state import PARTS, GeometryState
from lossviz.ui.state.selection import Selection, read_selection

DRAW_PART: Final[Mapping[str, Callable[[Selection, Mapping[str, LossStyle]], None]]] = (
    MappingProxyType({"plane": two_classes, "simplex": three_classes, "classes": many_classes})
)
_PICK_WITHIN: Final[Mapping[str, Callable[[Selection], None]]] = MappingProxyType(
    {"plane": pick_mode, "simplex": pick_step, "classes": pick_classes}
)
_PART = "lab"
_INTRODUCED = "three classes introduced"  # the first visit begins with the first step
_COLUMNS = 3


def pick_part(selection: Selection) -> None:
    """Let the visitor choose the part, and what it shows."""
    st.session_state[_PART] = selection.geometry.part
    st.segmented_control(
        "How many classes",
        PARTS,
        format_func=PARTS.__getitem__,
        key=_PART,
        required=True,
        on_change=_on_part_change,
        label_visibility="collapsed",
    )
    _PICK_WITHIN[selection.geometry.part](selection)


def parameter_cards(selection: Selection, styles: Mapping[str, LossStyle]) -> None:
    """A card for each chosen loss that has parameters: its sliders move what is drawn above."""
    if needs_no_loss(selection.geometry):
        return
    movable = {loss_id: loss for loss_id, loss in selection.shown.items() if loss.parameters}
    if not movable:
        return
    columns = st.columns(_COLUMNS, gap="medium")
    for place, (loss_id, loss) in enumerate(movable.items()):
        with columns[place % _COLUMNS]:
            loss_card(
                loss_id,
                loss,
                styles[loss_id],
                start=selection.starts[loss_id],
                refusals=selection.rejections,
            )


def needs_no_loss(geometry: GeometryState) -> bool:
    """Whether what is shown is about predictions only."""
    return geometry.part == "simplex" and geometry.step == FIRST_STEP


def _on_part_change() -> None:
    geometry = replace(read_selection().geometry, part=st.session_state[_PART])
    if geometry.part == "simplex" and _INTRODUCED not in st.session_state:
        st.session_state[_INTRODUCED] = True
        geometry = replace(geometry, step=FIRST_STEP)
    set_geometry(geometry)
