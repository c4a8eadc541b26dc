"""Parts of a page that run again on their own."""

from collections.abc import Callable
from functools import wraps
from typing import NoReturn, ParamSpec

import streamlit as st

from lossviz.ui.glossary.page_words import words_of_part

P = ParamSpec("P")


def fragment(
    draw: Callable[P, None], *, run_every: float | None = None, key: str | None = None
) -> Callable[P, None]:
    """``st.fragment``, but the part keeps the words that it marks when it runs again.

    Args:
        draw: Draws the part; at most once on a page for each key.
        run_every: Seconds after which it runs again; never where it is None.
        key: What ``rerun_parts`` calls it. It then draws what the session holds, not what it was
            given when the page ran.
    """

    @wraps(draw)
    def part(*args: P.args, **kwargs: P.kwargs) -> None:
        with words_of_part(f"{draw.__module__}.{draw.__qualname__} {key or ''}"):
            draw(*args, **kwargs)

    return st.fragment(part, run_every=run_every, key=key)


def rerun_parts(*keys: str) -> NoReturn:
    """Run these parts of the page again, and nothing else; for callbacks, as their last act.

    Args:
        keys: See ``fragment``; all are on the page.
    """
    st.rerun(list(keys))
