"""One plain tree for a formula, read alike by NumPy, by torch and by the browser. It is data: it
pickles, it is JSON, and nothing is compiled.

A tree is a number, a name, or ``(operation, tree, ...)``; ``lossviz.language.program`` lists the
operations. The names are ``l`` = log p, ``lj`` = log pj inside a reduction over the classes, ``K``,
and the parameters.
"""

from typing import Any

import sympy
from sympy.codegen.cfunctions import expm1, log1p

from lossviz.language.class_reductions import Reduction
from lossviz.language.piecewise import Maximum, Minimum, Modulus, Where

Tree = float | str | tuple[Any, ...]

_NAMES = {
    sympy.Add: "add", sympy.Mul: "mul", sympy.Pow: "pow", sympy.exp: "exp", sympy.log: "log", expm1: "expm1", log1p: "log1p",
    sympy.Abs: "abs", Modulus: "abs", Minimum: "min", Maximum: "max", sympy.tanh: "tanh", sympy.sin: "sin", sympy.cos: "cos",
}  # fmt: skip


def to_tree(expression: sympy.Expr) -> Tree:
    """Turn an expression into a tree.

    >>> import sympy
    >>> to_tree(-sympy.exp(sympy.Symbol("l")))
    ('neg', ('exp', 'l'))
    """
    if expression.is_Symbol:
        return str(expression.name)
    if expression.is_number:
        return float(expression)
    if isinstance(expression, Where):
        left, right, then, otherwise = map(to_tree, expression.args)
        return ("where", (expression.comparison, left, right), then, otherwise)
    if isinstance(expression, Reduction):
        return (expression.operation, to_tree(expression.args[0]))
    if isinstance(expression, sympy.Mul):
        return _product(expression)
    if isinstance(expression, sympy.Pow) and expression.exp == sympy.Rational(1, 2):
        return ("sqrt", to_tree(expression.base))
    if _is_divisor(expression):
        return ("div", 1.0, to_tree(1 / expression))
    return (_NAMES[expression.func], *map(to_tree, expression.args))


def _product(expression: sympy.Mul) -> Tree:
    coefficient, rest = expression.as_coeff_Mul()
    if coefficient.could_extract_minus_sign():
        return ("neg", to_tree(-expression))
    divisors = [1 / factor for factor in expression.args if _is_divisor(factor)]
    if coefficient.is_Rational and coefficient.q != 1:
        coefficient, divisors = (
            sympy.Integer(coefficient.p),
            [
                sympy.Integer(coefficient.q),
                *divisors,
            ],
        )
    if divisors:
        factors = [factor for factor in sympy.Mul.make_args(rest) if not _is_divisor(factor)]
        return ("div", to_tree(sympy.Mul(coefficient, *factors)), to_tree(sympy.Mul(*divisors)))
    return ("mul", *map(to_tree, expression.args))


def _is_divisor(factor: sympy.Expr) -> bool:
    return bool(factor.is_Pow and factor.exp.is_Number and factor.exp.is_negative)
