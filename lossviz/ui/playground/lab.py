"""What the playground's page shows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from lossviz.ui.components.playground.component import playground
from lossviz.ui.fragments import fragment, rerun_parts
from lossviz.ui.frame import MENU
from lossviz.ui.playground.offer import choice_json, offer_json
from lossviz.ui.playground.story import story_json
from lossviz.ui.playground.typed_formula import answer_json
from lossviz.ui.playground.verdict import verdict_json
from lossviz.ui.share_link import share_button
from lossviz.ui.state.actions import follow_playground
from lossviz.ui.state.hideable import parts_of
from lossviz.ui.state.selection import read_selection, selection_query
from lossviz.ui.state.view import is_shown

PAGE: Final = "pages/playground.py"
_LAB: Final = "playground lab"  # parts of the page
_LINKS: Final = "playground links"
_FOLLOWED: Final = "playground report"  # in the session
_ANSWER: Final = "playground answer"  # in the session
_VERDICT: Final = "playground verdict"  # the same


def playground_lab() -> None:
    """Draw networks in training with the chosen losses, and the links that take these along."""
    fragment(_draw_links, key=_LINKS)()
    fragment(_draw_lab, key=_LAB)()


def _draw_links() -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="play_links"):
        if is_shown("real"):
            st.page_link(
                "pages/train.py",
                label="Train these for real",
                icon=":material/model_training:",
                query_params=selection_query(),
            )
        share_button()


def _draw_lab() -> None:
    selection = read_selection()
    playground(
        offer=offer_json(),
        choice=choice_json(selection),
        play=selection.play,
        followed=st.session_state.get(_FOLLOWED, 0),
        story=story_json(),
        hidden=[part for part in parts_of(PAGE) if not is_shown(part)],
        answer=st.session_state.get(_ANSWER, ""),
        on_follow=_on_follow,
        on_type=_on_type,
        verdict=st.session_state.get(_VERDICT, ""),
        on_seeds=_on_seeds,
    )


def _on_follow(number: int, specs: Sequence[str], play: str) -> None:
    """Let links lead on with what the browser shows, and answer it."""
    st.session_state[_FOLLOWED] = number
    follow_playground(specs, play)
    rerun_parts(MENU, _LINKS, _LAB)


def _on_type(number: int, text: str) -> None:
    st.session_state[_ANSWER] = answer_json(number, text)


def _on_seeds(report_id: str, report: str) -> None:
    st.session_state[_VERDICT] = verdict_json(report_id, report)
