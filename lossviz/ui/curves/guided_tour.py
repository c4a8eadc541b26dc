"""The guided tour above the curves: its text, and the buttons that lead through it."""

import streamlit as st

from lossviz.ui.curves.tour_steps import TOUR_STEPS, TourStep
from lossviz.ui.state.actions import leave_tour, show_tour_step
from lossviz.ui.state.selection import Selection


def guided_tour(selection: Selection) -> TourStep | None:
    """Draw the step that the reader is at, or the button that begins the tour; return the step."""
    if not selection.tour_step:
        _draw_entrance(selection.last_tour_step)
        return None
    step = TOUR_STEPS[selection.tour_step - 1]
    with st.container(border=True, key="story-step"):
        st.markdown(f"**{selection.tour_step} of {len(TOUR_STEPS)} · {step.title}**")
        st.markdown(step.text)
        with st.container(horizontal=True, gap="small", vertical_alignment="center"):
            _draw_buttons(selection.tour_step)
    return step


def _draw_entrance(last_step: int) -> None:
    name = f"New here? The story in {len(TOUR_STEPS)} steps"
    if last_step:
        name = f"Back to the story, step {last_step} of {len(TOUR_STEPS)}"
    st.button(
        name,
        icon=":material/auto_stories:",
        type="tertiary",
        on_click=_go_to,
        args=(last_step or 1,),
        key="story",
    )


def _draw_buttons(number: int) -> None:
    st.button(
        "Back",
        icon=":material/arrow_back:",
        disabled=number == 1,
        on_click=_go_to,
        args=(number - 1,),
    )
    if number < len(TOUR_STEPS):
        st.button(
            "Next",
            icon=":material/arrow_forward:",
            icon_position="right",
            type="primary",
            on_click=_go_to,
            args=(number + 1,),
        )
    st.button(
        "Leave the story",
        type="tertiary",
        on_click=leave_tour,
        help="Your own losses come back; so can you.",
    )
    if number == 1:
        st.page_link(
            "pages/geometry.py",
            label="Hold the arrow yourself",
            icon=":material/north_east:",
        )


def _go_to(number: int) -> None:
    step = TOUR_STEPS[number - 1]
    show_tour_step(number, step.losses, step.chart)
