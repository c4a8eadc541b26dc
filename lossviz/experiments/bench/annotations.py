"""What may be noted of a comparison: a note in Markdown, and tags."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from typing import Final

from lossviz.errors import InvalidInput

LONGEST_NOTE: Final = 4_000  # characters
MOST_TAGS: Final = 12
LONGEST_TAG: Final = 30  # characters
_ON_ITS_LINE: Final = "\n\t"


def comparison_note(text: str) -> str:
    r"""The note that was typed, without characters that cannot be seen; empty for none.

    Like a name it may be shared, and then neither turns the order of what others read.

    Raises:
        InvalidInput: It is too long.

    >>> comparison_note(" **twice**\r\nas long\u202e \n")
    '**twice**\nas long'
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    visible = (one for one in lines if one in _ON_ITS_LINE or not _is_invisible(one))
    note = "\n".join(line.rstrip() for line in "".join(visible).split("\n")).strip()
    if len(note) > LONGEST_NOTE:
        raise InvalidInput(
            f"a note has at most {LONGEST_NOTE} characters, this one {len(note)}; shorten it"
        )
    return note


def comparison_tags(tags: Iterable[str]) -> tuple[str, ...]:
    r"""Tags as they are kept: in small letters, with single spaces, each once, in their order.

    Raises:
        InvalidInput: One is too long, or there are too many.

    >>> comparison_tags(["Label  noise", "label noise", " ", "GPU"])
    ('label noise', 'gpu')
    """
    plain = (" ".join(_visible(tag).lower().split()) for tag in tags)
    kept = tuple(dict.fromkeys(tag for tag in plain if tag))
    for tag in kept:
        if len(tag) > LONGEST_TAG:
            raise InvalidInput(
                f"a tag has at most {LONGEST_TAG} characters, {tag[:LONGEST_TAG]}… has {len(tag)};"
                " shorten it"
            )
    if len(kept) > MOST_TAGS:
        raise InvalidInput(
            f"a comparison has at most {MOST_TAGS} tags, these are {len(kept)}; take some away"
        )
    return kept


def _visible(text: str) -> str:
    return "".join(" " if unicodedata.category(one)[0] in "CZ" else one for one in text)


def _is_invisible(character: str) -> bool:
    return unicodedata.category(character)[0] == "C"
