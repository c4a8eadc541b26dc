"""What may stand behind a printed sentence: a computation, or a source that says it."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

Check = Callable[[str], None]  # of a loss's key: fails where the sentence is not true of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """A sentence about people and papers, which nothing here can compute.

    Attributes:
        source: Where it is said.
    """

    source: str


Claim = Check | Cited | tuple[Check | Cited, ...]


def sentences(text: str) -> list[str]:
    """The sentences of a text in Markdown, without its marks.

    >>> sentences("**It is 0.3.** At p = 1 it is 1: the end.")
    ['It is 0.3.', 'At p = 1 it is 1: the end.']
    """
    plain = " ".join(text.replace("**", "").split())
    return re.split(r"(?<=[.?!])(?<!et al\.)\s+(?=\S)", plain)


def hold(claim: Claim, key: str = "") -> None:
    """Check a claim, or each of several.

    Raises:
        AssertionError: It is not true.
    """
    parts: Iterable[Check | Cited] = claim if isinstance(claim, tuple) else (claim,)
    for part in parts:
        if isinstance(part, Cited):
            assert part.source
        else:
            part(key)
