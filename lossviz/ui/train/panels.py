"""What lies behind the results of a comparison, one panel at a time.

Only the panel that the visitor chose reads and draws anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import streamlit as st

from lossviz.experiments.comparison_data import ComparisonData
from lossviz.ui.link_button import link_button
from lossviz.ui.state.view import is_shown
from lossviz.ui.train.backend import TrainingBackend
from lossviz.ui.train.comparison_link import PARAMETER
from lossviz.ui.train.comparison_panels.calibration import show_calibration
from lossviz.ui.train.comparison_panels.errors import show_errors
from lossviz.ui.train.comparison_panels.learning_rates import show_learning_rates
from lossviz.ui.train.comparison_panels.listening import show_listening
from lossviz.ui.train.place import (
    PANEL,
    bring_into_view,
    name_place,
    newly_named,
    note_problem,
    show_problem,
)

_Panel = Callable[[TrainingBackend, ComparisonData], None]


def show_panels(backend: TrainingBackend, data: ComparisonData) -> None:
    """Let the visitor choose a panel, and draw it; the page's address may name one.

    Side effects: a choice is written to the page's address.
    """
    _open_named()
    st.session_state.setdefault(_KEY, next(iter(_PANELS)))
    with st.container(key="details"):
        st.header("Details", anchor=False)
        show_problem(PANEL)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            chosen = st.segmented_control(
                "Panel",
                list(_PANELS),
                required=True,
                key=_KEY,
                on_change=_on_panel,
                label_visibility="collapsed",
            )
            name = str(chosen)
            if is_shown("share"):
                here = {PARAMETER: [data.comparison.id], PANEL: [_NAMES[name]]}
                link_button("this panel", here)
        _PANELS[name](backend, data)
    bring_into_view(PANEL, "details")


def _open_named() -> None:
    """Open the panel that the page's address newly names."""
    for text in newly_named(PANEL)[-1:]:
        panels = {short: name for name, short in _NAMES.items()}
        if text in panels:
            st.session_state[_KEY] = panels[text]
        else:
            note_problem(PANEL, f"The link's panel should be one of {', '.join(panels)}.")


def _on_panel() -> None:
    name_place(PANEL, [_NAMES[st.session_state[_KEY]]])


_KEY: Final = "panel"  # of the control
_NAMES: Final = MappingProxyType(  # in addresses
    {
        "Gradient shares": "shares",
        "Calibration": "calibration",
        "Errors": "errors",
        "Learning rates": "rates",
    }
)
_PANELS: Final[Mapping[str, _Panel]] = MappingProxyType(
    {
        "Gradient shares": show_listening,
        "Calibration": show_calibration,
        "Errors": show_errors,
        "Learning rates": show_learning_rates,
    }
)
