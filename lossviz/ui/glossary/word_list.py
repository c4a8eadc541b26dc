"""All words of the glossary, below one another."""

from collections.abc import Iterator
from typing import get_args

import streamlit as st

from lossviz.ui.glossary.page_words import run_script
from lossviz.ui.glossary.terms import TERMS, Group
from lossviz.ui.markdown import capitalised


def word_list() -> None:
    """Draw each word with its meaning and where to see it, in one piece, so that the browser finds
    the word that an address names as soon as there is any. Its anchor is its key.
    """
    with st.container(key="glossary"):
        st.markdown("\n\n".join(_lines()))
        run_script("showNamedWord")


def _lines() -> Iterator[str]:
    for group in get_args(Group):
        yield f"## {group}"
        for term in TERMS.values():
            if term.group == group:
                yield f"### {capitalised(term.name)}"
                seen = f"  \n:small[See {term.seen}.]" if term.seen else ""
                yield term.meaning + seen
