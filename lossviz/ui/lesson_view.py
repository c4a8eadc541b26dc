"""The dialog in which a teacher chooses what a shared view hides."""

from __future__ import annotations

from typing import Final

import streamlit as st

from lossviz.ui.state.hideable import TRAIN, parts_of
from lossviz.ui.state.page_state import LARGEST_SEED
from lossviz.ui.state.session import session
from lossviz.ui.state.url_state import Query
from lossviz.ui.state.view import only_seed
from lossviz.ui.text import draw_caption
from lossviz.ui.view_links import LessonView, frame_snippet, lesson_query, view_link

NOT_A_PROTECTION: Final = (
    "A view hides controls, it does not lock them away: whoever takes the names out of the address"
    " has them back."
)
WHAT_A_SEED_DOES: Final = (
    "Comparisons then show this seed only, without a verdict: one seed cannot tell losses apart."
)
EMBEDDED_MENU: Final = "An embedded page has no menu unless its address says `hide=none`."


@st.dialog("Share a lesson view", width="medium")
def choose_lesson_view(query: Query) -> None:
    """Open the dialog.

    Args:
        query: What opens the page as it is.
    """
    page = session()["page"]
    labels = parts_of(page)
    hidden = st.pills(
        "What is hidden",
        list(labels),
        selection_mode="multi",
        default=[name for name in session()["choice"]["hidden_parts"] if name in labels],
        format_func=labels.__getitem__,
        key="lesson view: hidden",
        wrap=True,
    )
    seed = None
    if page == TRAIN:
        seed = st.number_input(
            "Only this seed",
            0,
            LARGEST_SEED,
            value=only_seed(),
            placeholder="All seeds",
            help=WHAT_A_SEED_DOES,
            key="lesson view: seed",
        )
    embedded = st.toggle("Within another page", key="lesson view: embedded", help=EMBEDDED_MENU)
    chosen = tuple(name for name in labels if name in hidden)
    view = LessonView(hidden=chosen, seed=seed, embedded=embedded)
    link = view_link(st.context.url or "", lesson_query(query, view))
    st.code(link, language=None, wrap_lines=True)
    if embedded:
        st.code(frame_snippet(link, title="lossviz"), language="html", wrap_lines=True)
    draw_caption(NOT_A_PROTECTION)
