"""Formulas as LaTeX, with decimals left as they were typed: ``p**-0.2`` is 1 over p to the 0.2, not a fifth root."""

from typing import Any

import sympy
from sympy.printing.latex import LatexPrinter


class _Printer(LatexPrinter):  # type: ignore[misc]
    def _print_Rational(self, number: Any) -> str:  # noqa: N802 - sympy names its hooks after its classes
        decimal = f"{float(number):.6g}"
        if number.q not in (1, 2, 3) and sympy.Rational(decimal) == number and "e" not in decimal:
            return decimal
        return str(super()._print_Rational(number))

    def _print_Float(self, number: Any) -> str:  # noqa: N802
        return str(super()._print_Float(sympy.Float(number, 6)))


def to_latex(expression: sympy.Expr) -> str:
    r"""The expression as LaTeX, without delimiters.

    >>> import sympy
    >>> to_latex(sympy.Symbol("p", positive=True) ** sympy.Rational("-0.2"))
    '\\frac{1}{p^{0.2}}'
    """
    return str(_Printer({"root_notation": False, "fold_func_brackets": False}).doprint(expression))
