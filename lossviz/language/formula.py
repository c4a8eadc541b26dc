"""A formula, read once and ready for every evaluator."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache

import sympy

from lossviz.errors import FormulaError, TookTooLong
from lossviz.language.binding import bind
from lossviz.language.class_reductions import (
    K,
    L,
    Reduction,
    gather_class_counts,
    split_off_true_class,
)
from lossviz.language.derivative import GradientPart, derivative, gradient_parts
from lossviz.language.grammar import parameter_symbol, read_formula
from lossviz.language.in_turn import in_turn
from lossviz.language.latex import to_latex
from lossviz.language.log_space import to_log_space
from lossviz.language.lowering import lower
from lossviz.language.parameter_limits import limit_at, poles
from lossviz.language.simplex_paths import SimplexPath, restrict_to_path
from lossviz.language.stable_rewrites import stabilise
from lossviz.language.tree import LOG_P, Name, Tree, call, negate


@dataclass(frozen=True, slots=True)
class ParameterRange:
    """Where the limits of a formula are taken.

    Attributes:
        name: The parameter's, as it stands in the formula.
        minimum: Its least value.
        maximum: Its greatest value.
    """

    name: str
    minimum: float
    maximum: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A loss as a function of ``l`` = log p alone, on a path through the probability simplex.

    Attributes:
        penalty: f as a tree over ``l``, the parameters and ``K``.
        weight: ``-p f'(p) = -df/dl`` as a tree over the same.
        weight_slope: ``dweight/dl`` as a tree over the same.
    """

    penalty: Tree
    weight: Tree
    weight_slope: Tree


@dataclass(frozen=True, slots=True, kw_only=True)
class Gradient:
    """A loss with its derivatives by the log-probabilities of the classes.

    Attributes:
        penalty: The loss as a tree over ``l``, the parameters, ``K`` and reductions of ``lj`` over
            the classes.
        own: The derivative by ``l``.
        parts: Of the derivative by ``lj`` of each class that is reduced over; it is the sum of
            their ``outer * inner``.
    """

    penalty: Tree
    own: Tree
    parts: tuple[GradientPart, ...]

    @property
    def derivatives(self) -> tuple[Tree, ...]:
        """``own``, then ``outer`` and ``inner`` of each part in turn."""
        return self.own, *(tree for part in self.parts for tree in (part.outer, part.inner))

    @classmethod
    def of(cls, penalty: Tree) -> "Gradient":
        """The loss of a tree, with its derivatives."""
        return cls(penalty=penalty, own=derivative(penalty, LOG_P), parts=gradient_parts(penalty))

    def at(self, values: Mapping[str, float]) -> "Gradient":
        """The loss at these values of its parameters, with the derivatives that it has then.

        They keep digits that the general ones lose: at q = 1 the normalised generalised
        cross-entropy depends on p alone.
        """
        return self.of(bind(self.penalty, values))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """An expression that holds at one value of a parameter.

    Attributes:
        parameter: The parameter's name.
        value: Its value.
        expression: The limit of the formula there.
    """

    parameter: str
    value: float
    expression: sympy.Expr


