"""The feed of each comparison, shared by all who look at it."""

from __future__ import annotations

import streamlit as st

from lossviz.experiments.feed import Feed
from lossviz.experiments.store.store import Store

_MOST = 16  # comparisons that are looked at by turns; each keeps some megabytes


def feed_of(store: Store, comparison_id: str) -> Feed:
    """The feed of a comparison in this process."""
    return _feed(id(store), comparison_id, store)  # it keeps its store, so the number stays its own


@st.cache_resource(show_spinner=False, max_entries=_MOST)
def _feed(number: int, comparison_id: str, _store: Store) -> Feed:
    return Feed(_store, comparison_id)
