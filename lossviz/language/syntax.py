"""From the text of a loss to a syntax tree of bounded size, through Python's own parser.

The parser makes a tree, and nothing of the text is run.
"""

import ast
import keyword
import re

from lossviz.errors import FormulaError

MAX_CHARACTERS = 500
MAX_DEPTH = 40
MAX_NODES = 200

_ALPHABET = re.compile(r"[A-Za-z0-9_+\-*/.(),<>= ]")
_WORD = re.compile(r"[A-Za-z_]\w*")
_NUMBER_LIKE = re.compile(r"(?<!\w)(?:\d|\.\d)[\w.]*")
# without the sign and the digits of an exponent, which Python's parser checks
_NUMBER = re.compile(r"(?:\d+\.?\d*|\.\d+)(?:[eE]\d*)?")

# by words of Python's message
_EXPLANATIONS = {
    "was never closed": "a bracket is not closed",
    "unmatched": "a bracket is closed that was not opened",
    "leading zeros": "a number begins with 0; leave it out",
    "nested": f"too deeply nested, at most {MAX_DEPTH} levels",
}


def parse(text: str) -> ast.expr:
    """The syntax tree of a text of bounded size, its columns counted as in the text.

    Raises:
        FormulaError: The text cannot be parsed, or is too large.

    >>> parse("  -log(p)").col_offset
    2
    """
    _check_text(text)
    offset = len(text) - len(text.lstrip())
    try:
        parsed = ast.parse(text.strip(), mode="eval")
    except SyntaxError as error:
        # Python says 0 where the end is missing
        position = offset + error.offset - 1 if error.offset else len(text)
        raise FormulaError(
            text,
            min(position, len(text)),
            f"the formula cannot be read from here: {_explain(error.msg)}",
        ) from None
    except (MemoryError, RecursionError):
        raise FormulaError(text, None, f"too deeply nested: at most {MAX_DEPTH} levels") from None
    nodes = [node for node in ast.walk(parsed) if isinstance(node, ast.expr)]
    if len(nodes) > MAX_NODES:
        raise FormulaError(
            text, None, f"the formula has {len(nodes)} parts; at most {MAX_NODES} are allowed"
        )
    for node in nodes:
        node.col_offset += offset
        node.end_col_offset = (node.end_col_offset or 0) + offset
    return parsed.body


def _check_text(text: str) -> None:
    """Refuse what need not be parsed: emptiness, length, foreign characters, Python's reserved
    words, numbers that are not decimal.
    """
    if not text.strip():
        raise FormulaError(text, None, "the formula is empty; type a function of p such as -log(p)")
    if len(text) > MAX_CHARACTERS:
        raise FormulaError(
            text,
            None,
            f"the formula has {len(text):,} characters; at most {MAX_CHARACTERS} are allowed",
        )
    for position, character in enumerate(text):
        if not _ALPHABET.fullmatch(character):
            reason = (
                f"the character {character!r} has no place in a formula; a formula is made of"
                " numbers, names, + - * / ** ( ) , and < >"
            )
            raise FormulaError(text, position, reason)
    for word in _WORD.finditer(text):
        if keyword.iskeyword(word[0]):
            reason = (
                f"{word[0]!r} is a reserved word; use another name, or where(condition, a, b) to"
                " choose"
            )
            raise FormulaError(text, word.start(), reason)
    # Python would print a warning about some of them, such as 1_0or
    for number in _NUMBER_LIKE.finditer(text):
        if not _NUMBER.fullmatch(number[0]):
            reason = (
                f"{number[0]!r} is no number; write numbers as 2, 0.5 or 1e-3, and * for times: 2*p"
            )
            raise FormulaError(text, number.start(), reason)


def _explain(message: str) -> str:
    """Python's message for a syntax error, in words for a visitor."""
    for words, explanation in _EXPLANATIONS.items():
        if words in message:
            return explanation
    return "something is missing or too much"
