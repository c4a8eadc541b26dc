"""The controls with which the visitor chooses losses, as several pages have them."""

import streamlit as st

from lossviz.losses.catalogue import LOSSES
from lossviz.ui.markdown import count_of, escape_markdown
from lossviz.ui.state.actions import add_loss, choose_losses
from lossviz.ui.state.page_state import ARTICLE
from lossviz.ui.state.selection import Selection, read_selection

_CHOSEN = "chosen losses"
_FROM_CATALOGUE = "catalogue"
FEATURED = (*ARTICLE, "generalized")  # of the catalogue's losses, those that always have a pill


def pick_losses() -> Selection:
    """Let the visitor choose among the catalogue's losses and own ones; return what is chosen."""
    selection = read_selection()
    show_warning(selection)
    left, right = st.columns([2, 1], gap="medium", vertical_alignment="center")
    with left:
        _pick_at_hand(selection)
    with right:
        _add_from_catalogue(selection)
    return selection


def loss_picker_popover(selection: Selection) -> None:
    """The same behind a button, where the losses are not what the page begins with."""
    label = count_of(len(selection.chosen), "loss", "losses")
    with st.popover(label, icon=":material/checklist:", key="losses"):
        _pick_at_hand(selection)
        _add_from_catalogue(selection)
        st.caption("Type one of your own on the page *Penalty curves*; it is here then too.")


def _pick_at_hand(selection: Selection) -> None:
    at_hand = [
        loss_id
        for loss_id in selection.losses
        if loss_id in FEATURED or loss_id not in LOSSES or loss_id in selection.chosen
    ]
    st.session_state[_CHOSEN] = selection.chosen
    st.pills(
        "Losses",
        at_hand,
        selection_mode="multi",
        format_func=lambda loss_id: escape_markdown(
            selection.losses[loss_id].name or selection.losses[loss_id].text
        ),
        key=_CHOSEN,
        wrap=True,
        on_change=lambda: choose_losses(st.session_state[_CHOSEN]),
        label_visibility="collapsed",
    )


def _add_from_catalogue(selection: Selection) -> None:
    shelf = [key for key in LOSSES if key not in FEATURED and key not in selection.chosen]
    st.selectbox(
        "Add from the catalogue",
        shelf,
        index=None,
        format_func=lambda key: LOSSES[key].name,
        key=_FROM_CATALOGUE,
        placeholder=f"{len(shelf)} more losses…",
        disabled=not shelf,
        on_change=_on_catalogue_pick,
        label_visibility="collapsed",
    )


def show_warning(selection: Selection) -> None:
    """Say what of the address, or of the last change, could not be applied."""
    # always there: what follows keeps its place, and with it the focus, when a warning comes
    place = st.empty()
    if selection.warning:
        place.warning(selection.warning, icon=":material/warning:")


def _on_catalogue_pick() -> None:
    """Add what was picked, and let the list show its placeholder again."""
    if key := st.session_state[_FROM_CATALOGUE]:
        add_loss(key)
    st.session_state[_FROM_CATALOGUE] = None
