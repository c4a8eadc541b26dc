"""Plain numbers as arrays, where a library's function takes nothing else."""

from lossviz.language.tree import Call, Tree, call
from lossviz.losses.codegen.tree_properties import CONSTANT, is_array, is_surely_array


def fill_constants(tree: Tree, *, may_be_number: bool = True) -> Tree:
    """The tree with ``constant`` around the plain numbers that must be arrays.

    Args:
        tree: A loss, or a part of one.
        may_be_number: Whether it stands where arithmetic takes both; a function takes arrays only.
    """
    if not isinstance(tree, Call) or not is_array(tree):
        return tree
    operation, arguments = tree.operation, tree.arguments
    if operation == "where":
        return _fill_where(tree, may_be_number)
    if operation in ("add", "mul"):
        # another array among the arguments makes an array of the whole
        anyhow = may_be_number or any(map(is_surely_array, arguments))
    else:
        anyhow = may_be_number and operation == "neg"
    return Call(operation, tuple(fill_constants(part, may_be_number=anyhow) for part in arguments))


def _fill_where(tree: Call, may_be_number: bool) -> Tree:
    condition, *branches = tree.arguments
    if is_array(condition):
        then, otherwise = (fill_constants(branch, may_be_number=False) for branch in branches)
        if not is_array(then) and not is_array(otherwise):
            then = call(CONSTANT, then)
        return call("where", fill_constants(condition, may_be_number=False), then, otherwise)
    filled = [
        fill_constants(branch, may_be_number=may_be_number)
        if may_be_number or is_array(branch)
        else call(CONSTANT, branch)
        for branch in branches
    ]
    return call("where", condition, *filled)
