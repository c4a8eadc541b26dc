"""A small button beside something that a link leads to."""

import streamlit as st

from lossviz.ui.state.actions import keep_selection
from lossviz.ui.state.url_state import Query
from lossviz.ui.view_links import view_link


def link_button(what: str, query: Query) -> None:
    """Draw a button that shows the link to something, with one that copies it.

    Args:
        what: What it leads to, as in "this panel".
        query: What the link says.
    """
    with st.popover(
        f"Link to {what}", icon=":material/link:", type="tertiary", on_change=keep_selection
    ):
        st.code(view_link(st.context.url or "", query), language=None, wrap_lines=True)
