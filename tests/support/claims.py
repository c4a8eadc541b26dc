"""What may stand behind a printed sentence: a computation, or a source that says it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from tests.support.claim_predicates import sentences

Check = Callable[[str], None]  # of a loss's key: fails where the sentence is not true of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Cited:
    """A sentence that nothing here can compute: about people and papers, what a word means, or what
    the reader may do.

    Attributes:
        source: Where it is said, or which of these it is.
    """

    source: str


Claim = Check | Cited | tuple[Check | Cited, ...]


def plain_sentences(text: str) -> list[str]:
    """The sentences of a text in Markdown, without its marks.

    >>> plain_sentences("**It is 0.3.** At p = 1 it is 1: the end.")
    ['It is 0.3.', 'At p = 1 it is 1: the end.']
    """
    return sentences(" ".join(text.replace("*", "").split()))


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
