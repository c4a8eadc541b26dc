"""From the ways in which people write a formula to the one way of the loss language.

What comes out is plain text of the language, which the grammar reads or refuses as any other; what
can be meant in two ways is refused with the words to write.
"""

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache

from lossviz.errors import FormulaError
from lossviz.language.grammar import SYMBOLS
from lossviz.language.operations import function_names
from lossviz.language.spelling.decimal_commas import check_commas
from lossviz.language.spelling.implicit_products import check_fractional_exponents, write_products
from lossviz.language.spelling.notations import write_out
from lossviz.language.spelling.spellings import INDEXED, NAMES, REFUSED_NAMES
from lossviz.language.spelling.tokens import Token, tokens_of
from lossviz.language.syntax import MAX_CHARACTERS

_FUNCTION_AND_NAME = re.compile(rf"(ln|{'|'.join(function_names())})(p|pt|pj|k|q)")
_LETTER_AND_P = re.compile(r"([A-Za-z])p|p([A-Za-z])")
_P_AND_NUMBER = re.compile(r"p([0-9]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Respelled:
    """A formula as the language writes it.

    Attributes:
        typed: As it was typed.
        text: As the language writes it; without white space around it.
        places: Of each character of ``text``: where in ``typed`` it comes from, 0-based.
    """

    typed: str
    text: str
    places: tuple[int, ...]

    @contextmanager
    def pointing_at_typed(self) -> Iterator[None]:
        """Lets refusals of ``text`` point at what was typed."""
        try:
            yield
        except FormulaError as error:
            place = error.position
            if place is not None:
                is_inside = place < len(self.places)
                place = self.places[place] if is_inside else len(self.typed.rstrip())
            raise FormulaError(self.typed, place, error.reason) from error


@lru_cache(maxsize=512)
def respell(text: str, *, declared: Collection[str] = (), known: Collection[str] = ()) -> Respelled:
    """Read how a formula is written.

    Args:
        text: A formula as people write it.
        declared: Its parameters that are given values: such a name is read as no other.
        known: Names that a parameter is likely to have, so that ``k(1-p)`` is a product.

    Raises:
        FormulaError: It can be meant in several ways, or in none; the error says what to write.

    >>> respell("−½(1−p)²·ln(p̂)").text
    '-0.5*(1-p)**2*log(p)'
    >>> respell("np.log(p_t)(1-pt)").text
    'log(p)*(1-p)'
    """
    if len(text) > MAX_CHARACTERS:  # the parser refuses it
        return Respelled(typed=text, text=text, places=tuple(range(len(text))))
    factors = {*SYMBOLS, *declared, *known}

    def named(token: Token) -> Token:
        return token if token.text in declared else _named(text, token, factors)

    tokens = [named(token) for token in tokens_of(text)]
    check_commas(text, tokens)
    check_fractional_exponents(text, tokens)
    tokens = write_products(text, write_out(text, tokens, named), factors)
    pieces = [f" {token.text}" if token.space else token.text for token in tokens]
    if pieces:
        pieces[0] = tokens[0].text
    places = [token.place for token, piece in zip(tokens, pieces, strict=True) for _ in piece]
    if len(places) > MAX_CHARACTERS:
        raise FormulaError(
            text,
            None,
            f"the formula has {len(places):,} characters as it is read; at most {MAX_CHARACTERS}"
            " are allowed",
        )
    return Respelled(typed=text, text="".join(pieces), places=tuple(places))


def _named(text: str, token: Token, factors: Collection[str]) -> Token:
    """A name by its own spelling in the language; refused where it is likely to mean more."""
    if token.kind != "name":
        return token
    name = NAMES.get(token.text, token.text)
    if name not in factors and (reason := _reason_against(name, token.typed)):
        raise FormulaError(text, token.place, reason)
    return replace(token, text=name)


def _reason_against(name: str, typed: str) -> str:
    """Why a name is not taken for a parameter; empty if it is."""
    base, _, index = name.partition("_")
    advice = REFUSED_NAMES.get(name) or (REFUSED_NAMES.get(base) if len(base) == 1 else None)
    if advice:
        return f"{typed!r} isn't allowed in a formula: {advice}"
    if base.lower() == "p" and index:
        return f"{typed!r} isn't allowed in a formula: {INDEXED}"
    declare = f", or declare it as a parameter: ; {name}=1"
    if match := _FUNCTION_AND_NAME.fullmatch(name):
        return f"{typed!r} is one name: write {match[1]}({match[2]}){declare}"
    if match := _P_AND_NUMBER.fullmatch(name):
        return f"{typed!r} is one name: write p**{match[1]} or p*{match[1]}{declare}"
    if match := _LETTER_AND_P.fullmatch(name):
        product = f"{match[1]}*p" if match[1] else f"p*{match[2]}"
        return f"{typed!r} is one name: write {product}{declare}"
    return ""
