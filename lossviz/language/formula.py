"""A formula, read once and ready for every evaluator."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache

import sympy

from lossviz.errors import FormulaError
from lossviz.language.class_reductions import K, L, Reduction, split_off_true_class
from lossviz.language.derivative import derivative, gradient_parts
from lossviz.language.grammar import parameter_symbol, read_formula
from lossviz.language.latex import to_latex
from lossviz.language.log_space import at_limit, poles, to_log_space
from lossviz.language.lowering import lower
from lossviz.language.simplex_paths import SimplexPath, along
from lossviz.language.stable_rewrites import stabilise
from lossviz.language.tree import LOG_P, Name, Tree, call, negate

Range = tuple[str, float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A loss as a function of ``l`` = log p alone, on a path through the probabilities of all
    classes.

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
        parts: Pairs ``(outer, inner)``; the derivative by ``lj`` of each class that is reduced over
            is the sum of ``outer * inner``.
    """

    penalty: Tree
    own: Tree
    parts: tuple[tuple[Tree, Tree], ...]

    @property
    def derivatives(self) -> tuple[Tree, ...]:
        """``own``, then ``outer`` and ``inner`` of each part in turn."""
        return self.own, *itertools.chain.from_iterable(self.parts)


class Formula:
    """A function of the true class's probability p, and maybe of every class's pj and of their
    number K, with named parameters.

    A parameter value at which the text is singular but has a limit (q = 0 in ``(1 - p**q)/q``) is
    bound by that limit; where there is none, the trees give what floating point gives there.

    Args:
        text: See ``read_formula`` for the language.
        ranges: For each parameter its name, its least and its greatest value. Limits are taken
            inside the range only.

    Attributes:
        text: As it was typed.
        latex: The formula in LaTeX, parameters by name.
        depends_on_pj: Whether it depends on the single pj, so that p alone does not tell it.
        depends_on_class_count: Whether it depends on K or on the pj.

    Raises:
        FormulaError: The text is no loss.
    """

    def __init__(self, text: str, ranges: tuple[Range, ...]) -> None:
        self.text = text
        expression = read_formula(text, tuple(name for name, _, _ in ranges))
        self.depends_on_pj = bool(expression.atoms(Reduction))
        self.depends_on_class_count = self.depends_on_pj or K in expression.free_symbols
        with _refusing(text):
            self.latex = to_latex(expression)
            in_log_space = to_log_space(expression)
            self._compares = any(
                {L} & reduction.free_symbols for reduction in in_log_space.atoms(Reduction)
            )
            self._cases = _cases(in_log_space, ranges)
            self._split = [split_off_true_class(expression) for _, _, expression in self._cases]
            self.even = self._curve("even")
            if self.depends_on_pj:
                self.one_hot  # noqa: B018 - now, so that what cannot be computed is refused now

    def curve(self, path: SimplexPath) -> Curve:
        """The loss along a path; the same on both where it depends on p alone."""
        return self.even if path == "even" or not self.depends_on_pj else self.rival

    @cached_property
    def rival(self) -> Curve:
        """The loss where all that is beside p lies on one rival class."""
        with _refusing(self.text):
            return self._curve("rival")

    @cached_property
    def one_hot(self) -> Gradient:
        """For a target that is one class; reductions are over the *other* classes, and what the
        true class adds is in ``own``.
        """
        with _refusing(self.text):
            return self._gradient(self._split)

    @cached_property
    def soft(self) -> Gradient | None:
        """The same with reductions over *all* classes, which are then alike for every class that
        the target may be; None if they are not.
        """
        if self._compares:
            return None
        with _refusing(self.text):
            return self._gradient([expression for _, _, expression in self._cases])

    def _curve(self, path: SimplexPath) -> Curve:
        penalty = self._tree([along(expression, path) for expression in self._split])
        weight = negate(derivative(penalty, LOG_P))
        return Curve(penalty=penalty, weight=weight, weight_slope=derivative(weight, LOG_P))

    def _gradient(self, cases: list[sympy.Expr]) -> Gradient:
        penalty = self._tree(cases)
        return Gradient(
            penalty=penalty, own=derivative(penalty, LOG_P), parts=gradient_parts(penalty)
        )

    def _tree(self, cases: list[sympy.Expr]) -> Tree:
        """One tree of an expression a case: the last holds where no other does."""
        *special, general = [lower(stabilise(expression)) for expression in cases]
        for (name, value, _), tree in zip(self._cases[:-1], special, strict=True):
            general = call("where", call("eq", Name(name), value), tree, general)
        return general


def _cases(general: sympy.Expr, ranges: tuple[Range, ...]) -> list[tuple[str, float, sympy.Expr]]:
    """The parameter values that are bound by a limit, each with the expression there; last, without
    a name, the general expression.
    """
    found: list[tuple[str, float, sympy.Expr]] = []
    for name, least, greatest in ranges:
        symbol = parameter_symbol(name)
        for pole in poles(general, symbol):
            special = at_limit(general, symbol, pole) if least <= pole <= greatest else None
            if special is not None:
                found.append((name, float(pole), special))
    return [*found, ("", 0.0, general)]


@contextmanager
def _refusing(text: str) -> Iterator[None]:
    """Turns whatever sympy raises into a refusal: sympy is at its limits there, and the visitor can
    write the formula in another way.
    """
    try:
        yield
    except FormulaError:
        raise
    except Exception as error:
        raise FormulaError(
            text, None, "this formula cannot be worked out; write it in a simpler way"
        ) from error


@lru_cache(maxsize=512)
def compile_formula(text: str, ranges: tuple[Range, ...] = ()) -> Formula:
    """The formula of a text, kept for the next time. Arguments and errors as ``Formula``."""
    return Formula(text, ranges)
