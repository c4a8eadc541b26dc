"""Controls that several pages share."""

import streamlit as st

from lossviz.errors import FormulaError, LossvizError
from lossviz.language.grammar import FUNCTIONS
from lossviz.losses.loss import Loss
from lossviz.ui.state import add_own_loss, choose_losses, read_selection
from lossviz.ui.text import plain

_PILLS, _FIELD, _ERROR = "chosen losses", "own loss", "own loss error"


def pick_losses() -> dict[str, Loss]:
    """Let the visitor choose among the catalogue's losses and own ones; return the chosen by id."""
    selection = read_selection()
    place = st.empty()  # always there: what follows keeps its place, and with it the focus, when a warning comes
    if selection.complaint:
        place.warning(selection.complaint, icon=":material/warning:")
    st.session_state[_PILLS] = selection.chosen
    left, right = st.columns([3, 2], gap="medium")
    left.pills(
        "Losses",
        list(selection.losses),
        selection_mode="multi",
        format_func=lambda loss_id: selection.losses[loss_id].name or plain(selection.losses[loss_id].text),
        key=_PILLS,
        wrap=True,
        on_change=lambda: choose_losses(st.session_state[_PILLS]),
    )
    right.text_input(
        "A loss of your own",
        key=_FIELD,
        placeholder="a formula of p, such as (1-p)**2 or p**-k; k=0.5",
        help=plain(f"Numbers, p, + - * / ** and the functions {', '.join(FUNCTIONS)}. Parameters follow a semicolon: p**-k; k=0.5"),
        on_change=_take_own_loss,
    )
    if error := st.session_state.get(_ERROR):
        right.error(error, icon=":material/error:")
    return {loss_id: selection.losses[loss_id] for loss_id in selection.chosen}


def _take_own_loss() -> None:
    """Add what was typed, or keep it in the field with what is wrong with it."""
    text = st.session_state[_FIELD].strip()
    st.session_state[_ERROR] = ""
    if not text:
        return
    try:
        add_own_loss(text)
        st.session_state[_FIELD] = ""
    except FormulaError as error:
        place = error.pointed().removesuffix(error.reason)
        st.session_state[_ERROR] = (f"```text\n{place}```\n" if place else "") + plain(error.reason)
    except LossvizError as error:
        st.session_state[_ERROR] = plain(error)
