"""Lines of a lesson's file, and the fields ``name: value`` that some of them hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lossviz.ui.lessons.lesson import LessonError


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """A part of a file.

    Attributes:
        name: Of the file.
        first: The number of its first line, counted from 1.
        lines: Without their ends.
    """

    name: str
    first: int
    lines: tuple[str, ...]

    def part(self, start: int, stop: int) -> Lines:
        """Some of the lines, counted from 0."""
        return Lines(name=self.name, first=self.first + start, lines=self.lines[start:stop])

    def error(self, line: int, problem: str) -> LessonError:
        """What is wrong with a line.

        Args:
            line: Counted from 0; -1 is the line before, such as that of a fence.
            problem: What is wrong.
        """
        return LessonError(self.name, max(self.first + line, 1), problem)


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A line ``name: value``.

    Attributes:
        name: Before the colon.
        value: After it; not empty.
        lines: The line itself.
    """

    name: str
    value: str
    lines: Lines

    def error(self, problem: str) -> LessonError:
        """What is wrong with it."""
        return self.lines.error(0, problem)


def read_fields(lines: Lines, *, known: Sequence[str], once: bool = False) -> list[Field]:
    """The fields of some lines, of which empty ones mean nothing.

    Args:
        lines: The lines.
        known: The names that a field may have.
        once: Whether each may stand there only once.

    Raises:
        LessonError: A line is no field.
    """
    fields: list[Field] = []
    for number, line in enumerate(lines.lines):
        if not line.strip():
            continue
        name, colon, value = (part.strip() for part in line.partition(":"))
        if name not in known or not colon:
            raise lines.error(number, f"write one of {', '.join(known)}, a colon and its value")
        if not value:
            raise lines.error(number, f"{name} has no value")
        if once and any(field.name == name for field in fields):
            raise lines.error(number, f"{name} stands there twice")
        fields.append(Field(name=name, value=value, lines=lines.part(number, number + 1)))
    return fields
