"""Derivatives of trees, by the rules of the schoolbook. sympy's own took up to 300 ms a formula,
asking itself what is positive.
"""

from collections.abc import Callable, Iterator

from lossviz.language.tree import Tree

# each with what counts over its classes
REDUCTIONS = {
    "sum": "sum",
    "largest": "sum",
    "sum_others": "sum_others",
    "largest_other": "sum_others",
}


def derivative(tree: Tree, name: str) -> Tree:
    """The derivative of ``tree`` by the name; kinks take the side on which a comparison falls.

    A reduction over the classes binds ``lj``: by it, the derivative of a reduction is 0.

    >>> derivative(("exp", ("mul", 2.0, "l")), "l")
    ('mul', ('exp', ('mul', 2.0, 'l')), 2.0)
    """
    if not isinstance(tree, tuple):
        return 1.0 if tree == name else 0.0
    operation, *branches = tree
    if operation in REDUCTIONS:
        return 0.0 if name == "lj" else reduced(tree, derivative(branches[0], name))
    return _RULES[operation](tree, branches, lambda branch: derivative(branch, name))


def reduced(reduction: Tree, change: Tree) -> Tree:
    """How a reduction changes where its term changes by ``change``, a tree that may hold ``lj``."""
    assert isinstance(reduction, tuple)
    return 0.0 if change == 0.0 else (REDUCTIONS[reduction[0]], chosen(reduction, change))


def chosen(reduction: Tree, change: Tree) -> Tree:
    """The part of ``change`` that counts: all of it in a sum; in a maximum that of the largest
    term, shared evenly where there are several.
    """
    assert isinstance(reduction, tuple)
    operation, term = reduction
    if operation in ("sum", "sum_others") or change == 0.0:
        return change
    attains: Tree = ("ge", term, reduction)
    return (
        "div",
        ("where", attains, change, 0.0),
        (REDUCTIONS[operation], ("where", attains, 1.0, 0.0)),
    )


def gradient_parts(tree: Tree) -> tuple[tuple[Tree, Tree], ...]:
    """The derivative by the log-probability of each class that a reduction has in hand.

    Returns:
        Pairs ``(outer, inner)``; the derivative by the class's ``lj`` is the sum of ``outer *
        inner``. ``outer`` is free of ``lj``.

    >>> gradient_parts(("sqrt", ("sum", ("exp", "lj"))))
    ((('div', 0.5, ('sqrt', ('sum', ('exp', 'lj')))), ('exp', 'lj')),)
    """
    pairs = []
    for reduction in dict.fromkeys(_reductions(tree)):
        # a reduction may stand inside others too: its stand-in is followed through all of them
        outer = _replaced(
            derivative(_replaced(tree, reduction, "reduction"), "reduction"), "reduction", reduction
        )
        inner = chosen(reduction, derivative(reduction[1], "lj"))
        if outer != 0.0 and inner != 0.0:
            pairs.append((outer, inner))
    return tuple(pairs)


def _reductions(tree: Tree) -> Iterator[tuple[str, Tree]]:
    if isinstance(tree, tuple):
        if tree[0] in REDUCTIONS:
            yield tree
        for branch in tree[1:]:
            yield from _reductions(branch)


def _replaced(tree: Tree, old: Tree, new: Tree) -> Tree:
    if tree == old:
        return new
    return (
        (tree[0], *(_replaced(branch, old, new) for branch in tree[1:]))
        if isinstance(tree, tuple)
        else tree
    )


def plus(*terms: Tree) -> Tree:
    """The sum, without the terms that are 0."""
    kept = [term for term in terms if term != 0.0]
    return ("add", *kept) if len(kept) > 1 else kept[0] if kept else 0.0


def minus(tree: Tree) -> Tree:
    """The negative; of a negative, what it is of."""
    if isinstance(tree, float):
        return -tree + 0.0
    return tree[1] if isinstance(tree, tuple) and tree[0] == "neg" else ("neg", tree)


