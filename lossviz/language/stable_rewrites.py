"""Rewriting that keeps digits: differences of nearly equal values, written as what they come to.

sympy's own ``optimize`` factors and matches patterns on the way, which takes seconds where numbers
are long.
"""

from collections.abc import Callable

import sympy
from sympy.codegen.cfunctions import expm1, log1p

from lossviz.language.class_reductions import LJ, L, Reduction

_LARGEST_POWER = 8


def stabilise(expression: sympy.Expr) -> sympy.Expr:
    """Write an expression so that it keeps its digits where p is near 1, and where a power is near
    1.

    >>> stabilise(2 - 2 * sympy.exp(L) + sympy.log(1 + L))
    -2*expm1(l) + log1p(l)
    >>> stabilise(1 - 2 * sympy.exp(L) + sympy.exp(2 * L))
    expm1(l)**2
    """
    return expression.replace(lambda e: e.is_Add, _rewrite_sum).replace(
        lambda e: isinstance(e, sympy.log), _rewrite_log
    )


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
        elif exponent is not None and exponent.is_Integer and 1 <= exponent <= _LARGEST_POWER:
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
    quotient = sympy.Add(
        *(sum(c for n, c in powers.items() if n > k) * sympy.exp(k * L) for k in range(max(powers)))
    )
    return sympy.Add(
        value, expm1(L) * (_around_p_is_1(quotient) if quotient.is_Add else quotient), *rest
    )


def _power_less_one(addition: sympy.Add) -> sympy.Expr:
    """``1 - exp(x)`` as ``-expm1(x)``, ``1 - x**q`` as ``-expm1(q*log(x))``."""
    number, rest = addition.as_coeff_Add()
    terms = []
    for term in sympy.Add.make_args(rest):
        factor, power = term.as_coeff_Mul()
        if number != 0 and abs(number + factor) < abs(number):
            if isinstance(power, sympy.exp):
                number, term = number + factor, factor * expm1(power.args[0])
            elif _is_real_power(power) and number == -factor and power.base.free_symbols & {L, LJ}:
                number, term = number + factor, factor * expm1(power.exp * sympy.log(power.base))
        terms.append(term)
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
    """``c - c*A/sqrt(B)``, A being positive, as ``c*(B - A**2)/(sqrt(B)*(sqrt(B) + A))``, where ``B
    - A**2`` is the shorter.
    """
    number, rest = addition.as_coeff_Add()
    if number == 0 or rest.is_Add:
        return addition
    factor, product = rest.as_coeff_Mul()
    root = next(
        (f for f in sympy.Mul.make_args(product) if f.is_Pow and f.exp == sympy.Rational(-1, 2)),
        None,
    )
    if root is None or number != -factor or not (product / root).is_positive:
        return addition
    a, b = product / root, root.base
    gap = b - a**2
    return (
        number * gap / (sympy.sqrt(b) * (sympy.sqrt(b) + a))
        if gap.count_ops() < b.count_ops()
        else addition
    )


def _is_real_power(expression: sympy.Expr) -> bool:
    """Whether it is a power with an exponent that only a base above 0 can have."""
    return bool(
        expression.is_Pow
        and not expression.exp.is_integer
        and not expression.exp.free_symbols & {L, LJ}
    )


def _factor_and_power(term: sympy.Expr) -> tuple[sympy.Expr, sympy.Expr | None]:
    powers = [f for f in sympy.Mul.make_args(term) if _is_real_power(f)]
    return (term / powers[-1], powers[-1]) if powers else (term, None)


def _rewrite_log(logarithm: sympy.log) -> sympy.Expr:
    number, rest = logarithm.args[0].as_coeff_Add()
    return log1p(rest) if number == 1 else logarithm


_RULES: tuple[Callable[[sympy.Add], sympy.Expr], ...] = (
    _around_p_is_1,
    _power_less_one,
    _difference_of_powers,
    _rationalised,
)
