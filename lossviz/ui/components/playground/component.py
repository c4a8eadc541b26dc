"""Networks that learn in the browser, each with another loss, side by side.

All of it runs in the browser: points, networks, training, drawing. Python sends the losses as
trees, and what the address says.
"""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from lossviz.charts.loss_style import LossStyle
from lossviz.losses.loss import Loss
from lossviz.ui.components import read_assets
from lossviz.ui.components.shared.geometry_component import loss_data
from lossviz.ui.static_files import import_module

_COMPONENT = st.components.v2.component(
    "lossviz.playground",
    html=read_assets("playground/index.html"),
    css=read_assets("playground/style.css", "playground/view/networks.css"),
    js=import_module("playground/index.js"),
    isolate_styles=False,
)


def playground(losses: Mapping[str, Loss], styles: Mapping[str, LossStyle], *, play: str) -> None:
    """Draw the playground.

    Args:
        losses: By their id; one network each.
        styles: How each looks.
        play: What the address says of it, as state/codec.js writes it.
    """
    _COMPONENT(key="playground", data={"losses": loss_data(losses, styles), "play": play})
