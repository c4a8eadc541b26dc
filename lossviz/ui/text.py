"""Text on a page: every sentence in Markdown goes through here, so that the glossary's words are
marked in one place.
"""

from typing import Any

import streamlit as st

from lossviz.ui.glossary.page_words import mark_new_words


def draw_text(markdown: str, **options: Any) -> None:
    """Draw running text; the glossary's words are marked where they first stand on the page.

    Args:
        markdown: The text.
        options: Those of ``st.markdown``.
    """
    st.markdown(mark_new_words(markdown), **options)


def draw_caption(markdown: str, **options: Any) -> None:
    """Draw the small text of a caption, its words marked as in ``draw_text``.

    Args:
        markdown: The text.
        options: Those of ``st.caption``.
    """
    st.caption(mark_new_words(markdown), **options)
