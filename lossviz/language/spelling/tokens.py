"""A typed formula as tokens that know where they were typed, in the letters of the language."""

import keyword
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, cast

from lossviz.errors import FormulaError
from lossviz.language.operations import function_names
from lossviz.language.spelling.spellings import (
    CHARACTERS,
    DOTS_FOR_TIMES,
    FRACTIONS,
    FUNCTION_NAMES,
    FUNCTION_TEMPLATES,
    GREEK,
    INDEXED,
    LIBRARIES,
    LOOKALIKES,
    METHODS,
    REFUSED_CHARACTERS,
    SUBSCRIPTS,
    SUPERSCRIPTS,
    TEX,
)

Kind = Literal[
    "number", "name", "function", "open", "close", "comma", "operator", "comparison", "bar",
    "root", "superscript", "other",
]  # fmt: skip
_GREEK_LETTERS = "".join(GREEK)
_TOKEN = re.compile(
    rf"""
    (?P<library>(?:{"|".join(map(re.escape, LIBRARIES))})\.(?=[A-Za-z]))
    |(?P<other_base>0[xXbBoO][0-9A-Fa-f]+)
    |(?P<number>(?:[0-9]+(?:_[0-9]+)*\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[{"".join(FRACTIONS)}])
    |(?P<name>(?:[A-Za-z_][A-Za-z0-9_]*(?:(?<=_)[{_GREEK_LETTERS}]|(?<=_){{[A-Za-z0-9]+}})?
              |[{_GREEK_LETTERS}](?:_[A-Za-z0-9]+|[0-9]+)?)[{SUBSCRIPTS}]*)
    |(?P<superscript>[{SUPERSCRIPTS}]+)
    |(?P<tex>\\[A-Za-z]*)
    |(?P<method>\.[A-Za-z_]\w*)
    |(?P<comparison><=|>=|=<|=>|==|[<>])
    |(?P<operator>\*\*|[-+*/])
    |(?P<open>[(\[{{])
    |(?P<close>[)\]}}])
    |(?P<comma>,)
    |(?P<bar>\|)
    |(?P<root>√)
    |(?P<other>\.)
    """,
    re.VERBOSE,
)
_CLOSING: Final = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A part of a formula that is not divided further.

    Attributes:
        kind: What it is; "other" is left to the parser, which refuses it.
        text: As the language writes it.
        place: 0-based offset in the typed text.
        typed: As it was typed.
        space: Whether white space stands in front of it.
    """

    kind: Kind
    text: str
    place: int
    typed: str = ""
    space: bool = False


def tokens_of(text: str) -> list[Token]:
    """The tokens of a typed formula.

    Raises:
        FormulaError: It holds what is no part of a formula; the error says what to write instead.

    >>> [token.text for token in tokens_of("−½ＬＯＧ(γ)")]
    ['-', '0.5', 'log', '(', 'gamma', ')']
    """
    plain, places = _plain_characters(text)
    brackets: list[str] = []
    found: list[Token] = []
    position, space = 0, False
    while position < len(plain):
        if plain[position] == " ":
            position, space = position + 1, True
            continue
        match = _TOKEN.match(plain, position)
        place = places[position]
        if not match:
            raise _unknown_character(text, place)
        kind, typed = str(match.lastgroup), match[0]
        _check(text, place, kind, typed, found[-1] if found and not space else None)
        _check_bracket(text, place, kind, typed, brackets)
        position = match.end()
        if kind != "library":
            found.append(_token(kind, typed, place, space))
            space = False
    _check_dots(text, found)
    return found


def english_name(typed: str) -> str:
    """A name with Greek letters in words and subscripts as plain letters.

    >>> english_name("γ"), english_name("α₁"), english_name("p_{t}")
    ('gamma', 'alpha1', 'p_t')
    """
    typed = typed.replace("{", "").replace("}", "")
    return "".join(GREEK.get(letter) or unicodedata.normalize("NFKC", letter) for letter in typed)


def plain_text(text: str) -> str:
    """A text with the characters of the language in the place of those that look like them."""
    return _plain_characters(text)[0]


def _plain_characters(text: str) -> tuple[str, list[int]]:
    """The text in the characters of the language where there is one, and where each was typed."""
    plain: list[str] = []
    places: list[int] = []
    for place, character in enumerate(text):
        if "!" <= character <= "~" and character != "^":
            written = character
        elif character in CHARACTERS:
            written = CHARACTERS[character]
        elif character.isspace():
            written = " "
        else:
            written = _compatible(character)
        plain.append(written)
        places += [place] * len(written)
    return "".join(plain), places


def _compatible(character: str) -> str:
    """The ASCII or Greek letters that a character stands for; itself where there are none, or
    where its height matters.
    """
    if character in FRACTIONS or unicodedata.decomposition(character).startswith(
        ("<super>", "<sub>", "<fraction>")
    ):
        return character
    written = unicodedata.normalize("NFKC", character)
    readable = all("!" <= letter <= "~" or letter in GREEK for letter in written)
    return written if readable else character


def _token(kind: str, typed: str, place: int, space: bool) -> Token:
    text = typed
    if kind == "number":
        text = FRACTIONS.get(typed) or typed.replace("_", "")
    elif kind == "open":
        text = "("
    elif kind == "close":
        text = ")"
    elif kind == "name":
        kind, text = _word(typed)
    elif kind == "comparison":
        text = {"=<": "<=", "=>": ">="}.get(typed, typed)
    return Token(kind=cast(Kind, kind), text=text, place=place, typed=typed, space=space)


def _word(typed: str) -> tuple[Kind, str]:
    name = english_name(typed)
    lowered = name.lower()
    function = FUNCTION_NAMES.get(lowered, lowered)
    if function in FUNCTION_TEMPLATES or function in function_names():
        return "function", function
    # it has a meaning in Python, which the parser refuses
    return ("other", name) if keyword.iskeyword(name) and name != "lambda" else ("name", name)


def _unknown_character(text: str, place: int) -> FormulaError:
    character = text[place]
    advice = REFUSED_CHARACTERS.get(
        character, "a formula consists of numbers, names, + - * / ** ( ) , and < >"
    )
    if latin := LOOKALIKES.get(character):
        advice = f"it is a Cyrillic letter; type the Latin {latin!r}"
    return FormulaError(text, place, f"{character!r} isn't allowed in a formula; {advice}")


def _check(text: str, place: int, kind: str, typed: str, before: Token | None) -> None:
    """Refuse numbers that are not decimal, TeX, methods and indices. ``before`` is the token that
    it stands right behind, if any.
    """
    if kind == "other_base":
        raise FormulaError(
            text, place, f"{typed!r} isn't a number; write numbers as 2, 0.5 or 1e-3"
        )
    if kind == "tex":
        advice = TEX.get(typed[1:], "").replace("{0}", typed[1:])
        if not advice:
            advice = "use plain characters, as in log(p)/2 or (1-p)**2"
        raise FormulaError(text, place, f"TeX such as {typed} isn't supported: {advice}")
    if kind == "method":
        advice = METHODS.get(typed[1:], "").replace("{0}", typed[1:])
        reason = "a dot after a name isn't allowed in a formula"
        raise FormulaError(text, place, f"{reason}; {advice}" if advice else reason)
    if kind == "open" and typed == "[" and before and before.kind == "name":
        raise FormulaError(text, place, f"indices aren't supported: {INDEXED}")


def _check_bracket(text: str, place: int, kind: str, typed: str, opened: list[str]) -> None:
    """Refuse a bracket that closes another kind than was opened last."""
    if kind == "open":
        opened.append(typed)
    elif kind == "close" and opened:
        wanted = _CLOSING[opened.pop()]
        if typed != wanted:
            raise FormulaError(
                text, place, f"syntax error here: expected {wanted!r}, not {typed!r}"
            )


def _check_dots(text: str, tokens: list[Token]) -> None:
    """Refuse a raised dot between two numbers, which may be a decimal point."""
    for left, dot, right in _glued_triples(tokens):
        if text[dot.place] not in DOTS_FOR_TIMES or left.kind != right.kind:
            continue
        first, second = english_name(left.text), english_name(right.text)
        if left.kind == "number":
            reason = f"a decimal point, or times? write {first}.{second} or {first}*{second}"
        elif left.kind == "superscript":
            reason = f"write **{first}.{second}".replace("\u2212", "-")
        else:
            continue
        raise FormulaError(text, dot.place, reason)


def _glued_triples(tokens: list[Token]) -> Iterator[tuple[Token, Token, Token]]:
    for left, middle, right in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if not (middle.space or right.space):
            yield left, middle, right


def bracket(text: str, token: Token) -> Token:
    """A bracket that was not typed, at the place of a token."""
    return Token(kind="open" if text == "(" else "close", text=text, place=token.place)


def ends_operand(token: Token) -> bool:
    """Whether an operator can stand behind it."""
    return token.kind in ("number", "name", "close")


def starts_operand(token: Token) -> bool:
    """Whether an operand, such as a factor, begins with it."""
    return token.kind in ("number", "name", "function", "open", "root")


def closing_bracket(tokens: list[Token], opening: int) -> int | None:
    """The index of the bracket that closes the one at an index; None if none does."""
    depth = 0
    for index in range(opening, len(tokens)):
        depth += (tokens[index].kind == "open") - (tokens[index].kind == "close")
        if depth == 0:
            return index
    return None


def is_balanced(tokens: list[Token]) -> bool:
    """Whether every bracket among the tokens is closed, and opened, among them."""
    depth = 0
    for token in tokens:
        depth += (token.kind == "open") - (token.kind == "close")
        if depth < 0:
            return False
    return depth == 0


def arguments_of(inside: list[Token]) -> list[list[Token]]:
    """The tokens between the brackets of a call, argument by argument."""
    found: list[list[Token]] = [[]]
    depth = 0
    for token in inside:
        depth += (token.kind == "open") - (token.kind == "close")
        if token.kind == "comma" and depth == 0:
            found.append([])
        else:
            found[-1].append(token)
    return found if inside else []
