"""A chart whose data changes under the reader's eyes: zoom and hidden curves stay, as they would
not with ``st.plotly_chart``.
"""

import plotly.graph_objects as go
import streamlit as st

from lossviz.charts.figure import figure_json
from lossviz.ui.components import read_assets
from lossviz.ui.static_files import PLOTLY_URL, import_module

_COMPONENT = st.components.v2.component(
    "lossviz.live_chart",
    html='<div class="plot" role="group"></div>\n',
    css=read_assets("shared/plot.css"),
    js=import_module("live_chart/index.js"),
    isolate_styles=False,
)


def live_chart(figure: go.Figure, *, key: str, label: str, height_px: int | None = None) -> None:
    """Draw a figure and keep it in step with later calls under the same key.

    Args:
        figure: Without a theme's colours: the browser fills them in.
        key: Constant for one chart on a page.
        label: The chart in words, for screen readers.
        height_px: Its height; None for the usual one, which is lower on a phone.
    """
    _COMPONENT(
        key=key,
        data={
            "figure": figure_json(figure),
            "label": label,
            "plotly": PLOTLY_URL,
            "height": "" if height_px is None else f"{height_px}px",
        },
    )
