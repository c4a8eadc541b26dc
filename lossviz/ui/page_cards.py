"""The cards that lead from the front page into the app."""

from dataclasses import dataclass

import streamlit as st

from lossviz.ui.state.selection import selection_query


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
        path="pages/penalty_curves.py",
        title="See the curves",
        sentence=(
            "Choose losses, drag their parameters, type one of your own, and look at penalty, slope"
            " and weight."
        ),
    ),
    PageCard(
        path="pages/geometry.py",
        title="Hold the arrow",
        sentence=(
            "A prediction is a vector. Turn it towards the target and watch cosine, dot product and"
            " projection."
        ),
    ),
    PageCard(
        path="pages/train.py",
        title="Train and compare",
        sentence=(
            "Let real fastai trainings run side by side, over several seeds, and see which loss"
            " learns."
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
            st.markdown(card.sentence)
