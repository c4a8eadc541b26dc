"""Trees made safe for a library with autograd: no NaN in a gradient.

Autograd multiplies the derivative of the branch that ``where`` does not take by 0, and 0 times
infinity is NaN. So what may be singular is given another argument there.
"""

import math

from lossviz.language.operations import OPERATIONS
from lossviz.language.tree import ONE, Call, Name, Tree, call, subtrees
from lossviz.losses.codegen.array_constants import fill_constants
from lossviz.losses.codegen.signs import is_above_0, is_never_above_0
from lossviz.losses.codegen.simplification import simplify
from lossviz.losses.codegen.tree_properties import P, is_array, is_comparison, is_whole_number


def autograd_safe(tree: Tree, positive: frozenset[str] = frozenset()) -> Tree:
    """The tree as a person would write it, with finite gradients wherever the loss is finite.

    Args:
        tree: A loss: what ``Curve.penalty`` or ``Gradient.penalty`` hold.
        positive: The parameters that are never negative.

    >>> from lossviz.language.tree import LOG_P
    >>> print(autograd_safe(call("where", call("gt", P, 0.5), call("log", LOG_P), LOG_P)))
    where(gt(p, 0.5), log(where(gt(p, 0.5), l, 1)), l)
    """
    return fill_constants(_guard(simplify(tree), None, positive))


def _guard(tree: Tree, taken: Tree | None, positive: frozenset[str]) -> Tree:
    """The tree with safe arguments where it is not taken.

    Args:
        tree: A simplified tree.
        taken: The condition under which it is taken; None where it always is.
        positive: The parameters that are never negative.
    """
    if not isinstance(tree, Call) or not is_array(tree) or is_comparison(tree):
        return tree
    if tree.operation in ("min", "max") and any(
        _is_unsafe(part, positive) for part in subtrees(tree)
    ):
        return _guard(_as_where(tree), taken, positive)
    if tree.operation == "where":
        return _guard_where(tree, taken, positive)
    arguments = [_guard(argument, taken, positive) for argument in tree.arguments]
    if isinstance(taken, Call) and _is_unsafe(tree, positive):
        unsafe = OPERATIONS[tree.operation].unsafe_argument
        assert unsafe is not None
        arguments[unsafe] = _safe_argument(arguments[unsafe], taken)
    return Call(tree.operation, tuple(arguments))


def _as_where(tree: Call) -> Tree:
    """A minimum or maximum as a choice between its first argument and the rest."""
    first, *others = tree.arguments
    rest = Call(tree.operation, tuple(others)) if len(others) > 1 else others[0]
    return call("where", call("le" if tree.operation == "min" else "ge", first, rest), first, rest)


def _guard_where(tree: Call, taken: Tree | None, positive: frozenset[str]) -> Tree:
    condition, then, otherwise = tree.arguments
    if is_array(condition):
        then = _guard(then, _both(taken, condition), positive)
        otherwise = _guard(otherwise, _both(taken, call("not", condition)), positive)
    else:
        then, otherwise = _guard(then, taken, positive), _guard(otherwise, taken, positive)
    return call("where", condition, then, otherwise)


def _safe_argument(argument: Tree, taken: Call) -> Tree:
    if taken.operation == "not":
        return call("where", taken.arguments[0], ONE, argument)
    return call("where", taken, argument, ONE)


def _both(outer: Tree | None, inner: Tree) -> Tree:
    return inner if outer is None else call("and", outer, inner)


def _is_unsafe(tree: Tree, positive: frozenset[str]) -> bool:
    """Whether its derivative may be infinite."""
    if not isinstance(tree, Call):
        return False
    record = OPERATIONS[tree.operation]
    if record.unsafe_argument is None or not is_array(tree.arguments[record.unsafe_argument]):
        return False
    if record.singular_at == (math.inf,):
        return not is_never_above_0(tree.arguments[0], positive)
    if record.name != "pow":
        argument = tree.arguments[record.unsafe_argument]
        return record.singular_at != (0.0,) or not is_above_0(argument, positive)
    base, exponent = tree.arguments
    is_power_of_p = base == P and isinstance(exponent, Name) and exponent.name in positive
    return not (is_whole_number(exponent) or is_power_of_p)
