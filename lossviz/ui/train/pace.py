"""How often the results of a comparison are drawn again while it runs.

The race's chart gets what is new at each question. The verdict, the table and the details cost
several times as much, of a server that all share: they are drawn again where something has changed,
and more seldom where many look on.
"""

from __future__ import annotations

import time
import uuid
from typing import Final

import streamlit as st

from lossviz.experiments.feed import Feed
from lossviz.experiments.records import Comparison

SHARE_S: Final = 0.1  # between two drawings, for each who looks on
LONGEST_S: Final = 5.0  # after which a trial's remaining time has changed, if nothing else
_DRAWN: Final = "results: what was drawn"  # in the session: a comparison's data, and when
_VIEWER: Final = "feed: who looks on"


def note_drawn(feed: Feed, comparison: Comparison) -> None:
    """Say that this session has drawn the results as the feed has them now.

    Side effects: notes it in the session.
    """
    st.session_state[_DRAWN] = (feed.data(comparison), time.monotonic())


def are_results_due(feed: Feed, comparison: Comparison) -> bool:
    """Whether this session should draw the results again: it has done so long enough ago, and they
    have changed since, or the time that a trial needs has.

    Side effects: counts this session among those who look on.
    """
    viewers = feed.count_viewers(st.session_state.setdefault(_VIEWER, uuid.uuid4().hex))
    drawn, at = st.session_state.get(_DRAWN, (None, 0.0))
    waited_s: float = time.monotonic() - at
    has_changed = feed.data(comparison) is not drawn or waited_s >= LONGEST_S
    return has_changed and waited_s >= pause_s(viewers)


def pause_s(viewers: int) -> float:
    """The seconds from one drawing of the results to the next, at least, where so many look on.

    Questions come once a second, so up to ten are shown everything at each.

    >>> pause_s(1), pause_s(30)
    (0.1, 3.0)
    """
    return SHARE_S * viewers
