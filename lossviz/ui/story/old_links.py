"""Links from before the story had a page of its own."""

import streamlit as st

from lossviz.ui.story.steps import STEPS
from lossviz.ui.story.story_state import PAGE


def follow_old_link() -> None:
    """Lead an address of the curves that names a step, such as ``penalty_curves?story=3``, to the
    story; its losses are left out, as they were the story's.

    Side effects: ends the run where it leads on.
    """
    step = st.query_params.get("story")
    if step in {str(number) for number in range(1, len(STEPS) + 1)}:
        st.switch_page(PAGE, query_params={"step": step})
