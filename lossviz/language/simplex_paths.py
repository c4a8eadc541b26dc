"""Paths through the probability simplex, on which a function of all classes is a curve over p."""

from dataclasses import dataclass
from typing import Literal

import sympy

from lossviz.language.class_reductions import K, L, OtherMax, OtherSum, term_of_class
from lossviz.language.piecewise import Maximum

SimplexPath = Literal["even", "rival"]
# of the probability 1 - p, what is not on the rival on the path "rival": with none at all, a loss
# that depends on log pj is infinite
NON_RIVAL_SHARE = 1e-6


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassGroup:
    """Classes of one probability on a path.

    Attributes:
        log_p: The log-probability of each, as a function of ``l`` and ``K``.
        count: How many they are.
    """

    log_p: sympy.Expr
    count: sympy.Expr


_LOG_COMPLEMENT = sympy.log(1 - sympy.exp(L))  # log(1 - p)

# the classes but the true one
PATHS: dict[SimplexPath, tuple[ClassGroup, ...]] = {
    "even": (ClassGroup(log_p=_LOG_COMPLEMENT - sympy.log(K - 1), count=K - 1),),
    "rival": (
        ClassGroup(
            log_p=_LOG_COMPLEMENT + sympy.log(1 - sympy.Float(NON_RIVAL_SHARE)),
            count=sympy.Integer(1),
        ),
        ClassGroup(
            log_p=_LOG_COMPLEMENT + sympy.log(sympy.Float(NON_RIVAL_SHARE)) - sympy.log(K - 2),
            count=K - 2,
        ),
    ),
}


def restrict_to_path(expression: sympy.Expr, path: SimplexPath) -> sympy.Expr:
    """A split expression as a function of ``l`` and ``K`` alone, along a path.

    Args:
        expression: What ``split_off_true_class`` returns.
        path: "even": the others share 1 - p evenly. "rival": one of them has it, but for a
            millionth that the rest share (K >= 3).

    >>> from lossviz.language.class_reductions import LJ
    >>> restrict_to_path(OtherSum(sympy.exp(LJ)), "even")
    1 - exp(l)
    """
    groups = PATHS[path]

    def path_sum(term: sympy.Expr) -> sympy.Expr:
        return sympy.Add(*(group.count * term_of_class(term, group.log_p) for group in groups))

    def path_max(term: sympy.Expr) -> sympy.Expr:
        values = [term_of_class(term, group.log_p) for group in groups]
        return Maximum(*values) if len(values) > 1 else values[0]

    return expression.replace(OtherSum, path_sum).replace(OtherMax, path_max)
