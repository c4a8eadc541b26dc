"""A step of the story on its page: text, drawing, answer and the way on."""

import streamlit as st

from lossviz.ui.markdown import escape_markdown
from lossviz.ui.state.selection import selection_query
from lossviz.ui.story.drawings import DRAWINGS
from lossviz.ui.story.source import SOURCE
from lossviz.ui.story.steps import NEXT_PAGES, STEPS, Step
from lossviz.ui.story.story_state import Story, go_to, reach
from lossviz.ui.text import draw_caption, draw_text

_GUESS = "story guess"


def draw_step(story: Story) -> None:
    """Draw the step that is open; a phone shows its parts one after the other."""
    if story.warning:
        st.warning(escape_markdown(story.warning))
    with st.container(key="story"):
        with st.container(key="story-text", gap="small"):
            _draw_text(story)
        with st.container(key="story-drawing", gap="small"):
            DRAWINGS[story.step.drawing](story)
        with st.container(key="story-answer", gap="small"):
            _draw_answer(story)
            _draw_ways(story)
    draw_caption(SOURCE)


def _draw_text(story: Story) -> None:
    step = story.step
    st.header(f"{story.number} of {len(STEPS)} · {step.title}", anchor=False)
    draw_text(step.text)
    with st.container(key="story-task", gap="small"):
        draw_text(f"**{step.task}**")
        if step.guesses:
            _draw_guesses(step, story.reached.guess)


def _draw_guesses(step: Step, chosen: str | None) -> None:
    st.session_state[_GUESS] = chosen
    st.segmented_control(
        step.task,
        [key for key, _ in step.guesses],
        format_func=dict(step.guesses).__getitem__,
        key=_GUESS,
        required=chosen is not None,
        on_change=_on_guess,
        label_visibility="collapsed",
    )


def _on_guess() -> None:
    reach(guess=st.session_state[_GUESS])


def _draw_answer(story: Story) -> None:
    """Streamlit's alerts are read out when they come."""
    answer = story.answer
    if answer is None:
        return
    with st.container(key="story-done" if answer.done else "story-undone"):
        if answer.done:
            st.success(answer.text, icon=":material/check:")
        else:
            st.info(answer.text)


def _draw_ways(story: Story) -> None:
    with st.container(key="story-ways", gap="small"):
        if story.number == len(STEPS):
            query = selection_query()
            for page in NEXT_PAGES:
                st.page_link(page.path, label=page.label, icon=page.icon, query_params=query)
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            st.button(
                "Back",
                icon=":material/arrow_back:",
                disabled=story.number == 1,
                on_click=go_to,
                args=(story.number - 1,),
            )
            if story.number < len(STEPS):
                st.button(
                    "Next",
                    icon=":material/arrow_forward:",
                    icon_position="right",
                    type="primary" if story.done else "secondary",
                    on_click=go_to,
                    args=(story.number + 1,),
                )
