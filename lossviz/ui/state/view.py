"""What of a page is shown: all of it, but for what its address hides."""

from __future__ import annotations

from typing import Final

import streamlit as st

from lossviz.ui.state.hideable import NOTHING
from lossviz.ui.state.session import session

_NOT_EMBEDDED: Final = frozenset({"menu"})  # left out of a page within another, unless asked for


def is_shown(part: str) -> bool:
    """Whether a part of the page is drawn. What is not is not run either.

    Args:
        part: A name of ``HIDEABLE``.
    """
    hidden = session()["choice"]["hidden_parts"]
    if NOTHING in hidden:
        return True
    return part not in hidden and not (is_embedded() and part in _NOT_EMBEDDED)


def is_embedded() -> bool:
    """Whether the page is drawn within another one, by ``?embed=true``."""
    return bool(st.context.is_embedded)


def only_seed() -> int | None:
    """The seed to which the address narrows what is shown of comparisons; None for all."""
    return session()["choice"]["seed"]
