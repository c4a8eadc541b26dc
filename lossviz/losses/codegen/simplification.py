"""Trees simplified to what a person would write: short names, signs in front, numbers combined."""

from collections.abc import Callable
from math import prod

from lossviz.language.operations import OPERATIONS
from lossviz.language.tree import (
    CLASSES,
    LOG_P,
    LOG_PJ,
    ZERO,
    Call,
    Number,
    Tree,
    call,
    negate,
    subtrees,
)
from lossviz.losses.codegen.tree_properties import (
    COMPLEMENT,
    PJ,
    P,
    is_comparison,
    is_reduction,
    is_whole_number,
)

_SHORT_NAMES: dict[Tree, Tree] = {
    call("exp", LOG_P): P,
    call("exp", LOG_PJ): PJ,
    call("expm1", LOG_P): call("neg", COMPLEMENT),
}


def simplify(tree: Tree) -> Tree:
    """The tree with the same value, written with p, pj and 1 - p.

    >>> print(simplify(call("pow", -call("expm1", LOG_P), 2)))
    pow(1-p, 2)
    """
    if not isinstance(tree, Call):
        return tree
    if tree in _SHORT_NAMES:
        return _SHORT_NAMES[tree]
    simplified = Call(tree.operation, tuple(map(simplify, tree.arguments)))
    if is_comparison(simplified):
        return _simplify_comparison(simplified)
    if is_reduction(simplified):
        return _simplify_reduction(simplified)
    rule = _RULES.get(simplified.operation)
    return rule(simplified) if rule else simplified


def _simplify_exp(tree: Call) -> Tree:
    """``exp(2*l)`` as ``p**2``."""
    match tree.arguments:
        case (Call(operation="mul", arguments=(factor, log)),) if is_whole_number(factor):
            power = _SHORT_NAMES.get(call("exp", log))
            if power is not None:
                return call("pow", power, factor)
    return tree


def _simplify_negative(tree: Call) -> Tree:
    sign, positive = _split_sign(tree.arguments[0])
    if sign < 0:
        return positive
    return Number(-positive.value) if isinstance(positive, Number) else call("neg", positive)


def _simplify_sum(tree: Call) -> Tree:
    """Numbers in one, what is subtracted last."""
    terms: list[Tree] = []
    for argument in tree.arguments:
        nested = isinstance(argument, Call) and argument.operation == "add"
        terms += argument.arguments if nested else (argument,)  # type: ignore[union-attr]
    number = sum(term.value for term in terms if isinstance(term, Number))
    kept: list[Tree] = [term for term in terms if not isinstance(term, Number)]
    if number:
        kept.insert(0, Number(number))
    if not kept:
        return ZERO
    kept.sort(key=lambda term: _split_sign(term)[0] < 0)
    return Call("add", tuple(kept)) if len(kept) > 1 else kept[0]


def _simplify_product(tree: Call) -> Tree:
    """The sign in front."""
    signs, factors = zip(*map(_split_sign, tree.arguments), strict=True)
    product = Call(tree.operation, factors)
    return call("neg", product) if prod(signs) < 0 else product


def _simplify_power(tree: Call) -> Tree:
    """A whole power of a negative without the sign, or with the sign in front."""
    base, exponent = tree.arguments
    sign, positive = _split_sign(base)
    if sign > 0 or isinstance(positive, Number) or not is_whole_number(exponent):
        return tree
    power = call("pow", positive, exponent)
    assert isinstance(exponent, Number)
    return call("neg", power) if exponent.value % 2 else power


def _simplify_comparison(tree: Call) -> Tree:
    left, right = tree.arguments
    if left == right:
        return Number(tree.operation in ("le", "ge", "eq"))
    if isinstance(left, Number) and isinstance(right, Number):
        return Number(OPERATIONS[tree.operation].numpy(left.value, right.value))
    return tree


def _simplify_where(tree: Call) -> Tree:
    """The branch that is taken, where that is known."""
    condition, then, otherwise = tree.arguments
    if isinstance(condition, Number):
        return then if condition.value else otherwise
    return tree


def _simplify_reduction(tree: Call) -> Tree:
    """Of a term that is the same for every class, the term, or as many as there are others."""
    (term,) = tree.arguments
    if any(part in (LOG_PJ, PJ) for part in subtrees(term)):
        return tree
    if tree.operation == "other_sum":
        return call("mul", call("add", CLASSES, -1), term)
    return term


def _split_sign(tree: Tree) -> tuple[int, Tree]:
    match tree:
        case Call(operation="neg", arguments=(positive,)):
            return -1, positive
        case Number(value=value) if value < 0:
            return -1, negate(tree)
    return 1, tree


_RULES: dict[str, Callable[[Call], Tree]] = {
    "exp": _simplify_exp,
    "neg": _simplify_negative,
    "add": _simplify_sum,
    "mul": _simplify_product,
    "div": _simplify_product,
    "pow": _simplify_power,
    "where": _simplify_where,
}