def times(*factors: Tree) -> Tree:
    """The product, without the factors that are 1; 0 where one is."""
    if 0.0 in factors:
        return 0.0
    negative = sum(factor == -1.0 for factor in factors) % 2
    kept = [factor for factor in factors if factor not in (1.0, -1.0)]
    product: Tree = ("mul", *kept) if len(kept) > 1 else kept[0] if kept else 1.0
    return minus(product) if negative else product


def over(above: Tree, below: Tree) -> Tree:
    """The quotient; 0 where 0 is divided."""
    return 0.0 if above == 0.0 else ("div", above, below)


def either(condition: Tree, then: Tree, otherwise: Tree) -> Tree:
    """A choice; what is chosen where both are the same."""
    return then if then == otherwise else ("where", condition, then, otherwise)


def _product(tree: Tree, branches: list[Tree], d: Callable[[Tree], Tree]) -> Tree:
    return plus(
        *(times(*branches[:i], d(branch), *branches[i + 1 :]) for i, branch in enumerate(branches))
    )


def _quotient(tree: Tree, branches: list[Tree], d: Callable[[Tree], Tree]) -> Tree:
    above, below = branches
    change = d(below)
    return plus(over(d(above), below), minus(over(times(tree, change), below)))


def _power(tree: Tree, branches: list[Tree], d: Callable[[Tree], Tree]) -> Tree:
    base, exponent = branches
    by_exponent, by_base = d(exponent), d(base)
    less = exponent - 1.0 if isinstance(exponent, float) else ("add", exponent, -1.0)
    return plus(
        times(exponent, base if less == 1.0 else ("pow", base, less), by_base),
        times(tree, ("log", base), by_exponent),
    )


def _extreme(comparison: str) -> Callable[[Tree, list[Tree], Callable[[Tree], Tree]], Tree]:
    def rule(tree: Tree, branches: list[Tree], d: Callable[[Tree], Tree]) -> Tree:
        first, *others = branches
        rest = (tree[0], *others) if len(others) > 1 else others[0]  # type: ignore[index]
        change = rule(rest, others, d) if len(others) > 1 else d(rest)
        return either((comparison, first, rest), d(first), change)

    return rule


def _outer(
    outer: Callable[[Tree, Tree], Tree],
) -> Callable[[Tree, list[Tree], Callable[[Tree], Tree]], Tree]:
    """The rule of a function of one value: its derivative, given its own tree and its argument,
    times the argument's.
    """

    def rule(tree: Tree, branches: list[Tree], d: Callable[[Tree], Tree]) -> Tree:
        change = d(branches[0])
        return 0.0 if change == 0.0 else times(outer(tree, branches[0]), change)

    return rule


_RULES: dict[str, Callable[[Tree, list[Tree], Callable[[Tree], Tree]], Tree]] = {
    "add": lambda tree, branches, d: plus(*map(d, branches)),
    "neg": lambda tree, branches, d: minus(d(branches[0])),
    "mul": _product,
    "div": _quotient,
    "pow": _power,
    "exp": _outer(lambda tree, x: tree),
    "expm1": _outer(lambda tree, x: ("exp", x)),
    "log": _outer(lambda tree, x: ("div", 1.0, x)),
    "log1p": _outer(lambda tree, x: ("div", 1.0, ("add", 1.0, x))),
    "sqrt": _outer(lambda tree, x: ("div", 0.5, tree)),
    "abs": _outer(lambda tree, x: ("where", ("ge", x, 0.0), 1.0, -1.0)),
    "tanh": _outer(lambda tree, x: ("add", 1.0, ("neg", ("mul", tree, tree)))),
    "sin": _outer(lambda tree, x: ("cos", x)),
    "cos": _outer(lambda tree, x: ("neg", ("sin", x))),
    "min": _extreme("le"),
    "max": _extreme("ge"),
    "where": lambda tree, branches, d: either(branches[0], d(branches[1]), d(branches[2])),
}
