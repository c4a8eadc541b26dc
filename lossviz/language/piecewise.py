"""The piecewise functions ``where``, ``abs``, ``min`` and ``max`` as sympy functions.

sympy's own ones try to decide their conditions: some formulas of 30 characters took it minutes,
others came back with complex parts. These keep their arguments, and know their derivative.
"""

import operator
from typing import Any, ClassVar

import sympy


class _Piecewise(sympy.Function):  # type: ignore[misc]
    """A real function, differentiable but where it switches, that sympy does not evaluate.

    It is evaluated here once its arguments are numbers.
    """

    is_real = True

    @classmethod
    def eval(cls, *arguments: sympy.Expr) -> sympy.Expr | None:
        """What sympy puts in the call's place; None to leave it as it is."""
        if all(argument.is_number for argument in arguments):
            return cls.of_numbers(*arguments)
        return None

    @classmethod
    def of_numbers(cls, *numbers: sympy.Expr) -> sympy.Expr:
        """The value for numbers."""
        raise NotImplementedError


class Where(_Piecewise):
    """``Where(a, b, then, otherwise)``: ``then`` where a and b compare as the subclass says, else
    ``otherwise``.
    """

    comparison: ClassVar[str]
    latex_sign: ClassVar[str]

    @classmethod
    def eval(
        cls, left: sympy.Expr, right: sympy.Expr, then: sympy.Expr, otherwise: sympy.Expr
    ) -> sympy.Expr | None:
        """The branch that is taken, once both sides of the comparison are numbers."""
        if then == otherwise:
            return then
        if not (left.is_number and right.is_number):
            return None
        return then if getattr(operator, cls.comparison)(float(left), float(right)) else otherwise

    def _eval_derivative(self, symbol: sympy.Symbol) -> Any:
        left, right, then, otherwise = self.args
        return self.func(left, right, then.diff(symbol), otherwise.diff(symbol))

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        left, right, then, otherwise = map(printer.doprint, self.args)
        cases = (
            rf"\begin{{cases}} {then} & \text{{where}}\: {left} {self.latex_sign} {right} \\"
            rf" {otherwise} & \text{{otherwise}} \end{{cases}}"
        )
        return cases if exp is None else rf"\left({cases}\right)^{{{exp}}}"


class WhereLess(Where):
    """Where a < b."""

    comparison, latex_sign = "lt", "<"


class WhereAtMost(Where):
    """Where a <= b."""

    comparison, latex_sign = "le", r"\leq"


class WhereGreater(Where):
    """Where a > b."""

    comparison, latex_sign = "gt", ">"


class WhereAtLeast(Where):
    """Where a >= b."""

    comparison, latex_sign = "ge", r"\geq"


class Modulus(_Piecewise):
    """``abs``, the absolute value."""

    @classmethod
    def of_numbers(cls, *numbers: sympy.Expr) -> sympy.Expr:
        """The value for a number."""
        (number,) = numbers
        return number if float(number) >= 0 else -number

    def _eval_derivative(self, symbol: sympy.Symbol) -> Any:
        (inner,) = self.args
        sign = WhereAtLeast(inner, 0, sympy.Integer(1), sympy.Integer(-1))
        # the inner derivative once: twice at each level would make forty levels endless
        return sign * inner.diff(symbol)

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        power = "" if exp is None else f"^{{{exp}}}"
        return rf"\left|{{{printer.doprint(self.args[0])}}}\right|{power}"


class _Extremum(_Piecewise):
    """The minimum or the maximum of two or more values."""

    function: ClassVar[str]
    first_counts_where: ClassVar[type[Where]]

    @classmethod
    def of_numbers(cls, *numbers: sympy.Expr) -> sympy.Expr:
        """The value for numbers."""
        return {"min": min, "max": max}[cls.function](numbers, key=float)

    def _eval_derivative(self, symbol: sympy.Symbol) -> Any:
        first, *others = self.args
        rest = self.func(*others) if len(others) > 1 else others[0]
        return self.first_counts_where(first, rest, first.diff(symbol), rest.diff(symbol))

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        power = "" if exp is None else f"^{{{exp}}}"
        return rf"\{self.function}{power}\left({', '.join(map(printer.doprint, self.args))}\right)"


class Minimum(_Extremum):
    """``min``."""

    function, first_counts_where = "min", WhereAtMost


class Maximum(_Extremum):
    """``max``."""

    function, first_counts_where = "max", WhereAtLeast
