"""What a tree that becomes source code depends on.

These trees have three more names than a formula's, which no parameter can have: ``p``, ``pj`` and
``1-p``; and one more operation: ``constant`` is a plain number as an array.
"""

from lossviz.language.operations import OPERATIONS
from lossviz.language.tree import LOG_P, LOG_PJ, Call, Name, Number, Tree

P, PJ, COMPLEMENT = Name("p"), Name("pj"), Name("1-p")
ARRAYS = frozenset({LOG_P, LOG_PJ, P, PJ, COMPLEMENT})
CONSTANT = "constant"


def is_array(tree: Tree) -> bool:
    """Whether it may depend on the logits."""
    if isinstance(tree, Call):
        return is_array_operation(tree) or any(map(is_array, tree.arguments))
    return tree in ARRAYS


def is_surely_array(tree: Tree) -> bool:
    """Whether it is an array whatever the parameters are."""
    match tree:
        case Call(operation="where", arguments=(condition, then, otherwise)) if not is_array(
            condition
        ):
            return is_surely_array(then) and is_surely_array(otherwise)
        case Call() if not is_array_operation(tree):
            return any(map(is_surely_array, tree.arguments))
    return is_array(tree)


def is_array_operation(tree: Call) -> bool:
    """Whether the operation gives an array whatever its arguments are."""
    return tree.operation == CONSTANT or is_reduction(tree)


def is_reduction(tree: Call) -> bool:
    """Whether it runs over the classes."""
    return tree.operation != CONSTANT and OPERATIONS[tree.operation].reduction is not None


def is_comparison(tree: Call) -> bool:
    """Whether it compares its arguments."""
    return tree.operation != CONSTANT and OPERATIONS[tree.operation].kind == "comparison"


def is_whole_number(exponent: Tree) -> bool:
    """Whether a power with this exponent is finite and smooth everywhere: 1, 2, 3, …"""
    return isinstance(exponent, Number) and exponent.value >= 1 and exponent.value.is_integer()


def has_gradient(tree: Tree) -> bool:
    """Whether autograd can follow it back to the logits, whatever the parameters are."""
    match tree:
        case Call(operation="where", arguments=(condition, then, otherwise)):
            if is_array(condition):
                return has_gradient(then) or has_gradient(otherwise)
            return has_gradient(then) and has_gradient(otherwise)
        case Call(operation=operation, arguments=arguments):
            constant = operation == CONSTANT or OPERATIONS[operation].is_condition
            return not constant and any(map(has_gradient, arguments))
    return tree in ARRAYS
