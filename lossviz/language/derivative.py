"""Derivatives of trees, by a name and by the log-probability of each class."""

from collections.abc import Iterator
from dataclasses import dataclass

from lossviz.language.in_turn import check_time
from lossviz.language.operation import ClassReduction
from lossviz.language.operations import OPERATIONS
from lossviz.language.tree import (
    LOG_PJ,
    ONE,
    ZERO,
    Call,
    Name,
    Tree,
    call,
    divide,
    substitute,
)

# replaces a reduction while the rest is differentiated by it; no parameter can have this name
_STAND_IN = Name("<reduction>")


def derivative(tree: Tree, name: Name) -> Tree:
    """The derivative of ``tree`` by the name; kinks take the side on which a comparison falls.

    A reduction over the classes binds ``lj``: by it, the derivative of a reduction is 0.

    >>> from lossviz.language.tree import LOG_P
    >>> print(derivative(call("exp", 2 * LOG_P), LOG_P))
    mul(exp(mul(2, l)), 2)
    """
    known: dict[Call, Tree] = {}  # derivatives of derivatives repeat most of their parts

    def differentiate(part: Tree) -> Tree:
        if not isinstance(part, Call):
            return ONE if part == name else ZERO
        found = known.get(part)
        if found is None:
            check_time()
            found = known[part] = by_rule(part)
        return found

    def by_rule(part: Call) -> Tree:
        record = OPERATIONS[part.operation]
        if record.reduction is None:
            return record.derivative(part, differentiate)
        if name == LOG_PJ:
            return ZERO
        change = _attained(part, record.reduction, differentiate(part.arguments[0]))
        return ZERO if change == ZERO else call(record.reduction.sum_over_same_classes, change)

    return differentiate(tree)


@dataclass(frozen=True, slots=True, kw_only=True)
class GradientPart:
    """What one reduction adds to the derivative by the log-probability of a class.

    Attributes:
        outer: The derivative by the reduction; free of ``lj``.
        inner: The derivative of the reduction by the class's ``lj``.
    """

    outer: Tree
    inner: Tree


def gradient_parts(tree: Tree) -> tuple[GradientPart, ...]:
    """The derivative by the log-probability of each class that the reductions run over.

    Returns:
        One part a reduction; the derivative by the class's ``lj`` is the sum of ``outer * inner``.

    >>> [part] = gradient_parts(call("sqrt", call("class_sum", call("exp", LOG_PJ))))
    >>> print(part.outer, part.inner)
    div(0.5, sqrt(class_sum(exp(lj)))) exp(lj)
    """
    parts = []
    for found, reduction in dict(_reductions(tree)).items():
        # a reduction may stand inside others too: its stand-in is followed through all of them
        by_reduction = derivative(substitute(tree, found, _STAND_IN), _STAND_IN)
        outer = substitute(by_reduction, _STAND_IN, found)
        inner = _attained(found, reduction, derivative(found.arguments[0], LOG_PJ))
        if outer != ZERO and inner != ZERO:
            parts.append(GradientPart(outer=outer, inner=inner))
    return tuple(parts)


def _reductions(tree: Tree) -> Iterator[tuple[Call, ClassReduction]]:
    """All reductions in a tree, the outer ones first."""
    if isinstance(tree, Call):
        reduction = OPERATIONS[tree.operation].reduction
        if reduction is not None:
            yield tree, reduction
        for argument in tree.arguments:
            yield from _reductions(argument)


def _attained(tree: Call, reduction: ClassReduction, change: Tree) -> Tree:
    """The part of a term's ``change`` that changes the reduction: all of it in a sum; in a maximum
    that of the largest term, shared evenly where several attain it.
    """
    if not reduction.is_maximum or change == ZERO:
        return change
    attains = call("ge", tree.arguments[0], tree)
    count = call(reduction.sum_over_same_classes, call("where", attains, ONE, ZERO))
    return divide(call("where", attains, change, ZERO), count)
