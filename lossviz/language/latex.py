"""Formulas as LaTeX, with decimals left as they were typed: ``p**-0.2`` is 1 over p to the 0.2, not
a fifth root.
"""

import re
from typing import Any

import sympy
from sympy.printing.latex import LatexPrinter

from lossviz.language.class_reductions import PJ
from lossviz.language.operations import operations_by_sympy_class
from lossviz.language.spelling.spellings import GREEK

_GREEK = {name: rf"\{name}" for name in (*GREEK.values(), "epsilon")} | {
    "eps": r"\varepsilon",
    "lam": r"\lambda",
}
_NAME = re.compile(r"([A-Za-z]+)_?(.*)")


class _Printer(LatexPrinter):  # type: ignore[misc]
    """sympy's printer with the table's function names and decimals as they were typed."""

    def __init__(self, settings: dict[str, Any]) -> None:
        super().__init__(settings)
        self._exponents: dict[Any, Any] = {}  # by their stand-ins
        self._function_names = {
            symbolic.__name__: operation.latex
            for symbolic, operation in operations_by_sympy_class().items()
            if operation.latex
        }

    def _hprint_Function(self, name: str) -> str:  # noqa: N802
        return self._function_names.get(name) or str(super()._hprint_Function(name))

    def _print_Mul(self, product: Any) -> str:  # noqa: N802
        # Of each negative exponent, such as -p, sympy asks whether it is constant, and simplifies
        # it to find out: seconds for exp(-exp(-exp(-exp(-p)))).
        factors = [self._with_stand_in(factor) for factor in product.args]
        if factors != list(product.args):
            product = sympy.Mul(*factors, evaluate=False)
        return str(super()._print_Mul(product))

    def _with_stand_in(self, factor: Any) -> Any:
        """A factor with a symbol in its exponent's place, where that is not a number."""
        if (
            not isinstance(factor, sympy.Pow | sympy.exp)
            or factor.exp.is_number
            or factor.exp in self._exponents
        ):
            return factor
        stand_in = sympy.Dummy()
        self._exponents[stand_in] = factor.exp
        if isinstance(factor, sympy.exp):
            return sympy.exp(stand_in)
        return sympy.Pow(factor.base, stand_in, evaluate=False)

    def _print_Dummy(self, stand_in: Any) -> str:  # noqa: N802
        return str(self._print(self._exponents[stand_in]))

    def _print_Rational(self, number: Any) -> str:  # noqa: N802
        decimal = f"{float(number):.6g}"
        if number.q not in (1, 2, 3) and sympy.Rational(decimal) == number and "e" not in decimal:
            return decimal
        return str(super()._print_Rational(number))

    def _print_Symbol(self, symbol: Any, style: str = "plain") -> str:  # noqa: N802
        # sympy's own would print qhat with a hat, and kabs as the absolute value of k
        return "p_{j}" if symbol == PJ else _symbol(str(symbol.name))

    def _print_Pow(self, power: Any) -> str:  # noqa: N802
        if power.exp == sympy.S.Half:
            return rf"\sqrt{{{self._print(power.base)}}}"
        return str(super()._print_Pow(power))

    def _print_Float(self, number: Any) -> str:  # noqa: N802
        return str(super()._print_Float(sympy.Float(number, 6)))


def _symbol(name: str) -> str:
    r"""A name in LaTeX: Greek letters, and what follows as an index.

    >>> _symbol("alpha_t"), _symbol("pi1"), _symbol("gp"), _symbol("kabs")
    ('\\alpha_{t}', '\\pi_{1}', '\\mathrm{gp}', '\\mathrm{kabs}')
    """
    match = _NAME.fullmatch(name)
    if not match:
        return rf"\mathrm{{{name}}}"
    base, index = match[1], match[2].replace("_", ",")
    # gp is one name, not g times p
    letters = base if len(base) == 1 else _GREEK.get(base, rf"\mathrm{{{base}}}")
    return f"{letters}_{{{index}}}" if index else letters


def to_latex(expression: sympy.Expr) -> str:
    r"""The expression as LaTeX, without delimiters.

    >>> import sympy
    >>> to_latex(sympy.Symbol("p", positive=True) ** sympy.Rational("-0.2"))
    '\\frac{1}{p^{0.2}}'
    """
    settings = {"root_notation": False, "fold_func_brackets": False}
    return str(_Printer(settings).doprint(expression))
