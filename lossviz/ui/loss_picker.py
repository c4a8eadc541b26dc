"""The controls with which the visitor chooses losses, as several pages have them."""

from typing import Final

import streamlit as st

from lossviz.charts.loss_style import LossStyle
from lossviz.losses.catalogue import LOSSES
from lossviz.ui.components.loss_picker.component import Chip, ChoiceChange, loss_picker
from lossviz.ui.loss_controls import styles_by_id
from lossviz.ui.markdown import count_of
from lossviz.ui.state.actions import change_choice
from lossviz.ui.state.page_state import ARTICLE, MAX_LOSSES
from lossviz.ui.state.selection import Selection, read_selection
from lossviz.ui.state.view import is_shown
from lossviz.ui.text import draw_caption

FEATURED = (*ARTICLE, "generalized")  # of the catalogue's losses, those that always have a chip
FULL: Final = (
    f"At most {MAX_LOSSES} losses can be chosen at once. Remove one to make room for another."
)
# of the session: ids of the catalogue's losses that were chosen and have kept their chip since
_KEPT = "losses with a chip"


def pick_losses(*, warned: bool = False) -> Selection:
    """Let the visitor choose among the catalogue's losses and own ones, unless the view hides that;
    return what is chosen.

    Args:
        warned: Whether the page has said already what of its address could not be applied.
    """
    selection = read_selection()
    if not warned:
        show_warning(selection)
    if is_shown("losses"):
        _draw_picker(selection)
    return selection


def loss_picker_popover(selection: Selection) -> None:
    """The same behind a button, where the losses are not what the page begins with."""
    if not is_shown("losses"):
        return
    label = count_of(len(selection.chosen), "loss", "losses")
    with st.popover(label, icon=":material/checklist:", key="losses"):
        _draw_picker(selection, folded=True)
        draw_caption("Type one of your own on the page *Penalty curves*; it is here then too.")


def show_warning(selection: Selection) -> None:
    """Say what of the address, or of the last change, could not be applied."""
    # always there: what follows keeps its place, and with it the focus, when a warning comes
    place = st.empty()
    if selection.warning:
        place.warning(selection.warning, icon=":material/warning:")


def _draw_picker(selection: Selection, *, folded: bool = False) -> None:
    kept = {*FEATURED, *st.session_state.get(_KEPT, ()), *selection.chosen}
    st.session_state[_KEPT] = [key for key in LOSSES if key in kept]
    at_hand = [loss_id for loss_id in selection.losses if loss_id in kept or loss_id not in LOSSES]
    styles = styles_by_id(selection.shown)
    chips = [
        Chip(
            loss=selection.losses[loss_id],
            style=styles.get(loss_id) or _style_if_chosen(loss_id, selection),
            chosen=loss_id in selection.chosen,
            removable=loss_id not in FEATURED,
        )
        for loss_id in at_hand
    ]
    with st.container(key="loss-picker"):
        loss_picker(
            chips,
            start=ARTICLE,
            most=MAX_LOSSES,
            full=FULL,
            folded=folded,
            on_change=_on_change,
        )


def _style_if_chosen(loss_id: str, selection: Selection) -> LossStyle:
    shown = {
        other: loss
        for other, loss in selection.losses.items()
        if other in selection.chosen or other == loss_id
    }
    return styles_by_id(shown)[loss_id]


def _on_change(change: ChoiceChange) -> None:
    kept = st.session_state.get(_KEPT, ())
    st.session_state[_KEPT] = [key for key in kept if key not in change.removed]
    own = [loss_id for loss_id in change.removed if loss_id not in LOSSES]
    change_choice(change.chosen, forgotten=own)
