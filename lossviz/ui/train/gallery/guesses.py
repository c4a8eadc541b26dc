"""What a visitor guessed before a recording was shown."""

from __future__ import annotations

from typing import Final

import streamlit as st

from lossviz.experiments.gallery.cards import GalleryCard

_GUESSES: Final = "guesses of recordings"  # in the session: by the key of the card


def keep_guess(card: GalleryCard, guess: str) -> None:
    """Remember a guess until the session ends.

    Args:
        card: What it is about.
        guess: The loss that was to end with the fewest errors; empty for none.

    Side effects: changes the session.
    """
    st.session_state.setdefault(_GUESSES, {})[card.key] = guess


def guess_of(card: GalleryCard) -> str:
    """The guess; empty where there was none."""
    return str(st.session_state.get(_GUESSES, {}).get(card.key, ""))
