"""Products without a sign, ``2p``, ``p(1-p)``, and exponents of which the end is not clear."""

from collections.abc import Collection
from dataclasses import replace

from lossviz.errors import FormulaError
from lossviz.language.spelling.tokens import Token, ends_operand, starts_operand


def write_products(text: str, tokens: list[Token], factors: Collection[str]) -> list[Token]:
    """The tokens with ``*`` between factors.

    Args:
        text: As it was typed, for refusals.
        tokens: What is in it.
        factors: The names that stand for a number, so that ``k(1-p)`` is a product, not a call.

    Raises:
        FormulaError: It is no product, or not clear of what.
    """
    found: list[Token] = []
    operators = [""]  # of each open bracket: what stands in front of the product that is read
    for token in tokens:
        before = found[-1] if found else None
        if before is not None and _is_beside(before, token):
            _check_call(text, before, token)
            if _is_product(before, token, factors):
                _check_product(text, found, token, factors, operators[-1])
                found.append(Token(kind="operator", text="*", place=token.place))
                token = replace(token, space=False)
        if token.kind == "open":
            operators.append("")
        elif token.kind == "close" and len(operators) > 1:
            operators.pop()
        elif token.kind in ("comma", "comparison"):
            operators[-1] = ""
        elif token.kind == "operator" and token.text != "**" and before and ends_operand(before):
            operators[-1] = token.text
        found.append(token)
    return found


def check_fractional_exponents(text: str, tokens: list[Token]) -> None:
    """Refuse ``p^1/2``, often meant as a root. ``p**1/2`` is Python's, and half of p.

    Raises:
        FormulaError: It points at the division.
    """
    for index, token in enumerate(tokens[:-1]):
        one, below = tokens[index - 1], tokens[index + 1]
        if token.text != "/" or token.space or below.space or index < 2:
            continue
        sign = "-" if tokens[index - 2].text == "-" else ""
        power = tokens[index - 3 if sign else index - 2]
        if text[power.place] == "^" and one.text == "1" and below.kind == "number":
            raise FormulaError(
                text,
                token.place,
                f"it isn't clear where the exponent ends: write ...**({sign}1/{below.text}) or"
                f" (...**{sign}1)/{below.text}",
            )


def _is_beside(before: Token, token: Token) -> bool:
    """Whether two operands, or a function and what it may be of, stand beside each other."""
    if before.kind == "function":
        return token.kind in ("number", "name", "function")
    return ends_operand(before) and starts_operand(token)


def _is_product(before: Token, token: Token, factors: Collection[str]) -> bool:
    return before.kind != "name" or token.kind != "open" or before.text in factors


def _check_call(text: str, before: Token, token: Token) -> None:
    """Refuse a function without brackets."""
    if before.kind == "function":
        argument = "..." if token.kind == "function" else token.typed
        raise FormulaError(
            text,
            before.place,
            f"{before.typed} needs brackets around its argument: write {before.typed}({argument})",
        )
    if before.typed == "σ" and token.kind == "open":
        raise FormulaError(
            text, before.place, "write sigmoid(...) for the function, sigma*(...) for times"
        )


def _check_product(
    text: str, found: list[Token], token: Token, factors: Collection[str], operator: str
) -> None:
    """Refuse two operands beside each other that may not be meant as a product, or not of all that
    is in front.
    """
    before = found[-1]
    if token.kind == "number":
        reason = f"an operator is missing before {token.typed}: write * for times or ** for a power"
    elif before.kind == token.kind == "name" and not {before.text, token.text} <= set(factors):
        reason = f"an operator is missing before {token.typed!r}: write * for times"
    elif operator == "/":
        left, right = _shown(before), _shown(token)
        reason = (
            f"it isn't clear what is under the fraction: write (.../{left})*{right} or"
            f" .../({left}*{right})"
        )
    elif _is_glued_to_exponent(found, token):
        product = f"{before.text}*{_shown(token)}"
        reason = f"it isn't clear where the exponent ends: write ...**({product}) or ...**{product}"
    else:
        return
    raise FormulaError(text, token.place, reason)


def _shown(token: Token) -> str:
    """An operand of which a token is the first or the last."""
    if token.kind == "function":
        return f"{token.typed}(...)"
    return token.typed if token.kind in ("number", "name") else "(...)"


def _is_glued_to_exponent(found: list[Token], token: Token) -> bool:
    """Whether it stands right behind a number that is an exponent: ``e**2p``."""
    if found[-1].kind != "number" or token.space or token.kind == "open":
        return False
    in_front = [part.text for part in found[-3:-1]]
    return in_front[-1:] == ["**"] or in_front == ["**", "-"]
