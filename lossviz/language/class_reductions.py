"""The symbols of a formula, and its sums and maxima over the classes, which sympy leaves alone.

A reduction binds ``lj``, the log-probability of the class that its term is taken of; everything
else in the term is the same for every class.
"""

from typing import Any

import sympy

from lossviz.language.piecewise import Maximum, WhereAtLeast, WhereGreater, WhereLess

_SUM_PRECEDENCE = 36  # of a term in LaTeX: sums inside a sum get parentheses


class _Positive(sympy.Symbol):  # type: ignore[misc]
    """A symbol above 0.

    sympy finds the sign of a polynomial by its roots, which took more than minutes for
    ((p+1)**64+1)**64 - 3; so this symbol denies that an expression of it is a polynomial.
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


P = _Positive("p")  # the probability of the true class
PJ = _Positive("pj")  # the probability of the class that a term is taken of
L = sympy.Symbol("l", real=True)  # log p
LJ = sympy.Symbol("lj", real=True)  # log pj
K = _Positive("K", integer=True)  # the number of classes, at least 2

_BOUND = frozenset({LJ, PJ})


class Reduction(sympy.Function):  # type: ignore[misc]
    """A sum or a maximum of one term a class: a real number, not evaluated."""

    is_real = True

    @property
    def free_symbols(self) -> set[Any]:
        """All symbols but the bound ones."""
        return set().union(*(argument.free_symbols for argument in self.args)) - _BOUND

    @classmethod
    def eval(cls, term: sympy.Expr) -> sympy.Expr | None:
        """The value for a term that is the same for every class; None for another."""
        return None if term.free_symbols & _BOUND else cls.of_constant(term)

    @classmethod
    def of_constant(cls, term: sympy.Expr) -> sympy.Expr:
        """The reduction of a term that is the same for every class."""
        return term

    def _eval_is_positive(self) -> bool | None:
        return True if self.args[0].is_positive else None


class ClassSum(Reduction):
    """The sum over all classes."""

    def _eval_derivative(self, symbol: sympy.Symbol) -> Any:
        return self.func(self.args[0].diff(symbol))  # by a parameter, for a limit

    @classmethod
    def of_constant(cls, term: sympy.Expr) -> sympy.Expr:
        """As often as there are classes."""
        return K * term

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        total = rf"\sum_{{j}} {printer.parenthesize(self.args[0], _SUM_PRECEDENCE)}"
        return total if exp is None else rf"\left({total}\right)^{{{exp}}}"


class ClassMax(Reduction):
    """The maximum over all classes."""

    def _latex(self, printer: Any, exp: str | None = None) -> str:
        power = "" if exp is None else f"^{{{exp}}}"
        return rf"\max_{{j}}{power} {printer.parenthesize(self.args[0], _SUM_PRECEDENCE)}"


class OtherSum(Reduction):
    """The sum over the classes but the true one."""

    @classmethod
    def of_constant(cls, term: sympy.Expr) -> sympy.Expr:
        """As often as there are other classes."""
        return (K - 1) * term


class OtherMax(Reduction):
    """The maximum over the classes but the true one."""


def term_of_class(term: sympy.Expr, log_p: sympy.Expr) -> sympy.Expr:
    """The term for the class of this log-probability; what reductions inside it bind stays bound.

    >>> term_of_class(sympy.exp(LJ) - ClassSum(sympy.exp(2 * LJ)), L)
    exp(l) - ClassSum(exp(2*lj))
    """
    stand_ins = {reduction: sympy.Dummy(real=True) for reduction in term.atoms(Reduction)}
    reductions = {stand_in: reduction for reduction, stand_in in stand_ins.items()}
    return term.xreplace(stand_ins).xreplace({LJ: log_p}).xreplace(reductions)


def gather_class_counts(expression: sympy.Expr) -> sympy.Expr:
    """Put multiples of the number of classes into the sums over classes that then fall to 0 at
    pj = 1, so that they keep their digits there.

    >>> gather_class_counts(2 * K - 2 * ClassSum(sympy.exp(3 * LJ)))
    -2*ClassSum(exp(3*lj) - 1)
    """

    def gathered(addition: sympy.Expr) -> sympy.Expr:
        for total in addition.args:
            factor, reduction = total.as_independent(ClassSum)
            counts = addition.coeff(K)
            if not isinstance(reduction, ClassSum) or counts == 0:
                continue
            (term,) = reduction.args
            if term_of_class(term, sympy.S.Zero) + counts / factor == 0:
                rest = addition - total - counts * K
                return rest + factor * ClassSum(term + counts / factor)
        return addition

    return expression.replace(lambda part: part.is_Add, gathered)


_PJ, _P = sympy.exp(LJ), sympy.exp(L)
# The largest of the other probabilities, as it is written with maxima over all: where another class
# reaches p it is the largest of all, otherwise that of those below p.
_LARGEST_OTHER = WhereGreater(
    ClassSum(WhereAtLeast(_PJ, _P, 1, 0)),
    1,
    ClassMax(_PJ),
    ClassMax(WhereLess(_PJ, _P, _PJ, 0)),
)


def split_off_true_class(expression: sympy.Expr) -> sympy.Expr:
    """Write every reduction as the true class's own term and one over the others, so that sympy
    sees what cancels between them.

    >>> split_off_true_class(1 - 2 * sympy.exp(L) + ClassSum(sympy.exp(2 * LJ)))
    exp(2*l) - 2*exp(l) + OtherSum(exp(2*lj)) + 1
    >>> split_off_true_class(_LARGEST_OTHER - sympy.exp(L))
    -exp(l) + OtherMax(exp(lj))
    """

    def split_sum(term: sympy.Expr) -> sympy.Expr:
        return term_of_class(term, L) + OtherSum(term)

    def split_max(term: sympy.Expr) -> sympy.Expr:
        # of equal values the first counts: where all classes have the same probability, as at the
        # start of training, that is the others' maximum
        return Maximum(OtherMax(term), term_of_class(term, L))

    expression = expression.xreplace({_LARGEST_OTHER: OtherMax(_PJ)})
    return expression.replace(ClassSum, split_sum).replace(ClassMax, split_max)
