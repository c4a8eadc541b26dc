"""The field for a loss of the visitor's own, and the parameters of the losses that are chosen."""

from __future__ import annotations

from itertools import cycle

import streamlit as st

from lossviz.ui.curves.formula_field import formula_field
from lossviz.ui.loss_controls import loss_title, parameter_sliders, styles_by_id
from lossviz.ui.state.selection import Selection
from lossviz.ui.state.view import is_shown


def parameter_controls(selection: Selection, *, classes: int | None) -> None:
    """Draw the field and, for each chosen loss that has parameters, its formula and sliders.

    Args:
        selection: What is chosen.
        classes: Number of classes that a typed loss is checked for.
    """
    styles = styles_by_id(selection.shown)
    left, right = st.columns(2, gap="medium")
    with left:
        if is_shown("formula"):
            formula_field(drawn=False, classes=classes)
    if not is_shown("sliders"):
        return
    adjustable = [(loss_id, loss) for loss_id, loss in selection.shown.items() if loss.parameters]
    for (loss_id, loss), column in zip(adjustable, cycle((right, left)), strict=False):
        with column, st.container(border=True, gap="xsmall"):
            loss_title(loss, styles[loss_id])
            parameter_sliders(
                loss_id,
                loss,
                styles[loss_id],
                start=selection.starts[loss_id],
                refusals=selection.rejections,
                playable=False,
            )
