"""Whom each loss listened to, with a slider through the training that is drawn in the browser."""

import json

import streamlit as st

from lossviz.charts.listening import Picture
from lossviz.charts.loss_style import LossStyle
from lossviz.ui.components import read_assets
from lossviz.ui.legend_key import dash_array, legend_key
from lossviz.ui.static_files import import_module

_COMPONENT = st.components.v2.component(
    "lossviz.listening",
    html=read_assets("listening/index.html"),
    css=read_assets("shared/range.css", "listening/style.css"),
    js=import_module("listening/index.js"),
    isolate_styles=False,
)


def listening_chart(picture: Picture, *, key: str) -> None:
    """Draw the losses as small multiples, at the moment that the reader's slider shows.

    The slider stands at the last moment, and follows it while the training runs, until the reader
    moves it.

    Args:
        picture: What is drawn.
        key: Constant for one chart on a page.
    """
    styles = {
        curve["loss"]: LossStyle(color=curve["color"], dash=curve["dash"])
        for curve in picture["curves"]
    }
    _COMPONENT(
        key=key,
        # as text: Streamlit imports pandas, 70 MB, to look at a list
        data={
            "picture": json.dumps(picture, separators=(",", ":")),
            "keys": json.dumps({loss: legend_key(style) for loss, style in styles.items()}),
            "dashes": json.dumps({loss: dash_array(style) for loss, style in styles.items()}),
        },
    )
