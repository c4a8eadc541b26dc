"""Trees made ready to be written as source code for a library with autograd: signs and powers as a
person writes them, and no NaN in a gradient.

The trees that come out have more names: ``p``, ``pj``, and ``rest`` for 1 - p; and more operations:
``("constant", number)`` is that number as an array, "and" and "not" join conditions.
"""

from collections.abc import Callable, Iterator, Mapping
from math import prod

import numpy as np

from lossviz.language.derivative import REDUCTIONS
from lossviz.language.program import NUMPY, OPERATIONS, on_classes, program
from lossviz.language.tree import Tree

ARRAYS = frozenset({"l", "lj", "p", "pj", "rest"})
COMPARISONS = ("lt", "le", "gt", "ge", "eq")
CONDITIONS = (*COMPARISONS, "and", "not")
_ARRAY_OPERATIONS = frozenset({*REDUCTIONS, "constant"})
# which argument can make the derivative infinite
_RISKY = {"exp": 0, "expm1": 0, "log": 0, "log1p": 0, "sqrt": 0, "pow": 0, "div": 1}
_NAMED: dict[Tree, Tree] = {("exp", "l"): "p", ("exp", "lj"): "pj", ("expm1", "l"): ("neg", "rest")}
# three classes, the first being true
_AT_CERTAINTY = {"l": np.array([-1e-12]), "lj": np.log([1.0, 5e-13, 5e-13])}
_NEARLY_0 = 1e-6


def handwritten(tree: Tree, positive: frozenset[str] = frozenset()) -> Tree:
    """The tree as it is written by hand, safe for autograd.

    Args:
        tree: A loss: what ``Curve.penalty`` or ``Gradient.penalty`` hold.
        positive: The parameters that are never negative.

    >>> handwritten(("neg", ("mul", "l", ("pow", ("neg", ("expm1", "l")), "gamma"))))
    ('neg', ('mul', 'l', ('pow', 'rest', 'gamma')))
    >>> handwritten(("where", ("gt", ("exp", "l"), 0.5), ("log", "l"), "l"))
    ('where', ('gt', 'p', 0.5), ('log', ('where', ('gt', 'p', 0.5), 'l', 1.0)), 'l')
    """
    return _solid(_guarded(_tidy(tree), None, positive))


def subtrees(tree: Tree) -> Iterator[Tree]:
    """The tree and all trees in it, the inner ones first."""
    if isinstance(tree, tuple):
        for branch in tree[1:]:
            yield from subtrees(branch)
    yield tree


def is_array(tree: Tree) -> bool:
    """Whether it may depend on the logits."""
    if isinstance(tree, tuple):
        return tree[0] in _ARRAY_OPERATIONS or any(map(is_array, tree[1:]))
    return tree in ARRAYS


def vanishes_at_certainty(tree: Tree, values: Mapping[str, float]) -> bool:
    """Whether the tree takes a root, a power, a logarithm or the inverse of something that is 0 at
    p = 1, where each digit of 1 - p counts.

    >>> vanishes_at_certainty(("sqrt", ("neg", ("expm1", "l"))), {}), vanishes_at_certainty(("neg", "l"), {})
    (True, False)
    """
    bases = tuple(
        base for part in subtrees(tree) if (base := _base(part)) is not None and is_array(base)
    )
    run = program(bases, (*values.items(), ("K", 3.0))).run
    with np.errstate(all="ignore"):
        found = run({**NUMPY, **on_classes(np.array([False, True, True]))}, _AT_CERTAINTY)
    return any(bool((np.abs(value) < _NEARLY_0).any()) for value in found)


def _base(tree: Tree) -> Tree | None:
    """What a singular function is taken of; None for another."""
    if (
        not isinstance(tree, tuple)
        or tree[0] not in _RISKY
        or tree[0] in ("exp", "expm1")
        or (tree[0] == "pow" and _is_whole(tree[2]))
    ):
        return None
    base: Tree = tree[1 + _RISKY[tree[0]]]
    return ("add", 1.0, base) if tree[0] == "log1p" else base


def _is_whole(exponent: Tree) -> bool:
    return isinstance(exponent, float) and exponent >= 1 and exponent.is_integer()


