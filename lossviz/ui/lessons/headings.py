"""Title and lead of the page of lessons, which are those of the lesson that is open."""

from __future__ import annotations

from collections.abc import Callable

from lossviz.ui.frame import Heading
from lossviz.ui.lessons.lesson import Lesson, Step
from lossviz.ui.markdown import escape_markdown


def heading_of(opened: tuple[Lesson, Step, int] | None) -> Callable[[], Heading] | None:
    """Gives the lesson's title and summary; None where the list is open."""
    if opened is None:
        return None
    lesson = opened[0]
    return lambda: Heading(title=lesson.title, lead=escape_markdown(lesson.summary))
