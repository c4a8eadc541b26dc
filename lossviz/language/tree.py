"""A formula as a tree of numbers, names and calls, which NumPy, torch and the browser evaluate.

A tree is data: it hashes, pickles and prints as JSON, and nothing is compiled or executed. The
names in it are ``l`` = log p, ``lj`` = log pj inside a reduction over the classes, ``K``, and the
parameters; ``lossviz.language.operations`` lists the operations.

``+ - * / **`` of trees build trees without the terms and factors that change nothing, so that
derivative rules read like the formulas in a textbook.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Union


class _Arithmetic:
    """The operators of the three kinds of nodes."""

    __slots__ = ()

    def __add__(self, other: "Operand") -> "Tree":
        return add(self, other)

    def __radd__(self, other: float) -> "Tree":
        return add(other, self)

    def __sub__(self, other: "Operand") -> "Tree":
        return add(self, negate(other))

    def __rsub__(self, other: float) -> "Tree":
        return add(other, negate(self))

    def __mul__(self, other: "Operand") -> "Tree":
        return multiply(self, other)

    def __rmul__(self, other: float) -> "Tree":
        return multiply(other, self)

    def __truediv__(self, other: "Operand") -> "Tree":
        return divide(self, other)

    def __rtruediv__(self, other: float) -> "Tree":
        return divide(other, self)

    def __pow__(self, other: "Operand") -> "Tree":
        return power(self, other)

    def __neg__(self) -> "Tree":
        return negate(self)


@dataclass(frozen=True, slots=True)
class Number(_Arithmetic):
    """A constant.

    Attributes:
        value: Always a float, also where an integer is given.
    """

    value: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", float(self.value))

    def __str__(self) -> str:
        return f"{self.value:g}"


@dataclass(frozen=True, slots=True)
class Name(_Arithmetic):
    """A parameter, or one of the quantities ``l``, ``lj`` and ``K``."""

    name: str

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True, eq=False, init=False)
class Call(_Arithmetic):
    """An operation applied to its arguments.

    The hash is computed once: programs are looked up by their trees on every evaluation, and
    hashing a whole tree each time would take longer than evaluating it.

    Attributes:
        operation: A key of ``OPERATIONS``.
        arguments: At least one.
    """

    operation: str
    arguments: tuple["Tree", ...]
    _hash: int = field(repr=False)

    def __init__(self, operation: str, arguments: tuple["Tree", ...]) -> None:
        set_attribute = object.__setattr__
        set_attribute(self, "operation", operation)
        set_attribute(self, "arguments", arguments)
        set_attribute(self, "_hash", hash((operation, arguments)))

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        return (
            isinstance(other, Call)
            and self._hash == other._hash
            and self.operation == other.operation
            and self.arguments == other.arguments
        )

    def __reduce__(self) -> tuple[Any, ...]:
        # hashes of strings differ from process to process, so that the hash is computed anew
        return Call, (self.operation, self.arguments)

    def __str__(self) -> str:
        return f"{self.operation}({', '.join(map(str, self.arguments))})"


Tree = Number | Name | Call
Operand = Union[_Arithmetic, float]  # noqa: UP007 - what an operator takes: a tree, or a plain number

ZERO, ONE = Number(0.0), Number(1.0)
LOG_P, LOG_PJ, CLASSES = Name("l"), Name("lj"), Name("K")


def call(operation: str, *arguments: Operand) -> Call:
    """An operation of trees and plain numbers.

    >>> print(call("max", LOG_P, 2))
    max(l, 2)
    """
    return Call(operation, tuple(map(_as_tree, arguments)))


def add(*terms: Operand) -> Tree:
    """The sum, without the terms that are 0."""
    kept = [term for term in map(_as_tree, terms) if _value(term) != 0.0]
    if not kept:
        return ZERO
    return Call("add", tuple(kept)) if len(kept) > 1 else kept[0]


def negate(operand: Operand) -> Tree:
    """The negative; of a negative, its argument."""
    tree = _as_tree(operand)
    match tree:
        case Number(value=value):
            return Number(-value + 0.0)
        case Call(operation="neg", arguments=(positive,)):
            return positive
    return Call("neg", (tree,))


def multiply(*factors: Operand) -> Tree:
    """The product, without the factors that are 1; 0 where one factor is 0.

    >>> print(multiply(2, LOG_P, -1))
    neg(mul(2, l))
    """
    kept: list[Tree] = []
    negative = False
    for factor in factors:
        tree = _as_tree(factor)
        value = _value(tree)
        if value == 0.0:
            return ZERO
        if value == -1.0:
            negative = not negative
        elif value != 1.0:
            kept.append(tree)
    if len(kept) > 1:
        product: Tree = Call("mul", tuple(kept))
    else:
        product = kept[0] if kept else ONE
    return negate(product) if negative else product


def divide(numerator: Operand, denominator: Operand) -> Tree:
    """The quotient; 0 where the numerator is 0."""
    above = _as_tree(numerator)
    return ZERO if _value(above) == 0.0 else Call("div", (above, _as_tree(denominator)))


def power(base: Operand, exponent: Operand) -> Tree:
    """The power; the base itself where the exponent is 1."""
    raised = _as_tree(exponent)
    return _as_tree(base) if _value(raised) == 1.0 else Call("pow", (_as_tree(base), raised))


def where(condition: Tree, then: Operand, otherwise: Operand) -> Tree:
    """``then`` where the condition holds, else ``otherwise``; either alone where both are equal."""
    first, second = _as_tree(then), _as_tree(otherwise)
    return first if first == second else Call("where", (condition, first, second))


def subtrees(tree: Tree) -> Iterator[Tree]:
    """All trees in a tree and the tree itself, the inner ones first.

    >>> [str(part) for part in subtrees(-(LOG_P + 1))]
    ['l', '1', 'add(l, 1)', 'neg(add(l, 1))']
    """
    if isinstance(tree, Call):
        for argument in tree.arguments:
            yield from subtrees(argument)
    yield tree


def substitute(tree: Tree, old: Tree, new: Tree) -> Tree:
    """The tree with ``new`` in the place of each ``old``.

    >>> print(substitute(call("exp", LOG_P), LOG_P, LOG_PJ))
    exp(lj)
    """
    if tree == old:
        return new
    if not isinstance(tree, Call):
        return tree
    return Call(tree.operation, tuple(substitute(part, old, new) for part in tree.arguments))


def to_json(tree: Tree) -> float | str | tuple[Any, ...]:
    """The tree as the browser reads it: numbers, names, and operations with their arguments.

    Tuples, because a list in a component's data makes Streamlit import pandas.

    >>> to_json(2 * call("exp", LOG_P))
    ('mul', 2.0, ('exp', 'l'))
    """
    match tree:
        case Number(value=value):
            return value
        case Name(name=name):
            return name
        case Call(operation=operation, arguments=arguments):
            return (operation, *map(to_json, arguments))


def _as_tree(operand: Operand) -> Tree:
    if isinstance(operand, (Call, Number, Name)):
        return operand
    assert not isinstance(operand, _Arithmetic)
    return Number(operand)


def _value(tree: Tree) -> float | None:
    """The value of a number; None of another tree."""
    return tree.value if isinstance(tree, Number) else None