def _tidy(tree: Tree) -> Tree:
    if not isinstance(tree, tuple):
        return tree
    if tree in _NAMED:
        return _NAMED[tree]
    branches = tuple(map(_tidy, tree[1:]))
    rule = (
        _tidy_comparison
        if tree[0] in COMPARISONS
        else _tidy_reduction
        if tree[0] in REDUCTIONS
        else _TIDY.get(tree[0])
    )
    return rule(tree[0], branches) if rule else (tree[0], *branches)


def _tidy_exp(operation: str, branches: tuple[Tree, ...]) -> Tree:
    (x,) = branches
    if (
        isinstance(x, tuple)
        and x[0] == "mul"
        and len(x) == 3
        and _is_whole(x[1])
        and x[2] in ("l", "lj")
    ):
        return ("pow", _NAMED["exp", x[2]], x[1])
    return ("exp", x)


def _tidy_neg(operation: str, branches: tuple[Tree, ...]) -> Tree:
    (x,) = branches
    sign, x = _sign(x)
    return x if sign < 0 else -x if isinstance(x, float) else ("neg", x)


def _tidy_add(operation: str, branches: tuple[Tree, ...]) -> Tree:
    """Numbers in one, what is taken away last."""
    terms = [
        term
        for branch in branches
        for term in (branch[1:] if isinstance(branch, tuple) and branch[0] == "add" else (branch,))
    ]
    number = sum(term for term in terms if isinstance(term, float))
    others = [term for term in terms if not isinstance(term, float)]
    ordered = sorted([number, *others] if number else others, key=lambda term: _sign(term)[0] < 0)
    return ("add", *ordered) if len(ordered) > 1 else ordered[0] if ordered else 0.0


def _tidy_product(operation: str, branches: tuple[Tree, ...]) -> Tree:
    """The sign in front."""
    signs, factors = zip(*map(_sign, branches), strict=True)
    product = (operation, *factors)
    return ("neg", product) if prod(signs) < 0 else product


def _tidy_power(operation: str, branches: tuple[Tree, ...]) -> Tree:
    base, exponent = branches
    sign, bare = _sign(base)
    if sign < 0 and not isinstance(bare, float) and _is_whole(exponent):
        return ("neg", ("pow", bare, exponent)) if float(exponent) % 2 else ("pow", bare, exponent)  # type: ignore[arg-type]
    return ("pow", base, exponent)


def _tidy_comparison(operation: str, branches: tuple[Tree, ...]) -> Tree:
    left, right = branches
    if left == right:
        return float(operation in ("le", "ge", "eq"))
    if isinstance(left, float) and isinstance(right, float):
        return float(OPERATIONS[operation](left, right))
    return (operation, left, right)


def _tidy_where(operation: str, branches: tuple[Tree, ...]) -> Tree:
    condition, then, otherwise = branches
    return (
        ("where", condition, then, otherwise)
        if isinstance(condition, tuple)
        else then
        if condition
        else otherwise
    )


def _tidy_reduction(operation: str, branches: tuple[Tree, ...]) -> Tree:
    (term,) = branches
    if any(part in ("lj", "pj") for part in subtrees(term)):
        return (operation, term)
    return ("mul", ("add", "K", -1.0), term) if operation == "sum_others" else term


def _sign(tree: Tree) -> tuple[int, Tree]:
    if isinstance(tree, tuple) and tree[0] == "neg":
        return -1, tree[1]
    return (-1, -tree) if isinstance(tree, float) and tree < 0 else (1, tree)


_TIDY: dict[str, Callable[[str, tuple[Tree, ...]], Tree]] = {
    "exp": _tidy_exp, "neg": _tidy_neg, "add": _tidy_add, "mul": _tidy_product, "div": _tidy_product, "pow": _tidy_power, "where": _tidy_where,
}  # fmt: skip


def _guarded(tree: Tree, taken: Tree | None, positive: frozenset[str]) -> Tree:
    """What may be singular gets 1 where its branch is not taken: autograd multiplies its derivative
    there by 0, and 0 times infinity is NaN.
    """
    if not isinstance(tree, tuple) or not is_array(tree) or tree[0] in COMPARISONS:
        return tree
    operation, *branches = tree
    if operation in ("min", "max") and any(_is_risky(part, positive) for part in subtrees(tree)):
        first, *others = branches
        rest = (operation, *others) if len(others) > 1 else others[0]
        return _guarded(
            ("where", ("le" if operation == "min" else "ge", first, rest), first, rest),
            taken,
            positive,
        )
    if operation == "where":
        condition, then, otherwise = branches
        ways = (
            (_both(taken, condition), _both(taken, ("not", condition)))
            if is_array(condition)
            else (taken, taken)
        )
        return (
            "where",
            condition,
            _guarded(then, ways[0], positive),
            _guarded(otherwise, ways[1], positive),
        )
    branches = [_guarded(branch, taken, positive) for branch in branches]
    if isinstance(taken, tuple) and _is_risky(tree, positive):
        place = _RISKY[operation]
        argument = branches[place]
        branches[place] = (
            ("where", taken[1], 1.0, argument)
            if taken[0] == "not"
            else ("where", taken, argument, 1.0)
        )
    return (operation, *branches)


