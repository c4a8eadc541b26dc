"""Controls that several pages share."""

import streamlit as st

from lossviz.errors import FormulaError, LossvizError
from lossviz.language.grammar import FUNCTIONS
from lossviz.losses.catalogue import LOSSES
from lossviz.losses.loss import Loss
from lossviz.ui.state import ARTICLE, Selection, add_loss, add_own_loss, choose_losses, read_selection
from lossviz.ui.text import fenced, plain

_PILLS, _SHELF, _FIELD, _ERROR = "chosen losses", "catalogue", "own loss", "own loss error"
_EXPLAINED = ("where", "sum", "mean")
_WIDTHS = (6, 3, 5)  # of pills, list and field
FEATURED = (*ARTICLE, "generalized")  # of the catalogue's losses, those that always have a pill

_LANGUAGE = f"""
A formula of `p`, the probability of the true class, such as `(1-p)**2`:
- **Parameters**: any other name. `p**-k` gets a slider for k; `p**-k; k=0.5` says where it starts.
- **All classes**: `sum`, `mean` or `max` of a term with `pj`, each class's probability, as in `sum(pj**2)`; `K` is their number.
- **Cases**: `where(p < 0.5, a, b)` is a below 0.5 and b elsewhere.
- **Functions**: {", ".join(name for name in FUNCTIONS if name not in _EXPLAINED)}
"""


def pick_losses() -> dict[str, Loss]:
    """Let the visitor choose among the catalogue's losses and own ones; return the chosen by id."""
    selection = read_selection()
    show_complaint(selection)
    st.session_state[_PILLS] = selection.chosen
    left, middle, right = st.columns(_WIDTHS, gap="small")
    left.pills(
        "Losses",
        [loss_id for loss_id in selection.losses if loss_id in FEATURED or loss_id not in LOSSES or loss_id in selection.chosen],
        selection_mode="multi",
        format_func=lambda loss_id: selection.losses[loss_id].name or plain(selection.losses[loss_id].text),
        key=_PILLS,
        wrap=True,
        on_change=lambda: choose_losses(st.session_state[_PILLS]),
    )
    shelf = [key for key in LOSSES if key not in FEATURED and key not in selection.chosen]
    middle.selectbox(
        "Add from the catalogue",
        shelf,
        index=None,
        format_func=lambda key: LOSSES[key].name,
        key=_SHELF,
        placeholder=f"{len(shelf)} more losses…",
        disabled=not shelf,
        on_change=_take_from_catalogue,
    )
    right.text_input(
        "A loss of your own",
        key=_FIELD,
        placeholder="a formula of p, such as (1-p)**2 or p**-k",
        help=_LANGUAGE,
        on_change=_take_own_loss,
    )
    if error := st.session_state.get(_ERROR):
        right.error(error, icon=":material/error:")
    return {loss_id: selection.losses[loss_id] for loss_id in selection.chosen}


def show_complaint(selection: Selection) -> None:
    """Say what of the address, or of the last change, could not be taken over."""
    place = st.empty()  # always there: what follows keeps its place, and with it the focus, when a warning comes
    if selection.complaint:
        place.warning(selection.complaint, icon=":material/warning:")


def _take_from_catalogue() -> None:
    """Add what was picked, and let the list show its placeholder again."""
    if key := st.session_state[_SHELF]:
        add_loss(key)
    st.session_state[_SHELF] = None


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
        place = error.pointed().removesuffix(error.reason).removesuffix("\n")
        st.session_state[_ERROR] = (fenced(place) if place else "") + plain(error.reason)
    except LossvizError as error:
        st.session_state[_ERROR] = plain(error)
