"""How much may stand inside each other, told before sympy sees any of it: of each function sympy
asks how all that is inside it behaves.
"""

import ast
from dataclasses import dataclass

from lossviz.errors import FormulaError

# inside each other, powers and quotients too; (1-exp((1-exp(...)))) takes sympy 20 ms more with
# each
MAX_FUNCTIONS = 4
# sums over the classes inside each other; each writes what is inside it twice: for the true class,
# and for the others
MAX_REDUCTIONS = 2
# the sizes of all functions, summed: the catalogue's largest comes to 50, the formulas that took
# sympy over 0.1 s to 170 and more
MAX_WORK = 120

# sympy's own; the others it takes as they are
_HEAVY = frozenset({"log", "exp", "sqrt", "log1p", "expm1", "tanh", "sin", "cos"})
_REDUCTIONS = frozenset({"sum", "mean", "max"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Nesting:
    """What stands in a part of a formula.

    Attributes:
        deep: Functions, powers and quotients that stand inside each other, at most.
        reductions: Sums and maxima over the classes that stand inside each other, at most.
        size: Parts of all kinds.
        work: Of each function, power, quotient and reduction its size; twice as much in a
            reduction.
    """

    deep: int = 0
    reductions: int = 0
    size: int = 0
    work: int = 0


def check_nesting(text: str, node: ast.AST) -> None:
    """Refuse a parsed formula with too much inside each other.

    Raises:
        FormulaError: It points at the first part, from the inside, that is too much.

    >>> nested = "exp(" * 6 + "p" + ")" * 6
    >>> check_nesting(nested, ast.parse(nested, mode="eval").body)
    Traceback (most recent call last):
    lossviz.errors.FormulaError: 5 functions, powers or quotients stand inside each other; at most 4 are allowed
    """
    _nesting(text, node)


def _nesting(text: str, node: ast.AST) -> _Nesting:
    parts = {child: _nesting(text, child) for child in ast.iter_child_nodes(node)}
    heavy, summed = _is_heavy(node), _is_reduction(node)
    taken_in = [
        part
        for child, part in parts.items()
        if not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div) and child is node.left)
    ]
    size = isinstance(node, ast.expr) + sum(part.size for part in parts.values())
    found = _Nesting(
        deep=max(
            [part.deep for part in parts.values()] + [part.deep + heavy for part in taken_in],
            default=0,
        ),
        reductions=summed + max((part.reductions for part in parts.values()), default=0),
        size=size,
        work=(1 + summed) * ((heavy or summed) * size + sum(part.work for part in parts.values())),
    )
    if isinstance(node, ast.expr):
        _check(text, node, found)
    return found


def _check(text: str, node: ast.expr, found: _Nesting) -> None:
    if found.deep > MAX_FUNCTIONS:
        reason = (
            f"{found.deep} functions, powers or quotients stand inside each other; at most"
            f" {MAX_FUNCTIONS} are allowed"
        )
    elif found.reductions > MAX_REDUCTIONS:
        reason = (
            f"{found.reductions} sums over the classes stand inside each other; at most"
            f" {MAX_REDUCTIONS} are allowed"
        )
    elif found.work > MAX_WORK:
        reason = (
            "too many functions, powers and quotients stand inside each other; write it in a"
            " simpler way"
        )
    else:
        return
    raise FormulaError(text, node.col_offset, reason)


def _is_heavy(node: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Name(id=name)):
            return name in _HEAVY
        case ast.BinOp(
            op=ast.Pow(),
            right=ast.Constant(value=int()) | ast.UnaryOp(operand=ast.Constant(value=int())),
        ):
            return False
        case ast.BinOp(op=ast.Div(), right=ast.Constant()):
            return False
        case ast.BinOp(op=ast.Pow() | ast.Div()):
            return True
    return False


def _is_reduction(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in _REDUCTIONS
        and len(node.args) == 1
    )
