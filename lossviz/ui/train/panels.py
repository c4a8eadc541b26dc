"""What lies behind the results of a comparison, one panel at a time.

Only the panel that the visitor chose reads and draws anything.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import streamlit as st

from lossviz.experiments.comparison_data import ComparisonData
from lossviz.ui.train.backend import TrainingBackend
from lossviz.ui.train.comparison_panels.calibration import show_calibration
from lossviz.ui.train.comparison_panels.errors import show_errors
from lossviz.ui.train.comparison_panels.learning_rates import show_learning_rates
from lossviz.ui.train.comparison_panels.listening import show_listening

_Panel = Callable[[TrainingBackend, ComparisonData], None]


def show_panels(backend: TrainingBackend, data: ComparisonData) -> None:
    """Let the visitor choose a panel, and draw it."""
    st.header("Details", anchor=False)
    name = st.segmented_control(
        "Panel",
        list(_PANELS),
        default=next(iter(_PANELS)),
        required=True,
        key="panel",
        label_visibility="collapsed",
    )
    _PANELS[name](backend, data)


_PANELS: Final[Mapping[str, _Panel]] = MappingProxyType(
    {
        "Gradient shares": show_listening,
        "Calibration": show_calibration,
        "Errors": show_errors,
        "Learning rates": show_learning_rates,
    }
)
