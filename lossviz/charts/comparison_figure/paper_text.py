"""Text of a figure for a paper, measured by its font: what fits, where lines break."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Final

FONT: Final = "DejaVu Sans"  # ships with matplotlib, so a figure is the same on every machine
_MISSING: Final = "□"
_PER_INCH: Final = 72  # points
_SUBPIXELS: Final = 64  # in which FreeType measures
_MEASURED_PT: Final = 100.0  # a size at which letters are not moved to whole pixels


@cache
def _font() -> Any:
    from matplotlib.font_manager import FontProperties, findfont, get_font

    return get_font(findfont(FontProperties(family=FONT)))


@cache
def _glyphs() -> frozenset[int]:
    return frozenset(_font().get_charmap())


def printable(text: str) -> str:
    r"""The text with a box for each character that the font lacks, without invisible ones.

    >>> printable("a\u202eb 漢")
    'ab □'
    """
    visible = (one for one in text if unicodedata.category(one)[0] != "C")
    return "".join(one if ord(one) in _glyphs() else _MISSING for one in visible)


def width_in(text: str, size_pt: float) -> float:
    """How wide a line of text is, in inches.

    Args:
        text: See ``printable``.
        size_pt: Size of the font in points.
    """
    return _width_in(text) * size_pt / _MEASURED_PT


@lru_cache(maxsize=4096)
def _width_in(text: str) -> float:
    """The same at ``_MEASURED_PT``; most words of a caption come again."""
    font = _font()
    font.set_size(_MEASURED_PT, _PER_INCH)
    font.set_text(text)
    width: float = font.get_width_height()[0]
    return width / _SUBPIXELS / _PER_INCH


def fitted(text: str, size_pt: float, *, within_in: float) -> str:
    """The text, cut with an ellipsis where it is wider than there is room."""
    if width_in(text, size_pt) <= within_in:
        return text
    kept = next(
        count
        for count in range(len(text) - 1, -1, -1)
        if width_in(f"{text[:count]}…", size_pt) <= within_in or count == 0
    )
    return f"{text[:kept].rstrip()}…"


def wrapped(text: str, size_pt: float, *, within_in: float) -> list[str]:
    """The lines of a paragraph, broken at its plain spaces, or in a word that fits no line."""
    space = width_in("a a", size_pt) - width_in("aa", size_pt)
    lines: list[str] = []
    room = 0.0
    for word in text.split(" "):
        for part in _parts(word, size_pt, within_in):
            needed = space + width_in(part, size_pt)
            if lines and needed <= room:
                lines[-1] += f" {part}"
                room -= needed
            else:
                lines.append(part)
                room = within_in + space - needed
    return [line for line in lines if line]


def _parts(word: str, size_pt: float, within_in: float) -> list[str]:
    if width_in(word, size_pt) <= within_in:
        return [word]
    parts = [""]
    for letter in word:
        if parts[-1] and width_in(parts[-1] + letter, size_pt) > within_in:
            parts.append("")
        parts[-1] += letter
    return parts


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an entry of a legend stands.

    Attributes:
        row: 0-based, from the top.
        x_in: Of its left end, in inches.
        text: What is written there.
    """

    row: int
    x_in: float
    text: str


def flow(
    texts: Sequence[str], size_pt: float, *, within_in: float, handle_in: float, gap_in: float
) -> list[Place]:
    """Places of a legend's entries, in rows that are filled one after the other.

    Args:
        texts: The entries.
        size_pt: Size of the font in points.
        within_in: Width of a row in inches.
        handle_in: What stands before each text, in inches.
        gap_in: Between two entries, in inches.
    """
    places: list[Place] = []
    row, x = 0, 0.0
    for text in texts:
        fit = fitted(text, size_pt, within_in=within_in - handle_in)
        width = handle_in + width_in(fit, size_pt)
        if x > 0 and x + width > within_in:
            row, x = row + 1, 0.0
        places.append(Place(row=row, x_in=x, text=fit))
        x += width + gap_in
    return places
