"""Trees with the values of their parameters put in, and without what changes nothing then.

What is 0 times something is 0, also where the something is infinite: the mean of log(pj) plays no
part in label smoothing with ``eps = 0``, whatever a class's probability is.
"""

import functools
from collections.abc import Callable, Mapping

import numpy as np

from lossviz.language.in_turn import check_time
from lossviz.language.operations import OPERATIONS
from lossviz.language.tree import (
    CLASSES,
    LOG_P,
    LOG_PJ,
    ONE,
    Call,
    Name,
    Number,
    Tree,
    add,
    call,
    divide,
    multiply,
    negate,
    power,
)

_PJ, _PJ_LESS_ONE = call("exp", LOG_PJ), call("expm1", LOG_PJ)


def bind(tree: Tree, values: Mapping[str, float]) -> Tree:
    """The tree at these values of its names; the other names stay.

    Numbers are computed, a ``where`` whose condition is decided becomes the branch that it takes,
    so that the limit at q = 0 and the division by q of the general case never meet, and what then
    cancels is written without the difference.

    >>> from lossviz.language.tree import ONE
    >>> print(bind(ONE + Name("eps") * call("exp", LOG_P), {"eps": -1.0}))
    neg(expm1(l))
    """
    known: dict[Call, Tree] = {}

    def bound(part: Tree) -> Tree:
        match part:
            case Name(name=name):
                return Number(values[name]) if name in values else part
            case Call():
                if part not in known:
                    check_time()
                    known[part] = _bound_call(part, bound)
                return known[part]
        return part

    return bound(tree)


def _bound_call(part: Call, bound: Callable[[Tree], Tree]) -> Tree:
    operation = part.operation
    if operation == "where":
        condition = bound(part.arguments[0])
        if isinstance(condition, Number):
            return bound(part.arguments[1 if condition.value else 2])
        return Call("where", (condition, *map(bound, part.arguments[1:])))
    arguments = tuple(map(bound, part.arguments))
    numbers = [argument.value for argument in arguments if isinstance(argument, Number)]
    record = OPERATIONS[operation]
    if record.reduction is None and len(numbers) == len(arguments):
        with np.errstate(all="ignore"):
            functions = map(np.float64, numbers)
            if len(numbers) > record.arity:
                return Number(float(functools.reduce(record.numpy, functions)))
            return Number(float(record.numpy(*functions)))
    if operation == "other_sum":
        return _other_sum(*arguments, classes=bound(CLASSES))
    rule = _RULES.get(operation)
    return rule(*arguments) if rule else Call(operation, arguments)


def _sum(*terms: Tree) -> Tree:
    """The sum; ``a + b exp(x)`` with numbers that nearly cancel as ``(a + b) + b expm1(x)``."""
    total = add(*terms)
    if not (isinstance(total, Call) and total.operation == "add"):
        return total
    constants = [term.value for term in total.arguments if isinstance(term, Number)]
    powers = [term for term in total.arguments if _coefficient_and_exponent(term)]
    if len(constants) != 1 or len(powers) != 1:
        return total
    found = _coefficient_and_exponent(powers[0])
    assert found is not None
    (constant,), (coefficient, exponent) = constants, found
    if not abs(constant + coefficient) < abs(constant) / 2:
        return total
    rest = [t for t in total.arguments if t is not powers[0] and not isinstance(t, Number)]
    return add(
        Number(constant + coefficient), multiply(coefficient, call("expm1", exponent)), *rest
    )


def _coefficient_and_exponent(term: Tree) -> tuple[float, Tree] | None:
    """B and x of ``b exp(x)``; None of another term."""
    match term:
        case Call(operation="exp", arguments=(exponent,)):
            return 1.0, exponent
        case Call(operation="neg", arguments=(positive,)):
            found = _coefficient_and_exponent(positive)
            return None if found is None else (-found[0], found[1])
        case (
            Call(
                operation="mul",
                arguments=(Number(value=coefficient), Call(operation="exp", arguments=(exponent,))),
            )
            | Call(
                operation="mul",
                arguments=(Call(operation="exp", arguments=(exponent,)), Number(value=coefficient)),
            )
        ):
            return coefficient, exponent
    return None


def _power(base: Tree, exponent: Tree) -> Tree:
    return ONE if exponent == Number(0.0) else power(base, exponent)


# probabilities add up to 1
def _class_sum(term: Tree) -> Tree:
    return ONE if term == _PJ else Call("class_sum", (term,))


def _other_sum(term: Tree, *, classes: Tree) -> Tree:
    if term == _PJ:
        return negate(call("expm1", LOG_P))
    if term == _PJ_LESS_ONE:  # 2 - K first, as with two classes it is 0
        fewer = Number(2 - classes.value) if isinstance(classes, Number) else add(2, -classes)
        return add(fewer, negate(call("exp", LOG_P)))
    if isinstance(term, Call) and term.operation == "neg":
        return negate(_other_sum(term.arguments[0], classes=classes))
    return Call("other_sum", (term,))


_RULES: dict[str, Callable[..., Tree]] = {
    "add": _sum,
    "neg": negate,
    "mul": multiply,
    "div": divide,
    "pow": _power,
    "class_sum": _class_sum,
}