def _both(one: Tree | None, other: Tree) -> Tree:
    return other if one is None else ("and", one, other)


def _is_risky(tree: Tree, positive: frozenset[str]) -> bool:
    if (
        not isinstance(tree, tuple)
        or tree[0] not in _RISKY
        or not is_array(tree[1 + _RISKY[tree[0]]])
    ):
        return False
    if tree[0] in ("exp", "expm1"):
        return not _is_never_above_0(tree[1], positive)
    return not (
        tree[0] == "pow" and (_is_whole(tree[2]) or (tree[1] == "p" and tree[2] in positive))
    )


def _is_never_above_0(tree: Tree, positive: frozenset[str]) -> bool:
    """Whether that is plain: a log-probability or minus a probability, times or divided by what is
    positive.
    """
    if isinstance(tree, tuple) and tree[0] == "neg":
        return _is_positive(tree[1], positive)
    if isinstance(tree, tuple) and tree[0] == "mul":
        factors = [factor for factor in tree[1:] if not _is_positive(factor, positive)]
        return len(factors) == 1 and _is_never_above_0(factors[0], positive)
    if isinstance(tree, tuple) and tree[0] == "div":
        return (
            _is_never_above_0(tree[1], positive)
            and not is_array(tree[2])
            and _is_positive(tree[2], positive)
        )
    return tree in ("l", "lj")


def _is_positive(tree: Tree, positive: frozenset[str]) -> bool:
    if isinstance(tree, tuple):
        return tree[0] in ("mul", "div") and all(
            _is_positive(branch, positive) for branch in tree[1:]
        )
    return (
        tree > 0
        if isinstance(tree, float)
        else tree in positive or tree in ("p", "pj", "rest", "K")
    )


def _solid(tree: Tree, *, loose: bool = True) -> Tree:
    """Plain numbers as arrays where a function takes an array: only arithmetic (``loose``) takes
    what may turn out to be either.
    """
    if not isinstance(tree, tuple) or not is_array(tree):
        return tree
    operation, *branches = tree
    if operation == "where":
        return _solid_where(branches, loose)
    if operation in ("add", "mul"):
        carried = loose or any(_is_surely_array(branch) for branch in branches)
        return (operation, *(_solid(branch, loose=carried) for branch in branches))
    return (operation, *(_solid(branch, loose=loose and operation == "neg") for branch in branches))


def _solid_where(branches: list[Tree], loose: bool) -> Tree:
    condition, *ways = branches
    if is_array(condition):
        then, otherwise = (_solid(way, loose=False) for way in ways)
        return (
            "where",
            _solid(condition, loose=False),
            then if is_array(then) or is_array(otherwise) else ("constant", then),
            otherwise,
        )
    return (
        "where",
        condition,
        *(
            _solid(way, loose=loose) if loose or is_array(way) else ("constant", way)
            for way in ways
        ),
    )


def _is_surely_array(tree: Tree) -> bool:
    """Whether it is an array whatever the parameters are."""
    if isinstance(tree, tuple) and tree[0] == "where" and not is_array(tree[1]):
        return all(map(_is_surely_array, tree[2:]))
    if isinstance(tree, tuple) and tree[0] not in _ARRAY_OPERATIONS:
        return any(map(_is_surely_array, tree[1:]))
    return is_array(tree)


def has_gradient(tree: Tree) -> bool:
    """Whether autograd finds a way from it to the logits, whatever the parameters are."""
    if isinstance(tree, tuple) and tree[0] == "where":
        return (any if is_array(tree[1]) else all)(map(has_gradient, tree[2:]))
    if isinstance(tree, tuple):
        return tree[0] not in (*CONDITIONS, "constant") and any(map(has_gradient, tree[1:]))
    return tree in ARRAYS
