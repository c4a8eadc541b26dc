"""Questions and guesses of a lesson, from the lines of their blocks."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Final

from lossviz.ui.lessons.fields import Lines
from lossviz.ui.lessons.lesson import Guess, Question

_CHECKED: Final = re.compile(r"- \[( |x|X)\]\s+(.+)")
_CHOICE: Final = re.compile(r"- (?!\[[ xX]\])(.+)")
_NUMBER: Final = re.compile(r"number:\s*(\S+)\s+to\s+(\S+)\s*")
_KEY: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
MOST_CHOICES: Final = 12


def read_question(names: list[str], lines: Lines, *, fill: Callable[[Lines], str]) -> Question:
    """A question: text, then choices ``- [ ]`` of which one is ``- [x]``, then an explanation.

    Args:
        names: What follows "question" in the fence: nothing.
        lines: Between the fences.
        fill: Gives the text of lines with their values.

    Raises:
        LessonError: It is none.
    """
    if names:
        raise lines.error(-1, "a question has no name; write question alone")
    places = [n for n, line in enumerate(lines.lines) if _CHECKED.fullmatch(line.strip())]
    _require_together(places, lines, "- [ ] …, with - [x] … for the right one")
    text, after = _around(places, lines, fill)
    choices, right = [], []
    for number, place in enumerate(places):
        match = _CHECKED.fullmatch(fill(lines.part(place, place + 1)).strip())
        if match is None:
            raise lines.error(place, "a choice is empty")
        choices.append(match[2].strip())
        right += [number] if match[1] != " " else []
    if len(right) != 1:
        raise lines.error(places[0], f"one choice must be right, - [x] …; {len(right)} are")
    _require_different(choices, lines, places)
    return Question(
        key=f"line {lines.first}",
        text=text,
        choices=tuple(choices),
        right=right[0],
        explanation=after,
    )


def read_guess(names: list[str], lines: Lines, *, fill: Callable[[Lines], str]) -> Guess:
    """A guess: text, then choices ``- …``, or ``number: LEAST to GREATEST``.

    Args:
        names: What follows "guess" in the fence: its name.
        lines: Between the fences.
        fill: Gives the text of lines with their values.

    Raises:
        LessonError: It is none.
    """
    if len(names) != 1 or not _KEY.fullmatch(names[0]):
        raise lines.error(
            -1, "write guess and a name of small letters, digits and dashes: guess steepness"
        )
    numbers = [n for n, line in enumerate(lines.lines) if line.strip().startswith("number:")]
    if numbers:
        text, after = _around(numbers[:1], lines, fill)
        if after or len(numbers) > 1:
            raise lines.error(numbers[0], "nothing may follow the number")
        return Guess(key=names[0], text=text, limits=_read_limits(lines, numbers[0]))
    places = [n for n, line in enumerate(lines.lines) if _CHOICE.fullmatch(line.strip())]
    _require_together(places, lines, "- …, or number: 0 to 100")
    text, after = _around(places, lines, fill)
    if after:
        raise lines.error(places[-1], "nothing may follow the choices")
    choices = [fill(lines.part(n, n + 1)).strip().removeprefix("- ").strip() for n in places]
    _require_different(choices, lines, places)
    return Guess(key=names[0], text=text, choices=tuple(choices))


def _read_limits(lines: Lines, place: int) -> tuple[float, float]:
    match = _NUMBER.fullmatch(lines.lines[place].strip())
    try:
        least, greatest = (float(text) for text in match.groups()) if match else (0.0, 0.0)
    except ValueError:
        least = greatest = 0.0
    if not (math.isfinite(least) and math.isfinite(greatest) and least < greatest):
        raise lines.error(place, "write the limits of the number, as in number: 0 to 100")
    if max(abs(least), abs(greatest)) > 1e9:
        raise lines.error(place, "the limits of the number must lie within a billion")
    return least, greatest


def _require_together(places: list[int], lines: Lines, how: str) -> None:
    if not 2 <= len(places) <= MOST_CHOICES:
        raise lines.error(-1, f"it needs 2 to {MOST_CHOICES} choices, one a line: {how}")
    if places != list(range(places[0], places[-1] + 1)):
        raise lines.error(places[0], "the choices must follow each other line by line")


def _around(places: list[int], lines: Lines, fill: Callable[[Lines], str]) -> tuple[str, str]:
    """The texts before and after the choices."""
    text = fill(lines.part(0, places[0])).strip()
    if not text:
        raise lines.error(-1, "it asks nothing: its text comes first")
    return text, fill(lines.part(places[-1] + 1, len(lines.lines))).strip()


def _require_different(choices: list[str], lines: Lines, places: list[int]) -> None:
    if len(set(choices)) < len(choices):
        raise lines.error(places[0], "two choices are the same")
    if "" in choices:
        raise lines.error(places[choices.index("")], "a choice is empty")
