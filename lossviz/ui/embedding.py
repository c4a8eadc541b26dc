"""The frame of a page that is drawn within another one."""

import streamlit as st

from lossviz.ui.state.address import whole_address
from lossviz.ui.view_links import view_link


def draw_embedded_frame() -> None:
    """Lead to the page itself; where this link is, the style sheet takes the margins away and
    puts the link at its end.
    """
    with st.container(key="open-in-lossviz", horizontal=True, horizontal_alignment="right"):
        st.link_button(
            "Open in lossviz",
            view_link(st.context.url or "", whole_address()),
            icon=":material/open_in_new:",
            type="tertiary",
        )
