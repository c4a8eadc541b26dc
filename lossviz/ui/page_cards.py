"""The cards that lead from the front page into the app."""

from dataclasses import dataclass

import streamlit as st

from lossviz.ui.state.selection import selection_query
from lossviz.ui.text import draw_text


@dataclass(frozen=True, slots=True, kw_only=True)
class PageCard:
    """A card that leads to a page.

    Attributes:
        path: Of the page.
        title: What one does there, in a few words.
        sentence: The same in a sentence.
    """

    path: str
    title: str
    sentence: str


CARDS = (
    PageCard(
        path="pages/story.py",
        title="Follow the story",
        sentence=(
            "Seven steps from the dot product to the loss 1/p^0.2, with something to do in each."
        ),
    ),
    PageCard(
        path="pages/penalty_curves.py",
        title="Compare curves",
        sentence="Choose losses, drag their parameters, or type a loss of your own.",
    ),
    PageCard(
        path="pages/geometry.py",
        title="Turn a prediction",
        sentence=(
            "A prediction is a vector. Turn it towards the target, and see what each loss makes of"
            " it."
        ),
    ),
    PageCard(
        path="pages/playground.py",
        title="Watch it learn",
        sentence=(
            "Small networks learn in your browser, each with another loss. Change a loss while it"
            " trains."
        ),
    ),
    PageCard(
        path="pages/train.py",
        title="Train and compare",
        sentence=(
            "Train real networks with several losses, over several seeds, and see which"
            " differences are more than chance."
        ),
    ),
)


def page_cards() -> None:
    """Draw the cards side by side; each takes the visitor's choice along."""
    with st.container(key="ways"):
        columns = st.columns(len(CARDS), gap="medium")
    query = selection_query()
    for column, card in zip(columns, CARDS, strict=True):
        with column, st.container(border=True, height="stretch"):
            st.page_link(
                card.path,
                label=f"**{card.title}**",
                icon=":material/arrow_forward:",
                icon_position="right",
                query_params=query,
            )
            draw_text(card.sentence)
