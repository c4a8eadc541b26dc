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
    "was never closed": "this bracket is never closed; expected ')'",
    "unmatched": "this bracket closes none; expected an operator or the formula's end",
    "leading zeros": "a number can't start with 0",
    "nested": f"too deeply nested, at most {MAX_DEPTH} levels",
    "forgot a comma": "expected an operator such as * or +, or a comma",
}
_OPERAND = "expected a number, a name or '('"
_OPERATOR = "expected an operator such as * or +"


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
        position = min(offset + error.offset - 1 if error.offset else len(text), len(text))
        reason = f"syntax error here: {_explain(error.msg, text[:position])}"
        raise FormulaError(text, position, reason) from None
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
                f"{character!r} isn't allowed in a formula; a formula consists of numbers, names,"
                " + - * / ** ( ) , and < >"
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
                f"{number[0]!r} isn't a number; write numbers as 2, 0.5 or 1e-3, and * for times:"
                " 2*p"
            )
            raise FormulaError(text, number.start(), reason)


def _explain(message: str, before: str) -> str:
    """Python's message for a syntax error, in words for a visitor.

    Args:
        message: Python's.
        before: The formula up to the place of the error.

    >>> _explain("invalid syntax", "p + ")
    "expected a number, a name or '('"
    """
    for words, explanation in _EXPLANATIONS.items():
        if words in message:
            return explanation
    ends_in_operand = re.search(r"[\w.)]\s*$", before)
    if not ends_in_operand:
        return _OPERAND
    return f"{_OPERATOR}, or ')'" if before.count("(") > before.count(")") else _OPERATOR
