"""The link that opens what the visitor sees in another browser."""

from urllib.parse import urlencode, urlsplit

import streamlit as st

from lossviz.ui.fragments import fragment
from lossviz.ui.state.actions import keep_selection
from lossviz.ui.state.selection import selection_query
from lossviz.ui.text import draw_caption

_KEY = "share"


def share_button() -> None:
    """A button that shows the link, with one that copies it."""
    fragment(_draw)()  # opened, it runs alone: the chart may have changed the choice since


def _draw() -> None:
    with st.popover("Share this view", icon=":material/link:", key=_KEY, on_change=keep_selection):
        draw_caption("This link opens the same losses, your own too, in the same views:")
        st.code(share_link(st.context.url or ""), language=None, wrap_lines=True)


def share_link(url: str) -> str:
    """The page's address with the visitor's choice in it.

    Args:
        url: Of the page, with or without a query.
    """
    query = urlencode(selection_query(), doseq=True)
    return urlsplit(url)._replace(query=query, fragment="").geturl()
