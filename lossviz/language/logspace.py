"""From a function of p to the same function of l = log p, where nothing overflows or cancels that need not."""

import sympy
from sympy.codegen.cfunctions import expm1, log1p

from lossviz.language.choices import Magnitude
from lossviz.language.grammar import P

L = sympy.Symbol("l", real=True)
MAX_OPERATIONS = 60  # a limit of a longer text could take seconds
_DERIVATIVES = 4


def to_log_space(expression: sympy.Expr) -> sympy.Expr:
    """Substitute ``p = exp(l)``: ``log(p)`` becomes ``l``, ``p**-k`` becomes ``exp(-k*l)``.

    >>> from lossviz.language.grammar import read_formula
    >>> to_log_space(read_formula("(1 - p**q)/q", ("q",)))
    (1 - exp(l*q))/q
    """
    return expression.xreplace({P: sympy.exp(L)})


def weight_of(expression: sympy.Expr) -> sympy.Expr:
    """``weight(p) = -p f'(p) = -df/dl``: how strongly an example is heard, relative to cross-entropy."""
    return -sympy.diff(expression.replace(sympy.Abs, Magnitude), L)  # sympy makes its own abs of sqrt(x**2)


def stabilise(expression: sympy.Expr) -> sympy.Expr:
    """Write ``exp(x) - 1`` as ``expm1(x)`` and ``log(1 + x)`` as ``log1p(x)``, so that small values keep their digits.

    sympy's own ``optimize`` factors and matches patterns on the way, which takes seconds where numbers are long.

    >>> stabilise(2 - 2 * sympy.exp(L) + sympy.log(1 + L))
    -2*expm1(l) + log1p(l)
    """
    return expression.replace(lambda e: e.is_Add, _with_expm1).replace(lambda e: isinstance(e, sympy.log), _with_log1p)


def _with_expm1(addition: sympy.Add) -> sympy.Expr:
    number, rest = addition.as_coeff_Add()
    terms = []
    for term in sympy.Add.make_args(rest):
        factor, power = term.as_coeff_Mul()
        if isinstance(power, sympy.exp) and abs(number + factor) < abs(number):
            number, term = number + factor, factor * expm1(power.args[0])
        terms.append(term)
    return sympy.Add(number, *terms)


def _with_log1p(logarithm: sympy.log) -> sympy.Expr:
    number, rest = logarithm.args[0].as_coeff_Add()
    return log1p(rest) if number == 1 else logarithm


def removable_poles(expression: sympy.Expr, parameter: sympy.Symbol) -> list[sympy.Expr]:
    """The real values of ``parameter`` at which a denominator made of it alone is zero, such as q = 0 in ``(1 - p**q)/q``."""
    poles: list[sympy.Expr] = []
    for power in expression.atoms(sympy.Pow):
        base, exponent = power.as_base_exp()
        if exponent.could_extract_minus_sign() and base.free_symbols == {parameter} and base.is_polynomial(parameter):
            poles += [root for root in sympy.roots(base, parameter) if root.is_real and root not in poles]
    return poles


def at_limit(expression: sympy.Expr, parameter: sympy.Symbol, value: sympy.Expr) -> sympy.Expr | None:
    """The expression as ``parameter`` tends to ``value``, by l'Hôpital; None where that finds no finite limit, or the text is too long to look.

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
        if above != 0:
            return None
        numerator, denominator = numerator.diff(parameter), denominator.diff(parameter)
    return None
