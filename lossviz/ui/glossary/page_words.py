"""Which words a page has marked: each once, where it first stands, in every run of the script."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

import streamlit as st

from lossviz.ui.glossary.marking import address_of, mark_words
from lossviz.ui.glossary.terms import TERMS
from lossviz.ui.static_files import module_url

GLOSSARY: Final = "pages/glossary.py"
_OWNERS: Final = "words marked on the page"  # state: each word's key, and the part that marks it
_REST: Final = ""  # what lies in no fragment
_part: ContextVar[str] = ContextVar("part of the page", default=_REST)


def begin_words(path: str) -> None:
    """Forget what was marked, as a page's script begins; the glossary itself marks nothing.

    Side effects: writes the session's state; draws an invisible element, whose script shows the
    meanings.
    """
    st.session_state[_OWNERS] = dict.fromkeys(TERMS, _REST) if path == GLOSSARY else {}
    with st.container(key="words"):
        run_script("showMeanings")


def run_script(function: str) -> None:
    """Have the browser call a function of ``shared/words.js``.

    Side effects: draws an invisible element.
    """
    st.html(
        f'<script>import(new URL("{module_url("shared/words.js")}", document.baseURI))'
        f".then((words) => words.{function}());</script>",
        unsafe_allow_javascript=True,
    )


def mark_new_words(markdown: str) -> str:
    """The text with those words marked that the page has not marked before.

    Side effects: notes them in the session's state.
    """
    owners = st.session_state.setdefault(_OWNERS, {})
    text, found = mark_words(markdown, owners)
    owners.update(dict.fromkeys(found, _part.get()))
    return text


def take_words(*keys: str) -> dict[str, tuple[str, str]]:
    """Of these words those that the page has not marked before, for a component that marks them.

    Returns:
        Each word's address and meaning, by its key; ``wordLink`` in ``shared/words.js`` makes them
        links.

    Side effects: notes them in the session's state.
    """
    owners = st.session_state.setdefault(_OWNERS, {})
    new = [key for key in keys if key not in owners]
    owners.update(dict.fromkeys(new, _part.get()))
    return {key: (address_of(key), TERMS[key].meaning) for key in new}


@contextmanager
def words_of_part(name: str) -> Iterator[None]:
    """Within it words belong to a part of the page that can run again on its own, and then marks
    the same ones.

    Side effects: forgets what the part had marked.
    """
    owners: dict[str, str] = st.session_state.setdefault(_OWNERS, {})
    for key in [key for key, part in owners.items() if part == name]:
        del owners[key]
    outer = _part.set(name)
    try:
        yield
    finally:
        _part.reset(outer)
