"""The race of the losses: a chart that asks for what is new as long as somebody sees it, and
replays the whole once it is over.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from lossviz.ui.components import read_assets
from lossviz.ui.static_files import PLOTLY_URL, import_module

_COMPONENT = st.components.v2.component(
    "lossviz.race_chart",
    html=read_assets("race_chart/index.html"),
    css=read_assets("shared/plot.css", "race_chart/style.css"),
    js=import_module("race_chart/index.js"),
    isolate_styles=False,
)


def race_chart(
    message: Mapping[str, Any], *, key: str, label: str, on_poll: Callable[[object], None]
) -> None:
    """Draw the race, or go on with it.

    The plot's element carries ``data-points``, how many points its seeds' lines have, and
    ``data-draws``, how often it was drawn.

    Args:
        message: What index.js reads: all but the rows, and what is new of these.
        key: Constant for one chart on a page.
        label: The chart in words, for screen readers.
        on_poll: Called with the cursors that the browser has reached, before the fragment that the
            chart stands in runs again.
    """

    def polled() -> None:
        on_poll(st.session_state[key]["poll"])

    _COMPONENT(
        key=key,
        data={"message": json.dumps(message), "label": label, "plotly": PLOTLY_URL},
        on_poll_change=polled,
    )
