"""The limits of ``x**a * log(x)`` and of ``log(x)/(b + log(x))`` at x = 0, which floating point
takes for 0 times minus infinity and infinity over infinity.

There the logarithm is bounded: where the probability is 0, its power is 0 and what it is multiplied
by is finite. A logarithm alone stays infinite.
"""

from lossviz.language.in_turn import check_time
from lossviz.language.operations import OPERATIONS
from lossviz.language.tree import LOG_P, LOG_PJ, Call, Name, Number, Tree, call, subtrees

# below the logarithm of every number, and its square is one that float32 can hold
LEAST_LOG = -1e18


def with_finite_products(tree: Tree) -> Tree:
    """The tree, bound to the values of its parameters, with the limits of its products at
    probability 0.

    >>> print(with_finite_products(LOG_PJ * call("exp", 2 * LOG_PJ)))
    mul(max(lj, -1e+18), exp(mul(2, lj)))
    >>> print(with_finite_products(LOG_PJ * call("exp", LOG_P)))
    mul(lj, exp(l))
    """
    known: dict[Call, Tree] = {}

    def rewritten(part: Tree) -> Tree:
        if not isinstance(part, Call):
            return part
        if part not in known:
            check_time()
            rule = _RULES.get(part.operation)
            safe = rule(part) if rule else part
            known[part] = Call(safe.operation, tuple(map(rewritten, safe.arguments)))
        return known[part]

    return rewritten(tree)


def _product(product: Call) -> Call:
    factors = list(product.arguments)
    for log in (LOG_P, LOG_PJ):
        vanishing = [_vanishes(factor, log) for factor in factors]
        if any(vanishing):
            factors = [
                factor if vanishes else _bounded(factor, log)
                for factor, vanishes in zip(factors, vanishing, strict=True)
            ]
    return Call("mul", tuple(factors))


def _quotient(quotient: Call) -> Call:
    bounded = list(quotient.arguments)
    for log in (LOG_P, LOG_PJ):
        # in sums over the classes too: one class of probability 0 makes them infinite
        bounded = [_bounded(part, log, in_reductions=True) for part in bounded]
    changed = [new != old for new, old in zip(bounded, quotient.arguments, strict=True)]
    return Call("div", tuple(bounded)) if all(changed) else quotient


_RULES = {"mul": _product, "div": _quotient}


def _bounded(tree: Tree, log: Name, *, in_reductions: bool = False) -> Tree:
    """The tree with a bounded logarithm, where no exponential is taken of it."""
    bounded = call("max", log, LEAST_LOG)
    if tree == log:
        return bounded
    if not isinstance(tree, Call) or tree.operation in ("exp", "expm1") or tree == bounded:
        return tree
    if OPERATIONS[tree.operation].reduction is not None and not in_reductions and log == LOG_PJ:
        return tree  # which binds another class's logarithm
    arguments = (_bounded(part, log, in_reductions=in_reductions) for part in tree.arguments)
    return Call(tree.operation, tuple(arguments))


def _vanishes(tree: Tree, log: Name) -> bool:
    """Whether it is surely 0 where the probability of this logarithm is 0."""
    match tree:
        case Call(operation="exp", arguments=(exponent,)):
            return _direction(exponent, log) == 1
        case Call(operation="mul", arguments=factors):
            return any(_vanishes(factor, log) for factor in factors)
        case Call(operation="neg" | "sqrt" | "div", arguments=(first, *_)):
            return _vanishes(first, log)
        case Call(operation="pow", arguments=(base, Number(value=exponent))) if exponent > 0:
            return _vanishes(base, log)
    return False


def _direction(exponent: Tree, log: Name) -> int | None:
    """1 where an exponent falls with the logarithm without end, -1 where it rises; 0 where it does
    not depend on it; None where neither is plain.
    """
    match exponent:
        case Number():
            return 0
        case Name():
            return int(exponent == log)
        case Call(operation="neg", arguments=(argument,)):
            found = _direction(argument, log)
            return None if found is None else -found
        case (
            Call(operation="mul", arguments=(Number(value=value), argument))
            | Call(operation="mul" | "div", arguments=(argument, Number(value=value)))
        ):
            found = _direction(argument, log)
            return None if found is None or value == 0 else (found if value > 0 else -found)
    return 0 if log not in subtrees(exponent) else None
