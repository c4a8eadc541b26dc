"""Limits at parameter values where a formula is singular, such as q = 0 in ``(1 - p**q)/q``."""

import math

import sympy

MAX_OPERATIONS = 60  # the limit of a longer expression could take seconds
# of a fraction that l'Hôpital's rule goes on with: each derivative of a sum of powers is several
# times as long
MAX_FRACTION_OPERATIONS = 120
# of a polynomial whose roots are found; for higher ones sympy took from 0.1 s to minutes
MAX_DEGREE = 2
_MAX_ROUNDS = 4  # of l'Hôpital's rule


def poles(expression: sympy.Expr, parameter: sympy.Symbol) -> list[sympy.Expr]:
    """The real values of ``parameter`` at which a denominator is zero whatever p is.

    Found are the roots of a line or a parabola in the parameter alone; of another denominator, 0
    and 1.

    >>> q = sympy.Symbol("q", real=True)
    >>> poles(sympy.Symbol("p") / (q - 2), q)
    [2]
    """
    found: list[sympy.Expr] = []
    for power in expression.atoms(sympy.Pow):
        base, exponent = power.as_base_exp()
        if exponent.could_extract_minus_sign() and parameter in base.free_symbols:
            found += [root for root in _real_roots(base, parameter) if root not in found]
    return found


def _real_roots(base: sympy.Expr, parameter: sympy.Symbol) -> list[sympy.Expr]:
    is_polynomial = base.free_symbols == {parameter} and base.is_polynomial(parameter)
    if is_polynomial and _degree(base) <= MAX_DEGREE:
        return [root for root in sympy.roots(base, parameter) if root.is_real]
    candidates = (sympy.Integer(0), sympy.Integer(1))
    return [value for value in candidates if base.subs(parameter, value) == 0]


def _degree(polynomial: sympy.Expr) -> float:
    """The degree of a polynomial, or more where powers cancel, as nothing is multiplied out;
    infinite where a number in it is not rational.
    """
    if polynomial.is_Pow and polynomial.exp.is_Integer:
        return int(polynomial.exp) * _degree(polynomial.base)
    if polynomial.is_Add:
        return max(map(_degree, polynomial.args))
    if polynomial.is_Mul:
        return sum(map(_degree, polynomial.args))
    if polynomial.is_Symbol:
        return 1
    return 0 if polynomial.is_Rational else math.inf


def limit_at(
    expression: sympy.Expr, parameter: sympy.Symbol, value: sympy.Expr
) -> sympy.Expr | None:
    """The expression as ``parameter`` tends to ``value``, by l'Hôpital's rule.

    ``sympy.limit`` finds more limits, and took a minute over some formulas of 60 characters.

    Returns:
        The limit; None where the rule finds no finite one, or the expression is too long to try.

    >>> from lossviz.language.class_reductions import L
    >>> q = sympy.Symbol("q", real=True)
    >>> limit_at((1 - sympy.exp(L * q)) / q, q, sympy.Integer(0))
    -l
    """
    if expression.count_ops() > MAX_OPERATIONS:
        return None
    numerator, denominator = sympy.fraction(sympy.together(expression))
    for _ in range(_MAX_ROUNDS):
        above, below = numerator.subs(parameter, value), denominator.subs(parameter, value)
        if below != 0:
            limit = above / below
            return None if limit.has(sympy.I, sympy.nan, sympy.zoo, sympy.oo, -sympy.oo) else limit
        operations = numerator.count_ops() + denominator.count_ops()
        if above != 0 or operations > MAX_FRACTION_OPERATIONS:
            return None
        numerator, denominator = numerator.diff(parameter), denominator.diff(parameter)
    return None
