"""sympy's arithmetic with bounded results: what would never end is refused before it starts."""

import functools
from collections.abc import Callable
from typing import Any

import numpy as np
import sympy

from lossviz.language.operation import Operation

MAX_NUMBER = 1e100
# operations in an exact number, such as sqrt(2)/3; longer ones become floating point too:
# .5**.5**.5**.5**.5 took sympy 20 ms
MAX_EXACT_OPERATIONS = 8
# longer numerators and denominators become floating point: to sympy p**1.0000001 is a polynomial of
# degree 10,000,001
MAX_EXACT_INTEGER = 10_000


class NoRealValue(ArithmeticError):
    """The result is infinite, complex, too large, or beyond sympy; the message says which."""


def check_numbers(operation: Operation, *values: sympy.Expr) -> None:
    """Refuse an operation on plain numbers that has no real, bounded result, before sympy computes
    it exactly (9**9**9 would not end).

    Raises:
        NoRealValue: There is no such result.
    """
    if not all(value.is_number for value in values):
        return
    try:
        numbers = [float(value) for value in values]
        with np.errstate(all="ignore"):
            if operation.variadic:
                result = functools.reduce(operation.numpy, numbers)
            else:
                result = operation.numpy(*numbers)
        bounded = abs(result) <= MAX_NUMBER and not isinstance(result, complex)
    except (ArithmeticError, TypeError, ValueError):
        bounded = False
    if not bounded:
        raise NoRealValue(f"this has no real value, or one beyond {MAX_NUMBER:.0e}")


def apply_bounded(build: Callable[..., Any], *values: sympy.Expr) -> sympy.Expr:
    """The expression that ``build`` makes of the values, with numbers of bounded length.

    Raises:
        NoRealValue: sympy finds it infinite or complex, such as ``log(-p)``, or fails.
    """
    try:
        expression = build(*values)
    # sympy, not the text, is at its limits; whatever it raised, the visitor can write the formula
    # in another way
    except Exception as error:
        raise NoRealValue("this can't be computed; simplify it") from error
    if expression.has(sympy.I, sympy.zoo, sympy.oo, -sympy.oo, sympy.nan):
        raise NoRealValue("this has no real value")
    if expression.is_number and expression.count_ops() > MAX_EXACT_OPERATIONS:
        return sympy.Float(float(expression))
    long_numbers = [
        number
        for number in expression.atoms(sympy.Rational)
        if max(abs(number.p), number.q) > MAX_EXACT_INTEGER
    ]
    return expression.xreplace({number: sympy.Float(number) for number in long_numbers})
