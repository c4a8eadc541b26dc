"""A lesson's file becomes a lesson, or is refused with the line that is wrong.

A file begins with a header between two lines ``---``; each heading ``# …`` begins a step; fenced
blocks named ``view``, ``question``, ``guess`` and ``reveal`` become what a reader can do. All else
is Markdown. ``docs/teaching.md`` describes the format.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from lossviz.ui.lessons.blocks import read_guess, read_question
from lossviz.ui.lessons.fields import Lines, read_fields
from lossviz.ui.lessons.lesson import (
    LEVELS,
    Block,
    Guess,
    Lesson,
    LessonError,
    Reveal,
    Step,
    Text,
    View,
)
from lossviz.ui.lessons.values import UnknownValue, fill_values
from lossviz.ui.lessons.views import read_view

MOST_CHARACTERS: Final = 200_000
MOST_STEPS: Final = 50
MOST_MINUTES: Final = 600
_RULE: Final = "---"
_HEADER: Final = ("title", "summary", "minutes", "level")
_MARKDOWN: Final = MarkdownIt("commonmark", {"html": False})


def read_lesson(text: str, *, name: str, key: str = "") -> Lesson:
    """Read a lesson.

    Args:
        text: Of its file.
        name: Of the file, for errors.
        key: Its name in an address.

    Raises:
        LessonError: It is no lesson; it says what is wrong in which line.
    """
    if len(text) > MOST_CHARACTERS:
        raise LessonError(name, 1, f"a lesson has at most {MOST_CHARACTERS:,} characters")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd").split("\n")
    if lines[0].strip() != _RULE:
        raise LessonError(name, 1, "a lesson begins with a line --- and its title")
    end = next((n for n, line in enumerate(lines[1:], 1) if line.strip() == _RULE), None)
    if end is None:
        raise LessonError(name, 1, "the header has no second line ---")
    header = _read_header(Lines(name=name, first=2, lines=tuple(lines[1:end])))
    body = Lines(name=name, first=end + 2, lines=tuple(lines[end + 1 :]))
    return Lesson(
        key=key or name,
        title=header["title"],
        summary=header["summary"],
        minutes=int(header["minutes"]),
        level=header["level"],
        steps=_read_steps(body),
    )


def _read_header(lines: Lines) -> dict[str, str]:
    found = {field.name: field for field in read_fields(lines, known=_HEADER, once=True)}
    for field in _HEADER:
        if field not in found:
            raise lines.error(0, f"the header has no {field}")
    minutes = found["minutes"].value
    is_whole = minutes.isascii() and minutes.isdecimal() and len(minutes) <= len(str(MOST_MINUTES))
    if not is_whole or not 1 <= int(minutes) <= MOST_MINUTES:
        raise found["minutes"].error(f"minutes must be a whole number from 1 to {MOST_MINUTES}")
    if found["level"].value not in LEVELS:
        raise found["level"].error(f"level must be one of {', '.join(LEVELS)}")
    return {name: field.value for name, field in found.items()}


@dataclass(slots=True, kw_only=True)
class _OpenStep:
    """A step that is being read.

    Attributes:
        title: Of its heading.
        line: Of the heading, counted from 0 in the body.
        blocks: What was read of it so far.
    """

    title: str
    line: int
    blocks: list[Block]


def _read_steps(body: Lines) -> tuple[Step, ...]:
    steps: list[_OpenStep] = []
    text_from = 0

    def end_text(at: int) -> None:
        """What was not read as a block up to a line is text."""
        text = "\n".join(body.lines[text_from:at])
        if not text.strip():
            return
        filled = _filled(body.part(text_from, at))
        if not steps:
            first = next(n for n in range(text_from, at) if body.lines[n].strip())
            raise body.error(first, "text stands before the first step; a step begins with # Title")
        steps[-1].blocks.append(Text(markdown=filled.strip("\n")))

    for token, content in _marks(body):
        if token.map is None:
            continue
        start, stop = token.map
        end_text(start)
        text_from = stop
        if token.type == "heading_open":
            if not content:
                raise body.error(start, "a step needs a title")
            steps.append(_OpenStep(title=content, line=start, blocks=[]))
        elif not steps:
            raise body.error(start, "a block stands before the first step, which begins with #")
        else:
            steps[-1].blocks.append(_read_block(token, body.part(start, stop)))
    end_text(len(body.lines))
    _check(steps, body)
    return tuple(Step(title=step.title, blocks=tuple(step.blocks)) for step in steps)


def _marks(body: Lines) -> Iterator[tuple[Token, str]]:
    """The headings that begin a step, with their titles, and the fences that are blocks."""
    tokens = _MARKDOWN.parse("\n".join(body.lines))
    for place, token in enumerate(tokens):
        if token.level:
            continue
        if token.type == "heading_open" and token.tag == "h1":
            yield token, tokens[place + 1].content.strip()
        elif token.type == "fence" and token.info.split()[:1] and token.info.split()[0] in _BLOCKS:
            yield token, token.content


def _read_block(token: Token, lines: Lines) -> Block:
    """A block from its fence, opening and closing line included."""
    closing = lines.lines[-1].strip() if len(lines.lines) > 1 else ""
    if not closing.startswith(token.markup) or closing.strip(token.markup[0]):
        raise lines.error(0, f"the block has no closing line {token.markup}")
    kind, *names = token.info.split()
    return _BLOCKS[kind](names, lines.part(1, len(lines.lines) - 1))


def _read_reveal(names: list[str], lines: Lines) -> Reveal:
    if len(names) != 1:
        raise lines.error(-1, "write reveal and the name of a guess, as in: reveal steepness")
    markdown = _filled(lines).strip()
    if not markdown:
        raise lines.error(-1, "it reveals nothing")
    return Reveal(key=names[0], markdown=markdown)


def _filled(lines: Lines) -> str:
    text = "\n".join(lines.lines)
    try:
        return fill_values(text)
    except UnknownValue as error:
        problem, place = error.args
        raise lines.error(text.count("\n", 0, place), problem) from error


def _check(steps: list[_OpenStep], body: Lines) -> None:
    """What holds for the lesson as a whole."""
    if not steps:
        raise body.error(0, "the lesson has no step; a step begins with # Title")
    if len(steps) > MOST_STEPS:
        raise body.error(steps[MOST_STEPS].line, f"a lesson has at most {MOST_STEPS} steps")
    guessed: set[str] = set()
    revealed: set[str] = set()
    for step in steps:
        if not step.blocks:
            raise body.error(step.line, "the step is empty")
        kinds = [block.kind for block in step.blocks if isinstance(block, View)]
        if len(kinds) > len(set(kinds)):
            raise body.error(step.line, "a step has at most one view of each kind")
        for block in step.blocks:
            if isinstance(block, Guess) and block.key in guessed:
                raise body.error(step.line, f"two guesses of the lesson are called {block.key!r}")
            if isinstance(block, Reveal) and block.key not in guessed:
                raise body.error(step.line, f"{block.key!r} is revealed before it is guessed")
            guessed |= {block.key} if isinstance(block, Guess) else set()
            revealed |= {block.key} if isinstance(block, Reveal) else set()
        if guessed - revealed:
            missing = min(guessed - revealed)
            raise body.error(step.line, f"the guess {missing!r} is not revealed in its step")


_BLOCKS: Final[Mapping[str, Callable[[list[str], Lines], Block]]] = MappingProxyType(
    {
        "view": read_view,
        "question": lambda names, lines: read_question(names, lines, fill=_filled),
        "guess": lambda names, lines: read_guess(names, lines, fill=_filled),
        "reveal": _read_reveal,
    }
)
