"""The menu's link to training, which counts the trials of a comparison while it runs."""

from __future__ import annotations

from typing import Final

import streamlit as st

from lossviz.ui.components.clock.component import clock
from lossviz.ui.running import RunningComparison, running_comparison
from lossviz.ui.state.selection import selection_query

PATH: Final = "pages/train.py"
_EVERY_S: Final = 2.5
_SEEN: Final = "running comparison"  # key of the session: the id of what its links have counted


def train_link(name: str, icon: str, *, is_current: bool) -> None:
    """Draw the link; while a comparison runs it counts, and leads there.

    Args:
        name: Of the page, in the menu.
        icon: A Material symbol.
        is_current: Whether the page is the one that is shown.
    """
    if is_current:
        st.session_state.pop(_SEEN, None)
    if running_comparison() or _SEEN in st.session_state:
        with st.container(key="running", width="content"):
            st.fragment(_counting_link)(name, icon, is_current)
    else:
        _link(name, icon, is_current)


def _counting_link(name: str, icon: str, is_current: bool) -> None:
    running = running_comparison()
    if running:
        st.session_state[_SEEN] = running.id
    comparison = st.session_state.get(_SEEN, "")
    label = f"{name} · {count_text(running)}" if comparison else name
    _link(label, icon, is_current, comparison=comparison)
    if running:
        clock(every_s=_EVERY_S, key="running-clock")


def count_text(running: RunningComparison | None) -> str:
    """How far it is, as short as can be; None stands for one that runs no more, however it ended.

    >>> count_text(RunningComparison(id="c", ended=5, trials=24))
    '5/24'
    """
    return f"{running.ended}/{running.trials}" if running else "ended"


def _link(label: str, icon: str, is_current: bool, *, comparison: str = "") -> None:
    query = selection_query() | ({"comparison": [comparison]} if comparison else {})
    st.page_link(PATH, label=f"**{label}**" if is_current else label, icon=icon, query_params=query)
