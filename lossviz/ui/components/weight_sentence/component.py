"""What a loss makes of a mistake, as a sentence that follows the loss's sliders."""

import streamlit as st

from lossviz.losses.loss import DEFAULT_CLASSES, Loss
from lossviz.ui.components import read_assets
from lossviz.ui.components.shared.curve_data import curve_data
from lossviz.ui.curves.weighing import EASY_P, HARD_P, NEAR_1, SUBJECT, TREATMENTS
from lossviz.ui.static_files import import_module

_COMPONENT = st.components.v2.component(
    "lossviz.weight_sentence",
    html=read_assets("weight_sentence/index.html"),
    css=read_assets("weight_sentence/style.css"),
    js=import_module("weight_sentence/index.js"),
    isolate_styles=False,
)


def weight_sentence(loss_id: str, loss: Loss, *, key: str, refusals: int) -> None:
    """Draw the sentence; while a slider of the loss is dragged, its numbers change.

    Args:
        loss_id: The id under which ``parameter_slider`` moves the loss.
        loss: The loss.
        key: Constant for one sentence on a page.
        refusals: See ``parameter_slider``.
    """
    data = {
        # no dict: Streamlit would import pandas, 70 MB, to see whether it is a data frame
        "curves": (curve_data(loss_id, loss),),
        "classes": DEFAULT_CLASSES,
        "hard": HARD_P,
        "easy": EASY_P,
        "near_1": NEAR_1,
        "subject": SUBJECT,
        "treatments": tuple((treatment.upto, treatment.words) for treatment in TREATMENTS),
        "refusals": refusals,
    }
    _COMPONENT(key=key, data=data)
