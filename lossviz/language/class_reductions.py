"""What a formula says of all classes: the symbols, and the sums and maxima over classes, closed to
sympy.

A reduction binds ``lj``, the log-probability of the class that it has in hand; everything else in
it is the same for every class.
"""

from typing import Any, ClassVar

import sympy

from lossviz.language.piecewise import Maximum


class _Positive(sympy.Symbol):  # type: ignore[misc]
    """A symbol above 0. sympy tells the sign of its polynomials by their roots, which took more
    than minutes for ((p+1)**64+1)**64 - 3, so that it is not told what is one.
    """

    def __new__(cls, name: str, **assumptions: bool) -> "_Positive":
        symbol: _Positive = super().__new__(cls, name, positive=True, **assumptions)
        return symbol

    def _eval_is_polynomial(self, symbols: set[Any]) -> bool:
        return False

    @classmethod
    def class_key(cls) -> Any:
        """Its place among other expressions: that of any symbol."""
        return sympy.Symbol.class_key()


P = _Positive("p")  # of the true class
PJ = _Positive("pj")  # of the class in hand
L = sympy.Symbol("l", real=True)  # log p
LJ = sympy.Symbol("lj", real=True)  # log pj
K = _Positive("K", integer=True)  # the number of classes, at least 2

_BOUND = frozenset({LJ, PJ})


class Reduction(sympy.Function):  # type: ignore[misc]
    """A sum or a maximum of one term a class: a real number, left as it is."""

    is_real = True
    operation: ClassVar[str]

    @property
    def free_symbols(self) -> set[Any]:
        """All symbols but the bound ones."""
        return set().union(*(argument.free_symbols for argument in self.args)) - _BOUND

    @classmethod
    def eval(cls, term: sympy.Expr) -> sympy.Expr | None:
        """What a term that is the same for every class comes to; None for another."""
        return None if term.free_symbols & _BOUND else cls.alike(term)

    @classmethod
    def alike(cls, term: sympy.Expr) -> sympy.Expr:
        """The reduction of a term that is the same for every class."""
        return term

    def _eval_is_positive(self) -> bool | None:
        return True if self.args[0].is_positive else None


class ClassSum(Reduction):
    """Over all classes."""

    operation = "sum"

    def _eval_derivative(self, symbol: sympy.Symbol) -> Any:
        return self.func(self.args[0].diff(symbol))  # by a parameter, for a limit

    @classmethod
    def alike(cls, term: sympy.Expr) -> sympy.Expr:
        """The reduction of a term that is the same for every class."""
        return K * term

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        total = rf"\sum_{{j}} {printer.parenthesize(self.args[0], 36)}"
        return total if exp is None else rf"\left({total}\right)^{{{exp}}}"


class ClassMax(Reduction):
    """Over all classes."""

    operation = "largest"

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        return (
            r"\max_{j}"
            + ("" if exp is None else f"^{{{exp}}}")
            + f" {printer.parenthesize(self.args[0], 36)}"
        )


class OtherSum(Reduction):
    """Over the classes but the true one."""

    operation = "sum_others"

    @classmethod
    def alike(cls, term: sympy.Expr) -> sympy.Expr:
        """The reduction of a term that is the same for every class."""
        return (K - 1) * term


class OtherMax(Reduction):
    """Over the classes but the true one."""

    operation = "largest_other"


def of_class(term: sympy.Expr, log_p: sympy.Expr) -> sympy.Expr:
    """The term for the class of this log-probability. What reductions inside it bind stays theirs.

    >>> of_class(sympy.exp(LJ) - ClassSum(sympy.exp(2 * LJ)), L)
    exp(l) - ClassSum(exp(2*lj))
    """
    inner = {reduction: sympy.Dummy(real=True) for reduction in term.atoms(Reduction)}
    return (
        term.xreplace(inner)
        .xreplace({LJ: log_p})
        .xreplace({stand_in: reduction for reduction, stand_in in inner.items()})
    )


def split_off_true_class(expression: sympy.Expr) -> sympy.Expr:
    """Write every reduction as the true class's own term and one over the others, so that what
    cancels between them can be seen.

    >>> split_off_true_class(1 - 2 * sympy.exp(L) + ClassSum(sympy.exp(2 * LJ)))
    exp(2*l) - 2*exp(l) + OtherSum(exp(2*lj)) + 1
    """
    return expression.replace(ClassSum, lambda term: of_class(term, L) + OtherSum(term)).replace(
        ClassMax,
        lambda term: Maximum(OtherMax(term), of_class(term, L)),
        # of equals the first counts: among classes that are all alike, as at the start, the others
        # are the larger
    )
