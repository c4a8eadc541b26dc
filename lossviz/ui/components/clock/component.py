"""A clock that runs the fragment that it stands in again, as long as somebody sees the page.

Streamlit's own ``run_every`` goes on in a tab that nobody sees.
"""

import streamlit as st

from lossviz.ui.static_files import import_module

_COMPONENT = st.components.v2.component(
    "lossviz.clock",
    html='<i class="lossviz-clock"></i>\n',
    js=import_module("clock/index.js"),
    isolate_styles=False,
)


def clock(*, every_s: float, key: str) -> None:
    """Run the fragment that this stands in again, until it is not drawn any more.

    Args:
        every_s: Seconds from one run to the next.
        key: Constant for one clock on a page.
    """
    _COMPONENT(key=key, data={"every_ms": round(1000 * every_s)}, on_tick_change=lambda: None)