class Formula:
    """A function of the true class's probability p, and maybe of every class's pj and of their
    number K, with named parameters.

    A parameter value at which the text is singular but has a limit (q = 0 in ``(1 - p**q)/q``) is
    bound by that limit; where there is none, the trees give what floating point gives there.

    Args:
        text: See ``read_formula`` for the language.
        ranges: The parameters. Limits are taken inside their ranges only.

    Attributes:
        text: As the loss language writes it.
        latex: The formula in LaTeX, parameters by name.
        depends_on_pj: Whether it depends on the single pj, so that p alone does not determine it.
        depends_on_class_count: Whether it depends on K or on the pj.
        even: The loss where the other classes share 1 - p evenly.

    Raises:
        FormulaError: The text is no loss.
        TookTooLong: It would hold up others, see ``in_turn``.
    """

    def __init__(self, text: str, ranges: tuple[ParameterRange, ...]) -> None:
        self.text = text
        expression = read_formula(text, tuple(parameter.name for parameter in ranges))
        self.depends_on_pj = bool(expression.atoms(Reduction))
        self.depends_on_class_count = self.depends_on_pj or K in expression.free_symbols
        with _sympy_failures_refused(text):
            self.latex = to_latex(expression)
            self._general = to_log_space(expression)
            self._cases = _limit_cases(self._general, ranges)
            self._split = [
                split_off_true_class(gather_class_counts(part)) for part in self._expressions()
            ]
            self.even = self._curve("even")
            if self.depends_on_pj:
                self.one_hot  # noqa: B018 - now, so that what cannot be computed is refused now

    def curve(self, path: SimplexPath) -> Curve:
        """The loss along a path; the same on both where it depends on p alone."""
        return self.even if path == "even" or not self.depends_on_pj else self.rival

    @cached_property
    def rival(self) -> Curve:
        """The loss where one rival class has almost all of 1 - p."""
        with _sympy_failures_refused(self.text):
            return self._curve("rival")

    @cached_property
    def one_hot(self) -> Gradient:
        """For a target that is one class; reductions are over the *other* classes, and what the
        true class adds is in ``own``.
        """
        with _sympy_failures_refused(self.text):
            return self._gradient(self._split)

    @cached_property
    def soft(self) -> Gradient | None:
        """The same with reductions over *all* classes, which have one value whichever class is the
        true one; None if they do not.
        """
        if any(L in reduction.free_symbols for reduction in self._general.atoms(Reduction)):
            return None
        with _sympy_failures_refused(self.text):
            return self._gradient([gather_class_counts(part) for part in self._expressions()])

    def _expressions(self) -> list[sympy.Expr]:
        """The expression of each case; last, the one that holds where no case does."""
        return [*(case.expression for case in self._cases), self._general]

    def _curve(self, path: SimplexPath) -> Curve:
        penalty = self._tree([restrict_to_path(expression, path) for expression in self._split])
        weight = negate(derivative(penalty, LOG_P))
        return Curve(penalty=penalty, weight=weight, weight_slope=derivative(weight, LOG_P))

    def _gradient(self, expressions: list[sympy.Expr]) -> Gradient:
        return Gradient.of(self._tree(expressions))

    def _tree(self, expressions: list[sympy.Expr]) -> Tree:
        """One tree of the cases' expressions; the last holds where no case does."""
        *special, tree = [lower(stabilise(expression)) for expression in expressions]
        for case, limit in zip(self._cases, special, strict=True):
            tree = call("where", call("eq", Name(case.parameter), case.value), limit, tree)
        return tree


def _limit_cases(general: sympy.Expr, ranges: tuple[ParameterRange, ...]) -> list[_Case]:
    """The parameter values that are bound by a limit."""
    found = []
    for parameter in ranges:
        symbol = parameter_symbol(parameter.name)
        for pole in poles(general, symbol):
            if not parameter.minimum <= pole <= parameter.maximum:
                continue
            limit = limit_at(general, symbol, pole)
            if limit is not None:
                case = _Case(parameter=parameter.name, value=float(pole), expression=limit)
                found.append(case)
    return found


@contextmanager
def _sympy_failures_refused(text: str) -> Iterator[None]:
    """Turns whatever sympy raises into a refusal: the visitor can write the formula differently."""
    try:
        yield
    except (FormulaError, TookTooLong):
        raise
    except Exception as error:
        raise FormulaError(text, None, "this formula can't be computed; simplify it") from error


@lru_cache(maxsize=512)
@in_turn
def compile_formula(text: str, ranges: tuple[ParameterRange, ...] = ()) -> Formula:
    """The formula of a text, kept for the next time. Arguments and errors as ``Formula``."""
    return Formula(text, ranges)
