"""The rules of calculus by which operations are differentiated, each a function of trees.

sympy's own derivatives took up to 300 ms a formula, because sympy asks itself what is positive.
"""

from collections.abc import Callable

from lossviz.language.tree import (
    ZERO,
    Call,
    Number,
    Tree,
    add,
    call,
    divide,
    multiply,
    negate,
    power,
    where,
)

Differentiate = Callable[[Tree], Tree]
DerivativeRule = Callable[[Call, Differentiate], Tree]


def zero_rule(tree: Call, differentiate: Differentiate) -> Tree:
    """0, of what is constant between its jumps, such as a comparison."""
    return ZERO


def sum_rule(tree: Call, differentiate: Differentiate) -> Tree:
    """The sum of the terms' derivatives."""
    return add(*map(differentiate, tree.arguments))


def negative_rule(tree: Call, differentiate: Differentiate) -> Tree:
    """The negative of the argument's derivative."""
    return negate(differentiate(tree.arguments[0]))


def product_rule(tree: Call, differentiate: Differentiate) -> Tree:
    """The sum over the factors: each one's derivative times the other factors."""
    factors = tree.arguments
    terms = []
    for i, factor in enumerate(factors):
        change = differentiate(factor)
        if change is not ZERO:  # most factors do not depend on the name
            terms.append(multiply(*factors[:i], change, *factors[i + 1 :]))
    return add(*terms)


def quotient_rule(tree: Call, differentiate: Differentiate) -> Tree:
    """``(a/b)' = a'/b - (a/b) b'/b``, which reuses the quotient.

    Where b is a sum with the term a or -a, the other terms c are all that counts: ``(a/b)' =
    a' (c/b)/b - (a/b) c'/b``; in ``log(p)/sum(log(pj))`` the difference would leave nothing.
    """
    numerator, denominator = tree.arguments
    rest = _without_term(denominator, numerator)
    if rest is None:
        by_numerator, by_denominator = differentiate(numerator), differentiate(denominator)
    else:
        by_numerator = multiply(differentiate(numerator), divide(rest, denominator))
        by_denominator = differentiate(rest)
    return add(
        divide(by_numerator, denominator),
        negate(divide(multiply(tree, by_denominator), denominator)),
    )


def _without_term(total: Tree, term: Tree) -> Tree | None:
    """A sum without the term, whatever its sign; None where it is no such sum."""
    if not (isinstance(total, Call) and total.operation == "add"):
        return None
    for i, found in enumerate(total.arguments):
        if found in (term, negate(term)):
            return add(*total.arguments[:i], *total.arguments[i + 1 :])
    return None


def power_rule(tree: Call, differentiate: Differentiate) -> Tree:
    """``(a**b)' = b a**(b - 1) a' + a**b log(a) b'``."""
    base, exponent = tree.arguments
    by_exponent, by_base = differentiate(exponent), differentiate(base)
    if isinstance(exponent, Number):
        lower: Tree = Number(exponent.value - 1.0)
    else:
        lower = call("add", exponent, -1.0)
    return add(
        multiply(exponent, power(base, lower), by_base),
        multiply(tree, call("log", base), by_exponent),
    )


def chain_rule(outer: Callable[[Call, Tree], Tree]) -> DerivativeRule:
    """The rule of a function f of one argument.

    Args:
        outer: ``f'(x)`` as a tree, given the trees ``f(x)`` and ``x``.
    """

    def rule(tree: Call, differentiate: Differentiate) -> Tree:
        (argument,) = tree.arguments
        inner = differentiate(argument)
        return ZERO if inner == ZERO else multiply(outer(tree, argument), inner)

    return rule


def extremum_rule(comparison: str) -> DerivativeRule:
    """The rule of a minimum ("le") or maximum ("ge"): the first argument that attains it counts."""

    def rule(tree: Call, differentiate: Differentiate) -> Tree:
        first, *others = tree.arguments
        if len(others) == 1:
            (second,) = others
            change = differentiate(second)
            return where(call(comparison, first, second), differentiate(first), change)
        rest = Call(tree.operation, tuple(others))
        change = rule(rest, differentiate)
        return where(call(comparison, first, rest), differentiate(first), change)

    return rule


def where_rule(tree: Call, differentiate: Differentiate) -> Tree:
    """The derivative of the branch that the condition takes."""
    condition, then, otherwise = tree.arguments
    return where(condition, differentiate(then), differentiate(otherwise))
