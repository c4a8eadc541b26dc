"""Ways through the probabilities of all classes that p alone tells, on which a function of all
classes is a curve.
"""

from typing import Literal

import sympy

from lossviz.language.class_reductions import K, L, OtherMax, OtherSum, of_class
from lossviz.language.piecewise import Maximum

SimplexPath = Literal["even", "rival"]
# of the mass beside p, on the path "rival": with none at all a loss that looks at log pj is
# infinite
NON_RIVAL_SHARE = 1e-6
_BESIDE = sympy.log(1 - sympy.exp(L))  # log of the mass beside p

# The log-probabilities of the other classes, each with how many have it.
PATHS: dict[SimplexPath, tuple[tuple[sympy.Expr, sympy.Expr], ...]] = {
    "even": ((_BESIDE - sympy.log(K - 1), K - 1),),
    "rival": (
        (_BESIDE + sympy.log(1 - sympy.Float(NON_RIVAL_SHARE)), sympy.Integer(1)),
        (_BESIDE + sympy.log(sympy.Float(NON_RIVAL_SHARE)) - sympy.log(K - 2), K - 2),
    ),
}


def along(expression: sympy.Expr, path: SimplexPath) -> sympy.Expr:
    """A split expression as a function of ``l`` and ``K`` alone, along a path.

    "even": the others share 1 - p evenly. "rival": one of them has it, but for a millionth that the
    rest share (K >= 3).

    >>> from lossviz.language.class_reductions import LJ
    >>> along(OtherSum(sympy.exp(LJ)), "even")
    1 - exp(l)
    """

    def total(term: sympy.Expr) -> sympy.Expr:
        return sympy.Add(*(count * of_class(term, log_p) for log_p, count in PATHS[path]))

    def largest(term: sympy.Expr) -> sympy.Expr:
        values = [of_class(term, log_p) for log_p, _ in PATHS[path]]
        return Maximum(*values) if len(values) > 1 else values[0]

    return expression.replace(OtherSum, total).replace(OtherMax, largest)
