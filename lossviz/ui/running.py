"""What this process trains for a visitor, for pages that know nothing of training.

They import neither engine nor store: whoever opens these says here how to ask.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from lossviz.experiments.visitors import Visitor
from lossviz.ui.visitor import current_visitor


@dataclass(frozen=True, slots=True, kw_only=True)
class RunningComparison:
    """A comparison that is being trained.

    Attributes:
        id: Its id.
        ended: How many of its trials have ended.
        trials: How many there are.
    """

    id: str
    ended: int
    trials: int


Source = Callable[[Visitor], RunningComparison | None]


def set_running_source(source: Source | None) -> None:
    """Say how to ask what runs; None where nothing can run any more.

    Side effects: for all visitors of this process.
    """
    _sources()[:] = [source] if source else []


def running_comparison() -> RunningComparison | None:
    """What runs now of the visitor's own; None where nothing does. Costs nothing before training
    was opened.
    """
    return next((source(current_visitor()) for source in _sources()), None)


@st.cache_resource(show_spinner=False)
def _sources() -> list[Source]:
    return []  # kept while Streamlit loads changed code anew, as the engine is
