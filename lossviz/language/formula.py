"""A formula, read once and ready for every evaluator."""

from dataclasses import dataclass
from functools import lru_cache

import sympy

from lossviz.errors import FormulaError
from lossviz.language.grammar import parameter_symbol, read_formula
from lossviz.language.latex import to_latex
from lossviz.language.logspace import at_limit, removable_poles, stabilise, to_log_space, weight_of
from lossviz.language.tree import Tree, to_tree


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """A function f(p) of the true class's probability, with named parameters.

    Attributes:
        text: As it was typed.
        latex: The formula in LaTeX, parameters by name.
        penalty: f as a tree over ``l`` = log p and the parameters.
        weight: ``-p f'(p)`` as a tree over the same.
    """

    text: str
    latex: str
    penalty: Tree
    weight: Tree


@lru_cache(maxsize=512)
def compile_formula(text: str, ranges: tuple[tuple[str, float, float], ...] = ()) -> Formula:
    """Read ``text`` and derive its trees.

    A parameter value at which the text is singular but has a limit (q = 0 in ``(1 - p**q)/q``) is bound by that limit; where there is none,
    the trees give what floating point gives there.

    Args:
        text: A function of ``p``; see ``read_formula`` for the language.
        ranges: For each parameter its name, its least and its greatest value. Limits are taken inside the range only.

    Raises:
        FormulaError: The text is no loss.
    """
    expression = read_formula(text, tuple(name for name, _, _ in ranges))
    try:
        penalty, weight = _trees(expression, ranges)
        latex = to_latex(expression)
    except Exception as error:  # sympy, not the text, is at its limits; whatever it raised, the visitor can write it in another way
        raise FormulaError(text, None, "this formula cannot be worked out; write it in a simpler way") from error
    return Formula(text=text, latex=latex, penalty=penalty, weight=weight)


def _trees(expression: sympy.Expr, ranges: tuple[tuple[str, float, float], ...]) -> tuple[Tree, Tree]:
    """Penalty and weight, with a case for each parameter value that is bound by its limit."""
    general = to_log_space(expression)
    penalty, weight = _trees_of(general)
    for name, least, greatest in ranges:
        symbol = parameter_symbol(name)
        for pole in removable_poles(general, symbol):
            special = at_limit(general, symbol, pole) if least <= pole <= greatest else None
            if special is not None:
                there = ("eq", name, float(pole))
                special_penalty, special_weight = _trees_of(special)
                penalty, weight = ("where", there, special_penalty, penalty), ("where", there, special_weight, weight)
    return penalty, weight


def _trees_of(expression: sympy.Expr) -> tuple[Tree, Tree]:
    return to_tree(stabilise(expression)), to_tree(stabilise(weight_of(expression)))
