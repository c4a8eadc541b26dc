"""Decimal commas: ``max(0,5, p)`` holds two values for some readers and three for others."""

import re
from dataclasses import dataclass, field

from lossviz.errors import FormulaError
from lossviz.language.operations import CLASS_FUNCTIONS, typed_operation
from lossviz.language.spelling.spellings import template_arity
from lossviz.language.spelling.tokens import Token

_DIGITS = re.compile(r"[0-9]+(?:[eE][+-]?[0-9]+)?")


@dataclass(slots=True, kw_only=True)
class _Arguments:
    """What stands between two brackets, as far as it has been read.

    Attributes:
        function: The function that is called; empty where it is a bracket, or the whole formula.
        values: How many values the commas divide it into.
        pairs: The whole numbers on both sides of each comma that may be decimal.
        has_pj: Whether pj is in it.
    """

    function: str
    values: int = 1
    pairs: list[tuple[Token, Token]] = field(default_factory=list)
    has_pj: bool = False

    def may_be_decimal(self) -> bool:
        """Whether there is a comma that may be decimal, and the brackets hold as many values as
        they must if it is, or do not if it is not.
        """
        if not self.pairs:
            return False
        if not self.function:
            return True
        operation = typed_operation(self.function)
        needed = template_arity(self.function) or (operation.arity if operation else 1)
        if operation is None or not operation.variadic:
            return self.values != needed
        over_classes = self.has_pj and self.function in CLASS_FUNCTIONS
        return self.values - len(self.pairs) >= (1 if over_classes else 2)


def check_commas(text: str, tokens: list[Token]) -> None:
    """Refuse a comma between two digits that may be meant as a decimal point.

    Not where the function takes as many values as the commas divide its brackets into, as in
    ``where(p<0.5,0,1)``.

    Raises:
        FormulaError: It points at the number.
    """
    calls = [_Arguments(function="")]
    for index, token in enumerate(tokens):
        if token.kind == "open":
            before = tokens[index - 1] if index else None
            called = before.text if before and before.kind == "function" else ""
            calls.append(_Arguments(function=called))
        elif token.kind == "close" and len(calls) > 1:
            _check(text, calls.pop())
        elif token.kind == "comma":
            calls[-1].values += 1
            around = tokens[index - 1 : index + 2] if index else []
            if _is_glued_between_digits(around):
                calls[-1].pairs.append((around[0], around[2]))
        elif token.text == "pj":
            calls[-1].has_pj = True
    _check(text, calls[0])
    if calls[0].values > 1:
        comma = next(token for token in tokens if token.kind == "comma")
        raise FormulaError(
            text,
            comma.place,
            "a comma stands between the values of a function, or in front of a parameter, as in"
            " p**-k, k=0.5",
        )


def _is_glued_between_digits(around: list[Token]) -> bool:
    return (
        len(around) == 3
        and not (around[1].space or around[2].space)
        and around[0].typed.isdigit()
        and _DIGITS.fullmatch(around[2].typed) is not None
    )


def _check(text: str, arguments: _Arguments) -> None:
    if not arguments.may_be_decimal():
        return
    whole, digits = (token.typed for token in arguments.pairs[0])
    thousands = f" or {whole}{digits}" if len(digits) == 3 else ""
    raise FormulaError(
        text,
        arguments.pairs[0][0].place,
        f"is {whole},{digits} one number? write {whole}.{digits}{thousands}; for two values put a"
        f" space after the comma: {whole}, {digits}",
    )
