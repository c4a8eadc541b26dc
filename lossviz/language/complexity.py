"""Limits on how deeply functions stand inside each other, checked before sympy sees the formula: of
each function sympy asks how all that is inside it behaves.
"""

import ast
from dataclasses import dataclass

from lossviz.errors import FormulaError
from lossviz.language.operations import CLASS_FUNCTIONS, OPERATIONS, typed_operation

# inside each other, powers and quotients too: each more of (1-exp((1-exp(...)))) takes sympy 20 ms
MAX_FUNCTIONS = 4
# sums over the classes inside each other: each writes what is inside it twice, for the true class
# and for the others
MAX_REDUCTIONS = 2
# the sizes of all functions, summed: the catalogue's largest comes to 50, the formulas that took
# sympy over 0.1 s to 170 and more
MAX_WORK = 120

# parts of a syntax tree that hold nothing
_SIGNS = (ast.operator, ast.unaryop, ast.cmpop, ast.expr_context)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Nesting:
    """What stands in a part of a formula.

    Attributes:
        depth: Functions, powers and quotients that stand inside each other, at most.
        reductions: Sums and maxima over the classes that stand inside each other, at most.
        size: Parts of all kinds.
        work: Of each function, power, quotient and reduction its size; twice as much in a
            reduction.
    """

    depth: int = 0
    reductions: int = 0
    size: int = 0
    work: int = 0


def check_nesting(text: str, node: ast.AST) -> None:
    """Refuse a parsed formula with too much inside each other.

    Raises:
        FormulaError: It points at the first part, from the inside, that is too much.

    >>> nested = "exp(" * 6 + "p" + ")" * 6
    >>> check_nesting(nested, ast.parse(nested, mode="eval").body)  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    lossviz.errors.FormulaError: 5 functions, powers or quotients stand inside each other; at ...
    """
    _nesting(text, node)


def _nesting(text: str, node: ast.AST) -> _Nesting:
    parts = {
        child: _nesting(text, child)
        for child in ast.iter_child_nodes(node)
        if not isinstance(child, _SIGNS)
    }
    weight, reductions = _nesting_weight(node), int(_is_reduction(node))
    size = int(isinstance(node, ast.expr)) + sum(part.size for part in parts.values())
    work = sum(part.work for part in parts.values())
    if weight or reductions:
        work += size
    found = _Nesting(
        depth=max(
            (part.depth + _adds(node, child, weight) for child, part in parts.items()), default=0
        ),
        reductions=reductions + max((part.reductions for part in parts.values()), default=0),
        size=size,
        work=2 * work if reductions else work,
    )
    if isinstance(node, ast.expr):
        _check(text, node, found)
    return found


def _adds(node: ast.AST, child: ast.AST, weight: int) -> int:
    """What a node adds to the depth of a child: a quotient nothing to that of its numerator."""
    is_numerator = (
        isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and child is node.left
    )
    return 0 if is_numerator else weight


def _check(text: str, node: ast.expr, found: _Nesting) -> None:
    if found.depth > MAX_FUNCTIONS:
        reason = (
            f"{found.depth} functions, powers or quotients stand inside each other; at most"
            f" {MAX_FUNCTIONS} are allowed"
        )
    elif found.reductions > MAX_REDUCTIONS:
        reason = (
            f"{found.reductions} sums over the classes stand inside each other; at most"
            f" {MAX_REDUCTIONS} are allowed"
        )
    elif found.work > MAX_WORK:
        reason = (
            "too many functions, powers and quotients stand inside each other; simplify the formula"
        )
    else:
        return
    raise FormulaError(text, node.col_offset, reason)


def _nesting_weight(node: ast.AST) -> int:
    match node:
        case ast.Call(func=ast.Name(id=name)):
            operation = typed_operation(name)
            return operation.nesting_weight if operation else 0
        case ast.BinOp(
            op=ast.Pow(),
            right=ast.Constant(value=int()) | ast.UnaryOp(operand=ast.Constant(value=int())),
        ):
            return 0
        case ast.BinOp(op=ast.Div(), right=ast.Constant()):
            return 0
        case ast.BinOp(op=ast.Pow()):
            return OPERATIONS["pow"].nesting_weight
        case ast.BinOp(op=ast.Div()):
            return OPERATIONS["div"].nesting_weight
    return 0


def _is_reduction(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Name(id=name), args=[_]):
            return name in CLASS_FUNCTIONS
    return False
