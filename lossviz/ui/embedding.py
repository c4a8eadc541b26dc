"""The frame of a page that is drawn within another one."""

import streamlit as st

from lossviz.ui.state.address import whole_address
from lossviz.ui.view_links import view_link


def draw_embedded_frame() -> None:
    """Take the frame's margins away, and lead to the page itself; the style sheet puts the link at
    the page's end.
    """
    st.html(
        "<style>.stMainBlockContainer.stMainBlockContainer { padding: 0.5rem 0.75rem; }</style>"
    )
    with st.container(key="open-in-lossviz", horizontal=True, horizontal_alignment="right"):
        st.link_button(
            "Open in lossviz",
            view_link(st.context.url or "", whole_address()),
            icon=":material/open_in_new:",
            type="tertiary",
        )
