"""The parts of the geometry page, and what they share."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

import streamlit as st

from lossviz.charts.loss_style import LossStyle
from lossviz.ui.curves.lab import loss_card
from lossviz.ui.geometry.many_classes import classes_lab
from lossviz.ui.geometry.three_classes import simplex_lab
from lossviz.ui.geometry.two_classes import plane_lab
from lossviz.ui.state.geometry_view import LABS, Scene
from lossviz.ui.state.selection import Selection, read_selection, stage

DRAW: Final[Mapping[str, Callable[[Selection, Mapping[str, LossStyle]], None]]] = MappingProxyType(
    {"plane": plane_lab, "simplex": simplex_lab, "classes": classes_lab}
)
_LAB = "lab"
_COLUMNS = 3


def pick_lab(scene: Scene) -> None:
    """Let the visitor choose the part."""
    st.session_state[_LAB] = scene.lab
    st.segmented_control(
        "How many classes",
        LABS,
        format_func=LABS.__getitem__,
        key=_LAB,
        required=True,
        on_change=_take_lab,
        label_visibility="collapsed",
    )


def turn_parameters(selection: Selection, styles: Mapping[str, LossStyle]) -> None:
    """A card for each chosen loss that has parameters: its sliders move what is drawn above."""
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
                refusals=selection.refusals,
            )


def _take_lab() -> None:
    stage(replace(read_selection().scene, lab=st.session_state[_LAB]))
