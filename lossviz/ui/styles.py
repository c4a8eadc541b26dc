"""The pages' style sheet: what each part of a page ships as a ``.css`` file beside its Python.

The components' own styles are not in it; Streamlit loads those with each component.
"""

from functools import cache
from pathlib import Path

import streamlit as st

_FOLDER = Path(__file__).parent


def load_styles() -> None:
    """Put the style sheet into the page; once in every run.

    Side effects: draws an invisible element.
    """
    st.html(f"<style>\n{style_sheet()}</style>")


@cache
def style_sheet() -> str:
    """The rules of all parts, in the order of their paths; no part's rules lean on another's.

    Raises:
        ValueError: A rule holds a "<", for which ``st.html`` would silently drop the whole sheet.
    """
    paths = sorted(
        path
        for path in _FOLDER.rglob("*.css")
        if path.relative_to(_FOLDER).parts[0] != "components"
    )
    texts = {path: path.read_text(encoding="utf-8") for path in paths}
    for path, text in texts.items():
        if "<" in text:
            raise ValueError(f"{path} holds a '<': st.html would drop the whole style sheet")
    return "\n".join(texts.values())
