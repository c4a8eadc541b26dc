"""Forms of trees for which torch needs fewer calls than for their parts."""

from lossviz.language.operations import OPERATIONS
from lossviz.language.tree import LOG_PJ, Call, Number, Tree, subtrees


def attained(tree: Tree) -> tuple[Tree, Tree, Tree] | None:
    """The terms, their maximum and the count of those that attain it, of a derivative of a maximum
    by the logarithm of a probability that is the term itself; None of another tree.
    """
    match tree:
        case Call(
            operation="div",
            arguments=(
                Call(
                    operation="where",
                    arguments=(
                        Call(operation="ge", arguments=(terms, Call() as largest)),
                        same,
                        Number(value=0.0),
                    ),
                ),
                Call() as count,
            ),
        ) if terms == same and terms in largest.arguments:
            reduction = OPERATIONS[largest.operation].reduction
            if reduction is not None and reduction.is_maximum:
                return terms, largest, count
    return None


def factors(tree: Tree) -> tuple[list[Tree], list[Tree]]:
    """What a product multiplies, and what it divides by."""
    match tree:
        case Call(operation="mul", arguments=parts):
            pairs = [factors(part) for part in parts]
            return [f for above, _ in pairs for f in above], [
                f for _, below in pairs for f in below
            ]
        case Call(operation="div", arguments=(numerator, denominator)):
            (above, below), (over, under) = factors(numerator), factors(denominator)
            return [*above, *under], [*below, *over]
        case Call(operation="neg", arguments=(positive,)):
            above, below = factors(positive)
            return [Number(-1.0), *above], below
    return [tree], []


def is_narrow_power(tree: Tree) -> bool:
    """Whether it is a power of e, the same for every class."""
    return isinstance(tree, Call) and tree.operation == "exp" and LOG_PJ not in subtrees(tree)


def less_one(tree: Tree) -> Tree | None:
    """What is added to 1 in a tree; None where it is no such sum."""
    match tree:
        case Call(operation="add", arguments=(Number(value=1.0), rest)):
            return rest
        case Call(operation="add", arguments=(rest, Number(value=1.0))):
            return rest
        case Call(operation="sub", arguments=(Number(value=1.0), rest)):
            return Call("neg", (rest,))
    return None
