"""Parts of a page that run again on their own."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

import streamlit as st

from lossviz.ui.glossary.page_words import words_of_part

P = ParamSpec("P")


def fragment(draw: Callable[P, None], *, run_every: float | None = None) -> Callable[P, None]:
    """``st.fragment``, but the part keeps the words that it marks when it runs again.

    Args:
        draw: Draws the part; at most once on a page.
        run_every: Seconds after which it runs again; never where it is None.
    """

    @wraps(draw)
    def part(*args: P.args, **kwargs: P.kwargs) -> None:
        with words_of_part(f"{draw.__module__}.{draw.__qualname__}"):
            draw(*args, **kwargs)

    return st.fragment(part, run_every=run_every)
