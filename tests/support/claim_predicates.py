"""Whether a sentence about a loss is true: each kind of sentence with a predicate that is evaluated
without lossviz's own analysis.

A table of claims is a tuple of ``Claim``; whoever prints sentences about losses (lint, the cards,
the story, captions) has one. ``objections`` holds a text to it: a sentence that matches no claim is
an objection, as is one whose predicate does not hold.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from tests.support.claim_formulas import Case

Predicate = Callable[[Case, dict[str, str]], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One kind of sentence.

    Attributes:
        pattern: Matches the whole sentence; its named groups are what the sentence says.
        holds: Whether it is true of a loss.
    """

    pattern: str
    holds: Predicate


def is_advice(case: Case, said: dict[str, str]) -> bool:
    """For a sentence that says what to do, or how things are for every loss, and nothing of this
    one.
    """
    return True


def sentences(text: str) -> list[str]:
    """A text's sentences, each with its full stop.

    >>> sentences("It rises at p = 0.5. Change it, et al. say. Or not.")
    ['It rises at p = 0.5.', 'Change it, et al. say.', 'Or not.']
    """
    return re.split(r"(?<=[.!?])\s+(?=[A-Z])", text.strip())


def objections(case: Case, text: str, claims: Sequence[Claim]) -> list[str]:
    """What is wrong with a text about a loss: empty where all of it is true."""
    found = []
    for sentence in sentences(text):
        matches = [(claim, re.fullmatch(claim.pattern, sentence)) for claim in claims]
        applying = [(claim, match.groupdict()) for claim, match in matches if match]
        if not applying:
            found.append(f"{case.name}: no predicate for {sentence!r}")
        found += [
            f"{case.name}: not true: {sentence!r}"
            for claim, said in applying
            if not claim.holds(case, said)
        ]
    return found
