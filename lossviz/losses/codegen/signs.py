"""What is plain about the sign of a tree, for all probabilities."""

from lossviz.language.tree import CLASSES, LOG_P, LOG_PJ, Call, Number, Tree, call
from lossviz.losses.codegen.tree_properties import COMPLEMENT, PJ, P, is_array


def is_above_0(tree: Tree, positive: frozenset[str] = frozenset()) -> bool:
    """Whether it is more than 0 even where a probability is 0: a sum over all classes of a power of
    their probabilities, and what is made of it.

    Args:
        tree: A simplified tree.
        positive: The parameters that are never negative.

    >>> squares = call("other_sum", call("pow", PJ, 2)) + call("pow", P, 2)
    >>> is_above_0(call("sqrt", squares) + P), is_above_0(P)
    (True, False)
    """
    match tree:
        case Number(value=value):
            return value > 0
        case Call(operation="mul", arguments=factors):
            return all(is_above_0(factor, positive) for factor in factors)
        case Call(operation="sqrt", arguments=(argument,)):
            return is_above_0(argument, positive)
        case Call(operation="add", arguments=terms):
            return all(is_not_negative(term, positive) for term in terms) and (
                any(is_above_0(term, positive) for term in terms) or _is_over_all_classes(terms)
            )
    return False


def is_not_negative(tree: Tree, positive: frozenset[str] = frozenset()) -> bool:
    """Whether it is 0 or more.

    Args:
        tree: A simplified tree.
        positive: The parameters that are never negative.
    """
    match tree:
        case Call(operation="add" | "mul" | "div" | "sqrt" | "other_sum", arguments=arguments):
            return all(is_not_negative(argument, positive) for argument in arguments)
        case Call(operation="pow", arguments=(base, _)):
            return is_not_negative(base, positive)
        case Call():
            return False
        case Number(value=value):
            return value >= 0
    return tree.name in positive or tree in (P, PJ, COMPLEMENT, CLASSES)


def is_never_above_0(tree: Tree, positive: frozenset[str] = frozenset()) -> bool:
    """Whether it is a log-probability or minus a probability, times or divided by what is 0 or
    more.

    Args:
        tree: A simplified tree.
        positive: The parameters that are never negative.
    """
    match tree:
        case Call(operation="neg", arguments=(argument,)):
            return is_not_negative(argument, positive)
        case Call(operation="mul", arguments=factors):
            others = [factor for factor in factors if not is_not_negative(factor, positive)]
            return len(others) == 1 and is_never_above_0(others[0], positive)
        case Call(operation="div", arguments=(numerator, denominator)):
            return (
                is_never_above_0(numerator, positive)
                and not is_array(denominator)
                and is_not_negative(denominator, positive)
            )
    return tree in (LOG_P, LOG_PJ)


def _is_over_all_classes(terms: tuple[Tree, ...]) -> bool:
    """Whether a power of p is among the terms, and the sum of the others' same power."""
    for term in terms:
        match term:
            case Call(operation="other_sum", arguments=(Call("pow", (power_of, exponent)),)):
                if power_of == PJ and call("pow", P, exponent) in terms:
                    return True
    return False
