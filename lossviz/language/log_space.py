"""From a function of p to the same function of l = log p, in which powers of p neither overflow nor
cancel.
"""

import sympy

from lossviz.language.class_reductions import LJ, PJ, L, P
from lossviz.language.piecewise import Modulus


def to_log_space(expression: sympy.Expr) -> sympy.Expr:
    """Substitute ``p = exp(l)``, ``pj = exp(lj)``: ``log(p)`` becomes ``l``, ``p**-k`` becomes
    ``exp(-k*l)``.

    >>> from lossviz.language.grammar import read_formula
    >>> to_log_space(read_formula("(1 - p**q)/q", ("q",)))
    (1 - exp(l*q))/q
    """
    # sympy makes its own abs of sqrt(x**2)
    return expression.xreplace({P: sympy.exp(L), PJ: sympy.exp(LJ)}).replace(sympy.Abs, Modulus)
