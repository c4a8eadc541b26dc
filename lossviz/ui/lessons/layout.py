"""The page of lessons: the list, and a lesson step by step."""

from __future__ import annotations

import streamlit as st

from lossviz.ui.lessons.asking import draw_guess, draw_question, draw_reveal
from lossviz.ui.lessons.drawings import draw_view
from lossviz.ui.lessons.lesson import (
    LEVELS,
    Block,
    Guess,
    Lesson,
    Question,
    Reveal,
    Step,
    Text,
    View,
)
from lossviz.ui.lessons.lesson_state import furthest_step, go_to, place_query
from lossviz.ui.lessons.library import Library
from lossviz.ui.markdown import count_of, escape_markdown
from lossviz.ui.share_link import share_button
from lossviz.ui.state.view import is_shown
from lossviz.ui.text import draw_caption, draw_text
from lossviz.ui.visitor import current_visitor

NOT_SHOWN = "A lesson of this app cannot be shown; whoever deploys it reads why here."


def draw_list(library: Library) -> None:
    """Draw a card for each lesson, and what is wrong with the files of others: to the deployer in
    full, to others only that there are such.
    """
    for lesson in library.lessons.values():
        with st.container(border=True, gap="xsmall"):
            draw_text(f"**{escape_markdown(lesson.title)}**")
            draw_text(escape_markdown(lesson.summary))
            steps = count_of(len(lesson.steps), "step", "steps")
            draw_caption(f"{LEVELS[lesson.level]} · {steps} · about {lesson.minutes} minutes")
            furthest = furthest_step(lesson.key)
            st.button(
                f"Go on at step {furthest}" if furthest else "Start",
                icon=":material/arrow_forward:",
                key=f"open {lesson.key}",
                on_click=go_to,
                args=(lesson.key, furthest or 1),
                help=lesson.title,
            )
    if library.problems and not current_visitor().is_deployer:
        st.warning(NOT_SHOWN, icon=":material/error:")
        return
    for error in library.problems:
        st.error(escape_markdown(error), icon=":material/error:")


def draw_lesson(lesson: Lesson, step: Step, number: int) -> None:
    """Draw a step of a lesson, and the way on.

    Args:
        lesson: The lesson.
        step: One of its steps.
        number: Of the step, counted from 1.
    """
    with st.container(key="lesson", gap="small"):
        st.header(f"{number} of {len(lesson.steps)} · {step.title}", anchor=False)
        for block in step.blocks:
            _draw_block(block, lesson.key, number)
    _draw_ways(lesson, number)


def _draw_block(block: Block, lesson: str, number: int) -> None:
    match block:
        case Text():
            draw_text(block.markdown)
        case View():
            with st.container(key=f"lesson-view-{block.kind}", gap="small"):
                draw_view(block, f"lesson {lesson} {number} {block.kind}")
        case Question():
            with st.container(border=True, gap="small"):
                draw_question(lesson, block)
        case Guess():
            with st.container(border=True, gap="small"):
                draw_guess(lesson, block)
        case Reveal():
            draw_reveal(lesson, block)


def _draw_ways(lesson: Lesson, number: int) -> None:
    last = len(lesson.steps)
    with st.container(horizontal=True, gap="small", vertical_alignment="center", key="lesson-ways"):
        st.button(
            "Back",
            icon=":material/arrow_back:",
            disabled=number == 1,
            on_click=go_to,
            args=(lesson.key, number - 1),
        )
        if number < last:
            st.button(
                "Next",
                icon=":material/arrow_forward:",
                icon_position="right",
                type="primary",
                on_click=go_to,
                args=(lesson.key, number + 1),
            )
        if is_shown("lessons"):
            st.button(
                "All lessons",
                icon=":material/list:",
                type="primary" if number == last else "tertiary",
                on_click=go_to,
                args=("", 1),
            )
        share_button(place_query(lesson.key, number))
