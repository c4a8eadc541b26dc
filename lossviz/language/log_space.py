"""From a function of p to the same function of l = log p, where nothing overflows or cancels that
need not.
"""

import math

import sympy

from lossviz.language.class_reductions import LJ, PJ, L, P
from lossviz.language.piecewise import Modulus

MAX_OPERATIONS = 60  # a limit of a longer text could take seconds
# of a fraction that l'Hôpital goes on with; each derivative of a sum of powers is several times as
# long
MAX_DERIVED = 120
# of a polynomial whose roots are found; for higher ones sympy took from 0.1 s to minutes
MAX_DEGREE = 2
_DERIVATIVES = 4


def to_log_space(expression: sympy.Expr) -> sympy.Expr:
    """Substitute ``p = exp(l)``, ``pj = exp(lj)``: ``log(p)`` becomes ``l``, ``p**-k`` becomes
    ``exp(-k*l)``.

    >>> from lossviz.language.grammar import read_formula
    >>> to_log_space(read_formula("(1 - p**q)/q", ("q",)))
    (1 - exp(l*q))/q
    """
    # sympy makes its own abs of sqrt(x**2)
    return expression.xreplace({P: sympy.exp(L), PJ: sympy.exp(LJ)}).replace(sympy.Abs, Modulus)


def poles(expression: sympy.Expr, parameter: sympy.Symbol) -> list[sympy.Expr]:
    """The real values of ``parameter`` at which a denominator is zero whatever p is, such as q = 0
    in ``(1 - p**q)/q``.

    Found are the roots of a line or a parabola in the parameter alone; of another denominator, 0
    and 1.
    """
    found: list[sympy.Expr] = []
    for power in expression.atoms(sympy.Pow):
        base, exponent = power.as_base_exp()
        if not exponent.could_extract_minus_sign() or parameter not in base.free_symbols:
            continue
        if (
            base.free_symbols == {parameter}
            and base.is_polynomial(parameter)
            and _degree(base) <= MAX_DEGREE
        ):
            candidates = [root for root in sympy.roots(base, parameter) if root.is_real]
        else:
            candidates = [
                value
                for value in (sympy.Integer(0), sympy.Integer(1))
                if base.subs(parameter, value) == 0
            ]
        found += [candidate for candidate in candidates if candidate not in found]
    return found


def _degree(polynomial: sympy.Expr) -> float:
    """The degree of a polynomial, or more where powers cancel, as nothing is multiplied out;
    infinite where a number in it is not rational.
    """
    if polynomial.is_Pow and polynomial.exp.is_Integer:
        return int(polynomial.exp) * _degree(polynomial.base)
    if polynomial.is_Add or polynomial.is_Mul:
        return (max if polynomial.is_Add else sum)(map(_degree, polynomial.args))
    return int(polynomial.is_Symbol) if polynomial.is_Symbol or polynomial.is_Rational else math.inf


def at_limit(
    expression: sympy.Expr, parameter: sympy.Symbol, value: sympy.Expr
) -> sympy.Expr | None:
    """The expression as ``parameter`` tends to ``value``, by l'Hôpital; None where that finds no
    finite limit, or the text is too long to look.

    ``sympy.limit`` finds more limits, and took a minute over some formulas of 60 characters.

    >>> q = sympy.Symbol("q", real=True)
    >>> at_limit((1 - sympy.exp(L * q)) / q, q, sympy.Integer(0))
    -l
    """
    if expression.count_ops() > MAX_OPERATIONS:
        return None
    numerator, denominator = sympy.fraction(sympy.together(expression))
    for _ in range(_DERIVATIVES):
        above, below = numerator.subs(parameter, value), denominator.subs(parameter, value)
        if below != 0:
            limit = above / below
            return None if limit.has(sympy.I, sympy.nan, sympy.zoo, sympy.oo, -sympy.oo) else limit
        if above != 0 or numerator.count_ops() + denominator.count_ops() > MAX_DERIVED:
            return None
        numerator, denominator = numerator.diff(parameter), denominator.diff(parameter)
    return None
