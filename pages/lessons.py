"""Lessons: text, views, questions and guesses, step by step."""

import streamlit as st

from lossviz.ui.frame import begin_page
from lossviz.ui.lessons.headings import heading_of
from lossviz.ui.lessons.layout import draw_lesson, draw_list
from lossviz.ui.lessons.lesson_state import PAGE, open_lesson, problem, sync_place_from_url
from lossviz.ui.lessons.library import read_library
from lossviz.ui.loss_picker import show_warning
from lossviz.ui.markdown import escape_markdown
from lossviz.ui.state.selection import read_selection

library = read_library()
sync_place_from_url(library)
opened = open_lesson(library)
begin_page(PAGE, heading_of(opened))
show_warning(read_selection())
if problem():
    st.warning(escape_markdown(problem()), icon=":material/link_off:")
if opened:
    draw_lesson(*opened)
else:
    draw_list(library)
