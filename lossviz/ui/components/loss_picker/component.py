"""Chips with which losses are chosen, each with its line, and the catalogue in a dialog."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import streamlit as st

from lossviz.app_folder import app_folder
from lossviz.charts.loss_style import LossStyle
from lossviz.losses.loss import Loss
from lossviz.ui.components import read_assets
from lossviz.ui.components.loss_picker.cards import HEIGHT, WIDTH, card_of, catalogue_json
from lossviz.ui.legend_key import dash_array
from lossviz.ui.static_files import import_module, publish_text

_KEY = "loss picker"
_APPLIED = "loss picker applied"  # of the session: the number of the last change that was applied
_COMPONENT = st.components.v2.component(
    "lossviz.loss_picker",
    html=read_assets("loss_picker/index.html"),
    css=read_assets("loss_picker/style.css", "loss_picker/catalogue.css"),
    js=import_module("loss_picker/index.js"),
    isolate_styles=False,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chip:
    """A loss that can be chosen with one click.

    Attributes:
        loss: The loss.
        style: How its curve is drawn.
        chosen: Whether it is.
        removable: Whether it can be taken off the row.
    """

    loss: Loss
    style: LossStyle
    chosen: bool
    removable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceChange:
    """What the visitor has changed.

    Attributes:
        chosen: The losses that are to be chosen, or no longer, by id.
        removed: Ids of those that are to leave the row.
    """

    chosen: dict[str, bool]
    removed: tuple[str, ...]


def loss_picker(
    chips: Sequence[Chip],
    *,
    start: Sequence[str],
    most: int,
    full: str,
    folded: bool,
    on_change: Callable[[ChoiceChange], None],
) -> None:
    """Draw the chips, and behind a button the catalogue.

    A click is seen at once; what Python does not take over is taken back when it answers.

    Args:
        chips: In their order.
        start: The ids that "Reset" chooses.
        most: How many losses can be chosen.
        full: What to say where they are as many already.
        folded: Whether they are behind a button, where they may take more than one row on a phone.
        on_change: Called with what the visitor has changed.
    """

    def changed() -> None:
        report = st.session_state[_KEY]["change"]
        st.session_state[_APPLIED] = report["number"]
        on_change(ChoiceChange(chosen=report["chosen"], removed=tuple(report["removed"])))

    _COMPONENT(
        key=_KEY,
        data={
            # no lists: Streamlit would import pandas, 70 MB, to see whether they are data frames
            "chips": tuple(map(_data_of, chips)),
            "start": tuple(start),
            "most": most,
            "full": full,
            "folded": folded,
            "applied": st.session_state.get(_APPLIED, 0),
            "catalogue": _catalogue_url(),
            "width": WIDTH,
            "height": HEIGHT,
        },
        on_change_change=changed,
    )


def _data_of(chip: Chip) -> dict[str, Any]:
    own = chip.loss.key is None  # the catalogue's cards come with the catalogue
    return {
        "id": chip.loss.id,
        "name": chip.loss.title,
        "color": chip.style.color,
        "dash": dash_array(chip.style),
        "chosen": chip.chosen,
        "removable": chip.removable,
        "card": card_of(chip.loss, chip.style) if own else None,
    }


@cache
def _catalogue_url() -> str:
    """Where the browser gets the catalogue when it is first opened."""
    name = publish_text(app_folder() / "static", "catalogue.json", catalogue_json())
    return f"app/static/{name}"
