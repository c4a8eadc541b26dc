"""The functions that choose — ``where``, ``abs``, ``min``, ``max`` — closed to sympy, whose own
ones try to decide their conditions: some formulas of 30 characters took it minutes, others came
back with complex parts. These keep their arguments and know their derivative.
"""

import operator
from typing import Any, ClassVar

import sympy


class _Piecewise(sympy.Function):  # type: ignore[misc]
    """A function that sympy takes as it is: a real number, differentiable but where it switches. It
    is decided here once its values are numbers.
    """

    is_real = True
    operation: ClassVar[str]

    @classmethod
    def eval(cls, *values: sympy.Expr) -> sympy.Expr | None:
        """What sympy puts in the call's place; None to leave it as it is."""
        return cls.decide(*values) if all(value.is_number for value in values) else None

    @classmethod
    def decide(cls, *numbers: sympy.Expr) -> sympy.Expr:
        """The value for numbers."""
        raise NotImplementedError


class Where(_Piecewise):
    """``Where(a, b, then, otherwise)``: ``then`` where a and b compare as the subclass says, else
    ``otherwise``.
    """

    operation = "where"
    comparison: ClassVar[str]
    latex_sign: ClassVar[str]

    @classmethod
    def eval(
        cls, left: sympy.Expr, right: sympy.Expr, then: sympy.Expr, otherwise: sympy.Expr
    ) -> sympy.Expr | None:
        """Decided as soon as both sides of the comparison are numbers."""
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
    """``abs``."""

    operation = "abs"

    @classmethod
    def decide(cls, *numbers: sympy.Expr) -> sympy.Expr:
        """The value for a number."""
        return numbers[0] if float(numbers[0]) >= 0 else -numbers[0]

    def _eval_derivative(self, symbol: sympy.Symbol) -> Any:
        (inner,) = self.args
        sign = WhereAtLeast(inner, 0, sympy.Integer(1), sympy.Integer(-1))
        # the inner derivative once: twice at each level would make forty levels endless
        return sign * inner.diff(symbol)

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        return rf"\left|{{{printer.doprint(self.args[0])}}}\right|" + (
            "" if exp is None else f"^{{{exp}}}"
        )


class _Extreme(_Piecewise):
    """``min`` or ``max`` of two or more."""

    better: ClassVar[type[Where]]

    @classmethod
    def decide(cls, *numbers: sympy.Expr) -> sympy.Expr:
        """The value for numbers."""
        return {"min": min, "max": max}[cls.operation](numbers, key=float)

    def _eval_derivative(self, symbol: sympy.Symbol) -> Any:
        first, *others = self.args
        rest = self.func(*others) if len(others) > 1 else others[0]
        return self.better(first, rest, first.diff(symbol), rest.diff(symbol))

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        power = "" if exp is None else f"^{{{exp}}}"
        return rf"\{self.operation}{power}\left({', '.join(map(printer.doprint, self.args))}\right)"


class Minimum(_Extreme):
    """``min``."""

    operation, better = "min", WhereAtMost


class Maximum(_Extreme):
    """``max``."""

    operation, better = "max", WhereAtLeast
