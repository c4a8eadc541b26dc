"""Where the parameters of a typed formula start when it does not say."""

import ast
from collections.abc import Collection, Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

import sympy

from lossviz.errors import FormulaError
from lossviz.language.grammar import read_formula
from lossviz.language.syntax import parse
from lossviz.losses.catalogue import LOSSES

SMOOTHING: Final = 0.1
GUARD: Final = 1e-7  # keeps a logarithm or a quotient finite, and changes no digit that is seen
_EPSILONS: Final = ("eps", "epsilon")
START_VALUES: Final[Mapping[str, float]] = MappingProxyType(
    {
        "gamma": 2.0,  # focusing exponent of the focal loss
        "alpha": 0.25,  # its weight of a class
        "beta": 1.0,
        "lam": 1.0,
        "k": 0.2,  # the article's power
        "q": 0.7,  # of the generalised cross-entropy's paper
        "a": 2.0,
        "t": 2.0,
        "tau": 10.0,
        "A": 4.0,
        "gp": 0.0,
        "gn": 4.0,
        "pi1": 0.5,
        **dict.fromkeys(_EPSILONS, SMOOTHING),
        **dict.fromkeys(("b", "c", "d", "m", "n", "r", "s", "w", "delta", "theta", "sigma"), 1.0),
    }
)
"""By meaning, of a name in a formula that is no loss of the catalogue; 1 for any other name."""


def start_values(text: str, names: Collection[str]) -> dict[str, float]:
    """A value for each parameter of a formula: those of the catalogue's loss whose formula it is,
    else by the parameter's name and place, else 1.

    >>> start_values("(1-p**q)/q", ["q"]), start_values("p**-k + s*p", ["k", "s"])
    ({'q': 0.7}, {'k': 0.2, 's': 1.0})
    >>> start_values("-log(p + eps)", ["eps"])
    {'eps': 1e-07}
    """
    known = _catalogue_values(text, frozenset(names))
    if known is not None:
        return {name: known[name] for name in names}
    values = {name: START_VALUES.get(name, 1.0) for name in names}
    for name in _EPSILONS:
        if name in values and _only_guards(text, name):
            values[name] = GUARD
    return values


def _catalogue_values(text: str, names: frozenset[str]) -> Mapping[str, float] | None:
    """The values of the catalogue's loss with this formula, if there is one."""
    candidates = [loss for loss in LOSSES.values() if loss.values.keys() == names]
    if not candidates:
        return None
    for loss in candidates:
        if "".join(loss.text.split()) == "".join(text.split()):  # needs no expression
            return loss.values
    try:
        expression = read_formula(text, tuple(names))
    except FormulaError:
        return None
    for loss in candidates:
        if _catalogue_expression(loss.text, tuple(loss.values)) == expression:
            return loss.values
    return None


@cache
def _catalogue_expression(text: str, names: tuple[str, ...]) -> sympy.Expr:
    return read_formula(text, names)


def _only_guards(text: str, name: str) -> bool:
    """Whether a name only ever stands beside what must not be 0: added in a logarithm, a root or a
    divisor, or as a value of min or max.
    """
    uses = [node for node in ast.walk(parse(text)) if _is_name(node, name)]
    guards = list(_guards(parse(text), name, sensitive=False))
    return bool(uses) and len(guards) == len(uses)


def _guards(node: ast.AST, name: str, *, sensitive: bool) -> list[ast.AST]:
    """The uses of a name that guard; ``sensitive`` is whether the node stands in a logarithm, a
    root or a divisor.
    """
    found: list[ast.AST] = []
    match node:
        case ast.BinOp(op=ast.Add(), left=left, right=right) if sensitive:
            found += [part for part in (left, right) if _is_name(part, name)]
        case ast.Call(func=ast.Name(id="min" | "max"), args=values) if len(values) > 1:
            found += [part for part in values if _is_name(part, name)]
    for child in ast.iter_child_nodes(node):
        found += _guards(child, name, sensitive=sensitive or _makes_sensitive(node, child))
    return found


def _makes_sensitive(node: ast.AST, child: ast.AST) -> bool:
    match node:
        case ast.Call(func=ast.Name(id="log" | "sqrt")):
            return True
        case ast.BinOp(op=ast.Div(), right=divisor):
            return child is divisor
        case ast.BinOp(op=ast.Pow(), left=base):
            return child is base
    return False


def _is_name(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name
