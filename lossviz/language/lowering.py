"""From a sympy expression to the plain tree that every evaluator reads."""

from collections.abc import Mapping

import sympy

from lossviz.language.operation import Operation
from lossviz.language.operations import operations_by_sympy_class
from lossviz.language.piecewise import Where
from lossviz.language.tree import ONE, Call, Name, Number, Tree, call


def lower(expression: sympy.Expr) -> Tree:
    """Turn an expression into a tree.

    Raises:
        KeyError: The expression holds a class that no operation stands for.

    >>> print(lower(-sympy.exp(sympy.Symbol("l"))))
    neg(exp(l))
    """
    return _lower(expression, operations_by_sympy_class())


def _lower(expression: sympy.Expr, operations: Mapping[type, Operation]) -> Tree:
    if expression.is_Symbol:
        return Name(str(expression.name))
    if expression.is_number:
        return Number(float(expression))
    if isinstance(expression, Where):
        left, right, then, otherwise = (_lower(part, operations) for part in expression.args)
        return call("where", call(expression.comparison, left, right), then, otherwise)
    if isinstance(expression, sympy.Mul):
        return _lower_product(expression, operations)
    if isinstance(expression, sympy.Pow) and expression.exp == sympy.Rational(1, 2):
        return call("sqrt", _lower(expression.base, operations))
    if _is_divisor(expression):
        return call("div", ONE, _lower(1 / expression, operations))
    operation = operations[expression.func]
    return Call(operation.name, tuple(_lower(part, operations) for part in expression.args))


def _lower_product(expression: sympy.Mul, operations: Mapping[type, Operation]) -> Tree:
    """A product with its sign in front and its negative powers in one denominator."""
    coefficient, rest = expression.as_coeff_Mul()
    if coefficient.could_extract_minus_sign():
        return call("neg", _lower(-expression, operations))
    divisors = [1 / factor for factor in expression.args if _is_divisor(factor)]
    if coefficient.is_Rational and coefficient.q != 1:
        divisors = [sympy.Integer(coefficient.q), *divisors]
        coefficient = sympy.Integer(coefficient.p)
    if not divisors:
        return Call("mul", tuple(_lower(part, operations) for part in expression.args))
    factors = [factor for factor in sympy.Mul.make_args(rest) if not _is_divisor(factor)]
    numerator, denominator = sympy.Mul(coefficient, *factors), sympy.Mul(*divisors)
    return call("div", _lower(numerator, operations), _lower(denominator, operations))


def _is_divisor(factor: sympy.Expr) -> bool:
    return bool(factor.is_Pow and factor.exp.is_Number and factor.exp.is_negative)
