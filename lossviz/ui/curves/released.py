"""What runs again on the curve page when a parameter was released: only what shows it.

The whole page costs several times as much, of a server that all visitors share.
"""

from __future__ import annotations

from typing import Final

import streamlit as st

from lossviz.losses.catalogue import LOSSES
from lossviz.ui.curves.formula_field import OWN_LOSS, is_typing
from lossviz.ui.curves.moving_loss import end_movements
from lossviz.ui.fragments import rerun_parts
from lossviz.ui.frame import MENU
from lossviz.ui.state.actions import set_parameter
from lossviz.ui.state.selection import read_selection

CURVES: Final = "curves"


def sliders_of(loss_id: str) -> str:
    """The part with a loss's sliders."""
    return f"sliders of {loss_id}"


def details_of(loss_id: str) -> str:
    """The part that says what is known of a loss."""
    return f"details of {loss_id}"


def release_parameter(loss_id: str, name: str, value: float) -> None:
    """Give a parameter of a loss another value, and have what shows it run again.

    Raises:
        LossvizError: It makes no loss; the browser takes it back.

    Side effects: those of ``set_parameter``; runs parts of the page, or all of it.
    """
    warned = bool(read_selection().warning)
    set_parameter(loss_id, name, value)
    end_movements()
    # the warning is over, and the chip of a visitor's own loss shows its curve
    if warned or loss_id not in LOSSES:
        st.rerun()
    typed = (OWN_LOSS,) if is_typing() else ()
    rerun_parts(MENU, CURVES, sliders_of(loss_id), details_of(loss_id), *typed)
