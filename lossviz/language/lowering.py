"""From a sympy expression to the plain tree that every evaluator reads."""

import sympy

from lossviz.language.operations import operations_by_sympy_class
from lossviz.language.piecewise import Where
from lossviz.language.tree import ONE, Call, Name, Number, Tree


def lower(expression: sympy.Expr) -> Tree:
    """Turn an expression into a tree.

    Raises:
        KeyError: The expression holds a class that no operation stands for.

    >>> print(lower(-sympy.exp(sympy.Symbol("l"))))
    neg(exp(l))
    """
    return _Lowering().tree(expression)


class _Lowering:
    """Turns the parts of one expression into trees."""

    def __init__(self) -> None:
        self._operations = operations_by_sympy_class()

    def tree(self, expression: sympy.Expr) -> Tree:
        """The tree of a part."""
        if expression.is_Symbol:
            return Name(str(expression.name))
        if expression.is_number:
            return Number(float(expression))
        if isinstance(expression, sympy.Mul):
            return self._product(expression)
        if isinstance(expression, sympy.Pow):
            if expression.exp == sympy.S.Half:
                return Call("sqrt", (self.tree(expression.base),))
            if _is_divisor(expression):
                return Call("div", (ONE, self.tree(1 / expression)))
        if isinstance(expression, Where):
            left, right, then, otherwise = map(self.tree, expression.args)
            return Call("where", (Call(expression.comparison, (left, right)), then, otherwise))
        operation = self._operations[expression.func]
        return Call(operation.name, tuple(map(self.tree, expression.args)))

    def _product(self, expression: sympy.Mul) -> Tree:
        """A product with its sign in front and its negative powers in one denominator."""
        coefficient, rest = expression.as_coeff_Mul()
        if coefficient.could_extract_minus_sign():
            return Call("neg", (self.tree(-expression),))
        divisors = [1 / factor for factor in expression.args if _is_divisor(factor)]
        if coefficient.is_Rational and coefficient.q != 1:
            divisors = [sympy.Integer(coefficient.q), *divisors]
            coefficient = sympy.Integer(coefficient.p)
        if not divisors:
            return Call("mul", tuple(map(self.tree, expression.args)))
        factors = [factor for factor in sympy.Mul.make_args(rest) if not _is_divisor(factor)]
        numerator, denominator = sympy.Mul(coefficient, *factors), sympy.Mul(*divisors)
        return Call("div", (self.tree(numerator), self.tree(denominator)))


def _is_divisor(factor: sympy.Expr) -> bool:
    return bool(factor.is_Pow and factor.exp.is_Number and factor.exp.is_negative)
