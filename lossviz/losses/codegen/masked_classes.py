"""Whether a loss written with logarithms is NaN where a class is masked by a logit of -inf."""

from lossviz.language.tree import LOG_P, LOG_PJ, Call, Tree, subtrees

_LOGARITHMS = frozenset({LOG_P, LOG_PJ})


def makes_nan_of_masked_class(tree: Tree) -> bool:
    """Whether the tree multiplies a log-probability by a power of a probability, or divides one
    by another: at p = 0 that is 0 times infinity, or infinity by infinity, and has a limit.

    >>> from lossviz.language.tree import call
    >>> entropy = call("mul", call("exp", LOG_PJ), LOG_PJ)
    >>> makes_nan_of_masked_class(entropy), makes_nan_of_masked_class(-LOG_P)
    (True, False)
    """
    return any(_has_limit_only(part) for part in subtrees(tree))


def _has_limit_only(tree: Tree) -> bool:
    match tree:
        case Call(operation="mul", arguments=factors):
            return any(map(_is_unbounded, factors)) and any(map(_may_vanish, factors))
        case Call(operation="div", arguments=parts):
            return all(map(_is_unbounded, parts))
    return False


def _is_unbounded(tree: Tree) -> bool:
    """Whether it grows as a logarithm does."""
    match tree:
        case Call(operation="add" | "mul" | "neg" | "other_sum", arguments=arguments):
            return any(map(_is_unbounded, arguments))
        case Call(operation="div", arguments=(numerator, _)):
            return _is_unbounded(numerator)
    return tree in _LOGARITHMS


def _may_vanish(tree: Tree) -> bool:
    """Whether it is a power of a probability, or a multiple of one."""
    match tree:
        case Call(operation="exp", arguments=(exponent,)):
            return any(part in _LOGARITHMS for part in subtrees(exponent))
        case Call(operation="mul", arguments=factors):
            return any(map(_may_vanish, factors))
        case Call(operation="neg" | "div" | "pow", arguments=(first, *_)):
            return _may_vanish(first)
    return False
