"""The link that opens what the visitor sees in another browser, and the view of a lesson."""

from typing import Final

import streamlit as st

from lossviz.ui.fragments import fragment
from lossviz.ui.lesson_view import choose_lesson_view
from lossviz.ui.state.actions import keep_selection
from lossviz.ui.state.address import whole_address
from lossviz.ui.state.selection import selection_query
from lossviz.ui.state.url_state import Query
from lossviz.ui.state.view import is_shown
from lossviz.ui.text import draw_caption
from lossviz.ui.view_links import own_query, view_link

_KEY: Final = "share"
_ASKED: Final = "lesson view is asked for"  # in the session
OPENS_THE_SAME: Final = "This link opens the same losses, your own too, in the same views:"


def share_button(more: Query | None = None) -> None:
    """A button that shows the link, with one that copies it; nothing where the view hides it.

    Args:
        more: What the link says beside the address.
    """
    if not is_shown("share"):
        return
    fragment(_draw)(more or {})  # opened, it runs alone: the chart may have changed the choice


def _draw(more: Query) -> None:
    with st.popover("Share this view", icon=":material/link:", key=_KEY, on_change=keep_selection):
        draw_caption(OPENS_THE_SAME)
        query = selection_query() | more | own_query(whole_address())
        st.code(view_link(st.context.url or "", query), language=None, wrap_lines=True)
        st.button(
            "Share a lesson view…", icon=":material/school:", key="lesson view", on_click=_ask
        )
    if st.session_state.pop(_ASKED, False):
        choose_lesson_view(query)


def _ask() -> None:
    """Open the dialog in place of what the button has opened: it would lie over it."""
    st.session_state[_KEY] = False
    st.session_state[_ASKED] = True
