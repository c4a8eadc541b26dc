"""Rewriting that keeps digits: differences of nearly equal values, written without subtraction.

sympy's own ``optimize`` factors and matches patterns on the way, which takes seconds where numbers
are long.
"""

from collections.abc import Callable

import sympy
from sympy.codegen.cfunctions import expm1, log1p

from lossviz.language.class_reductions import LJ, L, Reduction
from lossviz.language.piecewise import WhereGreater

_MAX_POWER = 8  # of p in a polynomial that is divided by 1 - p


def stabilise(expression: sympy.Expr) -> sympy.Expr:
    """Write an expression so that it keeps its digits where p, or a power, is near 1.

    >>> stabilise(2 - 2 * sympy.exp(L) + sympy.log(1 + L))
    -2*expm1(l) + log1p(l)
    >>> stabilise(1 - 2 * sympy.exp(L) + sympy.exp(2 * L))
    expm1(l)**2
    """
    with_stable_sums = expression.replace(lambda e: e.is_Add, _rewrite_sum)
    return with_stable_sums.replace(lambda e: isinstance(e, sympy.log), _rewrite_log)


def _rewrite_sum(addition: sympy.Expr) -> sympy.Expr:
    for rule in _RULES:
        if addition.is_Add:
            addition = rule(addition)
    return addition


def _around_p_is_1(addition: sympy.Add) -> sympy.Expr:
    """A polynomial in p as its value at p = 1 and a multiple of ``expm1(l)``, where that value is
    the simpler.
    """
    constants: list[sympy.Expr] = []
    powers: dict[int, sympy.Expr] = {}
    rest: list[sympy.Expr] = []
    for term in addition.args:
        factor, power = term.as_independent(L, LJ)
        exponent = power.args[0] / L if isinstance(power, sympy.exp) else None
        if not term.free_symbols & {L, LJ} and not term.has(Reduction):
            constants.append(term)
        elif exponent is not None and exponent.is_Integer and 1 <= exponent <= _MAX_POWER:
            powers[int(exponent)] = powers.get(int(exponent), 0) + factor
        else:
            rest.append(term)
    before = sympy.Add(*constants)
    if not powers:
        return addition
    value = sympy.expand(sympy.Add(before, *powers.values()))
    smaller = value.is_number and (not before.is_number or abs(value) < abs(before))
    if not (value == 0 or smaller):
        return addition
    coefficients = [sum(c for n, c in powers.items() if n > k) for k in range(max(powers))]
    quotient = sympy.Add(*(c * sympy.exp(k * L) for k, c in enumerate(coefficients)))
    if quotient.is_Add:
        quotient = _around_p_is_1(quotient)
    return sympy.Add(value, expm1(L) * quotient, *rest)


def _power_less_one(addition: sympy.Add) -> sympy.Expr:
    """``1 - exp(x)`` as ``-expm1(x)``, ``1 - x**q`` as ``-expm1(q*log(x))``."""
    number, rest = addition.as_coeff_Add()
    terms = []
    for term in sympy.Add.make_args(rest):
        factor, power = term.as_coeff_Mul()
        logarithm = None  # of the power
        if number != 0 and abs(number + factor) < abs(number):
            if isinstance(power, sympy.exp):
                logarithm = power.args[0]
            elif _is_real_power(power) and number == -factor and power.base.free_symbols & {L, LJ}:
                logarithm = power.exp * sympy.log(power.base)
        if logarithm is None:
            terms.append(term)
        else:
            number += factor
            terms.append(factor * expm1(logarithm))
    return sympy.Add(number, *terms)


def _difference_of_powers(addition: sympy.Add) -> sympy.Expr:
    """``c*A**q - c*B**q``, A free of p, as ``-c*A**q*expm1(q*log1p((B - A)/A))``."""
    if len(addition.args) != 2:
        return addition
    for fixed, moving in (addition.args, addition.args[::-1]):
        (c, a), (d, b) = (_factor_and_power(term) for term in (fixed, moving))
        if a is None or b is None or c != -d or a.exp != b.exp or a.free_symbols & {L, LJ}:
            continue
        gap = _rewrite_sum(b.base - a.base)
        if not gap.is_Add:
            return d * a * expm1(a.exp * log1p(gap / a.base))
    return addition


def _rationalised(addition: sympy.Add) -> sympy.Expr:
    """``c - c*A/sqrt(B)`` as ``c*(B - A**2)/(sqrt(B)*(sqrt(B) + A))`` for the p at which A**2 is
    most of B; where A is positive and ``B - A**2`` shorter than B.

    Where A**2 is the lesser part of B, the difference keeps its digits, and the derivative of the
    quotient would lose them: all of them where p is small, in the cosine.
    """
    number, rest = addition.as_coeff_Add()
    if number == 0 or rest.is_Add:
        return addition
    factor, product = rest.as_coeff_Mul()
    factors = sympy.Mul.make_args(product)
    root = next((f for f in factors if f.is_Pow and f.exp == sympy.Rational(-1, 2)), None)
    if root is None or number != -factor or not (product / root).is_positive:
        return addition
    a, b = product / root, root.base
    gap = b - a**2
    if gap.count_ops() >= b.count_ops():
        return addition
    rationalised = number * gap / (sympy.sqrt(b) * (sympy.sqrt(b) + a))
    return WhereGreater(gap, a**2, addition, rationalised)


def _is_real_power(expression: sympy.Expr) -> bool:
    """Whether it is a power with an exponent that only a base above 0 can have."""
    return bool(
        expression.is_Pow
        and not expression.exp.is_integer
        and not expression.exp.free_symbols & {L, LJ}
    )


def _factor_and_power(term: sympy.Expr) -> tuple[sympy.Expr, sympy.Expr | None]:
    """The term's last real power, and what it is multiplied by; None where it has no such power."""
    powers = [f for f in sympy.Mul.make_args(term) if _is_real_power(f)]
    return (term / powers[-1], powers[-1]) if powers else (term, None)


def _rewrite_log(logarithm: sympy.log) -> sympy.Expr:
    """``log(1 + x)`` as ``log1p(x)``."""
    number, rest = logarithm.args[0].as_coeff_Add()
    return log1p(rest) if number == 1 else logarithm


_RULES: tuple[Callable[[sympy.Add], sympy.Expr], ...] = (
    _around_p_is_1,
    _power_less_one,
    _difference_of_powers,
    _rationalised,
)
