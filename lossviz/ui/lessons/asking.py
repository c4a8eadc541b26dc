"""What a lesson asks: questions that are answered at once, and guesses that are kept until they
are revealed.
"""

from __future__ import annotations

import streamlit as st

from lossviz.ui.lessons.lesson import Guess, Question, Reveal
from lossviz.ui.lessons.lesson_state import give, given
from lossviz.ui.number_text import plain
from lossviz.ui.text import draw_caption, draw_text

GUESS_FIRST = "Guess first; what it is comes then."


def draw_question(lesson: str, question: Question) -> None:
    """Draw a question; below a choice stands whether it is right, and why.

    Side effects: keeps the choice in the session.
    """
    draw_text(question.text)
    chosen = _pick(lesson, question.key, question.text, question.choices)
    if chosen is None:
        return
    is_right = chosen == question.choices[question.right]
    verdict = "**Right.**" if is_right else f"**No:** {question.choices[question.right]}"
    text = f"{verdict} {question.explanation}".strip()
    if is_right:
        st.success(text, icon=":material/check:")
    else:
        st.info(text, icon=":material/close:")


def draw_guess(lesson: str, guess: Guess) -> None:
    """Draw what a reader guesses; once it is revealed it stays.

    Side effects: keeps the guess in the session.
    """
    draw_text(guess.text)
    if guess.limits is None:
        _pick(lesson, guess.key, guess.text, guess.choices)
        return
    least, greatest = guess.limits
    key = f"{lesson}: {guess.key}"
    st.session_state[key] = given(lesson, guess.key)
    st.number_input(
        guess.text,
        least,
        greatest,
        value=None,
        key=key,
        placeholder=f"{plain(least)} to {plain(greatest)}",
        on_change=lambda: give(lesson, guess.key, st.session_state[key]),
        label_visibility="collapsed",
        width=240,
    )


def draw_reveal(lesson: str, reveal: Reveal) -> None:
    """Draw what a guess was about, once something was guessed."""
    guessed = given(lesson, reveal.key)
    if guessed is None:
        draw_caption(f":material/visibility_off: {GUESS_FIRST}")
        return
    text = guessed if isinstance(guessed, str) else plain(guessed)
    st.success(f"**Your guess:** {text}\n\n{reveal.markdown}", icon=":material/visibility:")


def _pick(lesson: str, name: str, label: str, choices: tuple[str, ...]) -> str | None:
    """Let the reader choose; None before they have."""
    key = f"{lesson}: {name}"
    before = given(lesson, name)
    st.session_state[key] = before if before in choices else None
    chosen: str | None = st.radio(
        label,
        choices,
        index=None,
        key=key,
        on_change=lambda: give(lesson, name, st.session_state[key]),
        label_visibility="collapsed",
    )
    return chosen
