"""The cards of the gallery: a question, a guess, and the button that shows what was recorded."""

from __future__ import annotations

from typing import Final

import streamlit as st

from lossviz.errors import LossvizError
from lossviz.experiments.gallery.cards import CARDS, GalleryCard
from lossviz.experiments.gallery.recordings import Recording
from lossviz.losses.functions import loss_label
from lossviz.losses.parsing import loss_from_spec
from lossviz.ui.markdown import escape_markdown
from lossviz.ui.messages import show_error
from lossviz.ui.state.actions import keep_selection
from lossviz.ui.state.selection import selection_query
from lossviz.ui.text import draw_caption, draw_text
from lossviz.ui.train.backend import TrainingBackend
from lossviz.ui.train.comparison_link import PARAMETER
from lossviz.ui.train.gallery.guesses import keep_guess
from lossviz.ui.train.launching.form_folding import fold_form

HEADING: Final = "See a recorded comparison"
LEAD: Final = (
    "These were trained before, and ship with lossviz. Guess first, then see the whole race, its"
    " replay and its verdict at once: nothing is trained for it."
)
OPEN: Final = "See the race and the verdict"
_PAGE: Final = "pages/train.py"


def show_gallery(backend: TrainingBackend) -> None:
    """Draw a card for each question.

    Side effects: a press puts a recording into the database where it is not there, and shows it.
    """
    st.header(HEADING, anchor=False)
    draw_text(LEAD)
    with st.container(key="gallery"):
        columns = st.columns(len(CARDS), gap="small")
    for column, card in zip(columns, CARDS, strict=True):
        with column, st.container(border=True, height="stretch", gap="xsmall"):
            _draw_card(backend, card)


def _draw_card(backend: TrainingBackend, card: GalleryCard) -> None:
    draw_text(f"**{escape_markdown(card.title)}**")
    draw_caption(escape_markdown(card.question))
    draw_caption(escape_markdown(card.about))
    guess = st.selectbox(
        f"Your guess, {card.title}: which loss ends with the fewest errors?",
        [loss_from_spec(loss).spec for loss in card.losses],
        index=None,
        format_func=loss_label,
        placeholder="Your guess (optional)",
        key=f"guess of recorded {card.key}",
        on_change=keep_selection,
        label_visibility="collapsed",
    )
    if st.button(
        OPEN,
        icon=":material/play_circle:",
        key=f"open recorded {card.key}",
        width="stretch",
    ):
        keep_guess(card, guess or "")
        try:
            show_recording(backend, card.first)
        except LossvizError as error:
            show_error(error)


def show_recording(backend: TrainingBackend, recording: Recording) -> None:
    """Go to a recording, which is put into the database where it is not there.

    Side effects: may write to the store; switches the page.
    """
    comparison = backend.open_recording(recording)
    fold_form()
    st.switch_page(_PAGE, query_params=selection_query() | {PARAMETER: [comparison.id]})
