"""The parts of a loss that is written as one string: what it is, and its parameters' values."""

import re
import unicodedata
from typing import Final

from lossviz.errors import FormulaError, ParameterError
from lossviz.language.grammar import SYMBOLS
from lossviz.language.spelling.respelling import respell
from lossviz.language.spelling.spellings import FRACTIONS
from lossviz.language.spelling.tokens import english_name, plain_text
from lossviz.language.syntax import MAX_CHARACTERS
from lossviz.losses.catalogue import LOSSES, get_loss
from lossviz.losses.loss import Loss

_SEMICOLONS: Final = ";；\u037e"
_COMMAS: Final = ",，"
_SEPARATOR = re.compile(f"[{_SEMICOLONS}{_COMMAS}]")
_EQUALS: Final = "[=＝]"
_SETTING = re.compile(rf"\s*[^\W\d_]\w*\s*{_EQUALS}(?!{_EQUALS})")
_WORD = re.compile(r"\s*([A-Za-z]\w{0,39})\s*")
# what stands behind a catalogue loss's key or name
_ENTRY = re.compile(
    rf"\s*(\w(?:[^:=()*/^<>+{_SEMICOLONS}{_COMMAS}]*\w)?)\s*(?:[:{_SEMICOLONS}{_COMMAS}]|$)"
)
_CALL = re.compile(r"([^:=()*/^<>+]+)\(([^()]*=[^()]*)\)\s*")


def catalogue_entry(text: str) -> Loss | None:
    """The catalogue's loss that a text names, by key or name: ``focal:gamma=2``, ``focal(gamma=2)``
    or ``inverse power, k = 0.2``; None where it is a formula.

    Raises:
        UnknownLoss: It names no loss of the catalogue, and is no formula either.
        FormulaError, ParameterError: As ``settings_of`` and ``get_loss``.

    >>> catalogue_entry("Brier score").spec, catalogue_entry("focal, gamma = 3").spec
    ('brier', 'focal:gamma=3.0')
    """
    if len(text) > MAX_CHARACTERS:  # none is as long
        return None
    if (call := _CALL.fullmatch(text)) and (key := _KEYS.get(_simplified(call[1]))):
        return get_loss(key, **settings_of(text[: call.end(2)], call.start(2)))
    entry = _ENTRY.match(text)
    if not entry:
        return None
    if key := _KEYS.get(_simplified(entry[1])):
        return get_loss(key, **settings_of(text, entry.end()))
    word = _WORD.fullmatch(entry[1])
    stands_alone = entry.end() == len(text)
    if word and (text[entry.end() - 1] == ":" or (stands_alone and not _is_formula(word[1]))):
        return get_loss(word[1])  # which says what it may have meant
    return None


def _is_formula(word: str) -> bool:
    """Whether a word by itself is one of the loss language, or one that the language refuses."""
    try:
        return len(word) <= 2 or respell(word).text != word or word in SYMBOLS
    except FormulaError:
        return True


def end_of_formula(text: str) -> int:
    """Where the formula ends and its parameters' values begin.

    Raises:
        FormulaError: A semicolon stands inside a bracket.

    >>> end_of_formula("p**-k, k=0.3"), end_of_formula("max(p, 0.5)")
    (5, 11)
    """
    depth, last = 0, len(text.rstrip(f" {_COMMAS}"))
    for index, character in enumerate(text):
        depth += (character in "([{（") - (character in ")]}）")
        if character in _SEMICOLONS:
            if depth > 0:
                raise FormulaError(
                    text, index, "a bracket is not closed before ; write , between values"
                )
            return index
        is_end = character in _COMMAS and (index >= last or _SETTING.match(text, index + 1))
        if is_end and depth <= 0:
            return index
    return len(text)


def settings_of(text: str, start: int) -> dict[str, float]:
    """The ``k=0.2`` pairs in a text from an offset on, separated by commas or semicolons.

    Raises:
        FormulaError: A part is no such pair.
        ParameterError: A value is no number, or a name occurs twice.
    """
    found: dict[str, float] = {}
    end = start
    for part in _SEPARATOR.split(text[start:]):
        begin, end = end, end + len(part) + 1
        if not part.strip():
            continue
        pieces = re.split(_EQUALS, part, maxsplit=1)
        if len(pieces) == 1:
            raise _no_setting(text, begin, part)
        typed, value = (piece.strip() for piece in pieces)
        name = english_name(typed)
        name = "lam" if name == "lambda" else name
        if name in found:
            raise ParameterError(name, f"{name} is given twice; give it once")
        found[name] = _number(name, value)
    return found


def _no_setting(text: str, begin: int, part: str) -> FormulaError:
    place = begin + len(part) - len(part.lstrip())
    before = re.search(r"\w+\s*[=＝]\s*(-?\d+)[,，]$", text[:begin])
    if before and part.strip().isdigit():
        number = f"{before[1]}.{part.strip()}"
        return FormulaError(
            text, before.start(1), f"is {before[1]},{part.strip()} one number? write {number}"
        )
    return FormulaError(
        text, place, f"write a parameter as name=value, such as k=0.2; found {part.strip()!r}"
    )


def _number(name: str, typed: str) -> float:
    plain = plain_text(typed).strip()
    try:
        return float(FRACTIONS.get(plain, plain))
    except ValueError:
        raise ParameterError(name, f"{name} must be a number such as 0.2, got {typed!r}") from None


def _simplified(name: str) -> str:
    """A key or a name without what people write differently in it."""
    letters = unicodedata.normalize("NFKD", name).lower()
    return re.sub(r"[^a-z0-9]+", "_", letters).strip("_").removesuffix("_loss")


_KEYS: Final = {_simplified(word): key for key, loss in LOSSES.items() for word in (loss.name, key)}
