"""What a lesson is made of, once its file has been read."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypeAlias

from lossviz.errors import InvalidInput
from lossviz.ui.state.page_state import PageState

LEVELS: Final = MappingProxyType(
    {"beginner": "Beginner", "intermediate": "Intermediate", "advanced": "Advanced"}
)


class LessonError(InvalidInput):
    """A lesson's file that cannot be shown.

    Attributes:
        name: Of the file.
        line: Counted from 1.
        problem: What is wrong there, and what would be right.
    """

    def __init__(self, name: str, line: int, problem: str) -> None:
        self.name, self.line, self.problem = name, line, problem
        super().__init__(f"{name}, line {line}: {problem}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """Running text.

    Attributes:
        markdown: With its values filled in.
    """

    markdown: str


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Something of the app, drawn in the lesson.

    Attributes:
        kind: Key of ``VIEWS`` in ``views.py``.
        state: What is drawn, as a page's address says it.
        name: Of a named experiment or of a card of the gallery, its key; else empty.
    """

    kind: str
    state: PageState
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question whose answer is checked at once.

    Attributes:
        key: Its name in the session.
        text: Markdown.
        choices: At least two, as Markdown.
        right: The place of the right one.
        explanation: Markdown that stands below any answer; may be empty.
    """

    key: str
    text: str
    choices: tuple[str, ...]
    right: int
    explanation: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Guess:
    """A guess, which is kept until what it is about is revealed.

    Attributes:
        key: By which ``Reveal`` refers to it.
        text: Markdown.
        choices: As Markdown; empty where a number is guessed.
        limits: Between which the number lies; None where one of the choices is guessed.
    """

    key: str
    text: str
    choices: tuple[str, ...] = ()
    limits: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reveal:
    """What is shown once something was guessed.

    Attributes:
        key: Of the guess.
        markdown: With its values filled in.
    """

    key: str
    markdown: str


Block: TypeAlias = Text | View | Question | Guess | Reveal


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What is shown at once.

    Attributes:
        title: In a few words.
        blocks: From top to bottom; at least one.
    """

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """A lesson.

    Attributes:
        key: Its name in an address: that of its file.
        title: In a few words.
        summary: One sentence.
        minutes: About how long it takes.
        level: Key of ``LEVELS``.
        steps: At least one.
    """

    key: str
    title: str
    summary: str
    minutes: int
    level: str
    steps: tuple[Step, ...]
