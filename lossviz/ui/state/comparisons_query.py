"""What the session keeps of the page of comparisons, in step with its address.

It knows nothing of what the query means, so that the menu of every page can take it along without
loading what reads the database.
"""

from __future__ import annotations

from typing import Final, TypedDict, cast

import streamlit as st

from lossviz.ui.state.address import read_address, write_address
from lossviz.ui.state.session import session
from lossviz.ui.state.url_state import Query

PAGE: Final = "pages/comparisons.py"
SELECTED: Final = "comparison"  # the ids of the selected ones
NAMES: Final = (
    "find",
    "recipe",
    "state",
    "tag",
    "starred",
    "origin",
    "whose",
    "sort",
    "group",
    SELECTED,
)
_KEY: Final = "lossviz_comparisons"  # of the session


class _Kept(TypedDict):
    """Plain data, as it outlives a reload of the code.

    Attributes:
        query: What the page shows.
        address: What its address said when it was last read or written.
    """

    query: Query
    address: Query


def _kept() -> _Kept:
    return cast(_Kept, st.session_state.setdefault(_KEY, _Kept(query={}, address={})))


def sync_comparisons_from_url() -> None:
    """Show what the address newly says; before the page's frame, which notes which page was run
    last.

    An empty address leaves the page as it was if the visitor comes from another one, and leads back
    to its start on the same.

    Side effects: changes the session.
    """
    kept, address = _kept(), read_address(NAMES)
    from_another_page = session()["page"] != PAGE
    if address != kept["address"] and (address or not from_another_page):
        kept["query"] = address
    kept["address"] = address


def comparisons_query() -> Query:
    """What the page shows, as its address says it."""
    return _kept()["query"]


def show_comparisons(query: Query) -> None:
    """Let the page show this; for callbacks.

    Side effects: changes the session, and the page's address with it.
    """
    kept = _kept()
    kept["query"] = kept["address"] = query
    write_address(query, NAMES)
