"""Read the text of a loss into a symbolic expression, through an allow-list. Nothing of the text is
ever run.
"""

import ast
import math
from collections.abc import Callable
from difflib import get_close_matches
from typing import Any

import sympy

from lossviz.errors import FormulaError, suggestion
from lossviz.language.class_reductions import PJ, ClassMax, ClassSum, K, P
from lossviz.language.complexity import check_nesting
from lossviz.language.parse import MAX_DEPTH, parse
from lossviz.language.piecewise import (
    Maximum,
    Minimum,
    Modulus,
    Where,
    WhereAtLeast,
    WhereAtMost,
    WhereGreater,
    WhereLess,
)

MAX_EXPONENT = 64
MAX_NUMBER = 1e100
# operations in an exact number, such as sqrt(2)/3; longer ones become floating point too:
# .5**.5**.5**.5**.5 took sympy 20 ms
MAX_ROOTS = 8
# longer numerators and denominators become floating point: to sympy p**1.0000001 is a polynomial of
# degree 10,000,001
MAX_EXACT = 10_000

_FLOAT: dict[str, Callable[..., float]] = {
    "log": math.log, "exp": math.exp, "sqrt": math.sqrt, "abs": abs, "min": min, "max": max,
    "log1p": math.log1p, "expm1": math.expm1, "tanh": math.tanh, "sin": math.sin, "cos": math.cos,
}  # fmt: skip
_SYMBOLIC: dict[str, Callable[..., Any]] = {
    "log": sympy.log, "exp": sympy.exp, "sqrt": sympy.sqrt, "abs": Modulus, "min": Minimum, "max": Maximum,
    "log1p": lambda x: sympy.log(1 + x), "expm1": lambda x: sympy.exp(x) - 1, "tanh": sympy.tanh, "sin": sympy.sin, "cos": sympy.cos,
}  # fmt: skip
_OVER_CLASSES: dict[str, Callable[..., Any]] = {
    "sum": ClassSum,
    "mean": lambda term: ClassSum(term) / K,
    "max": ClassMax,
}
FUNCTIONS = (*_SYMBOLIC, "where", "sum", "mean")
SYMBOLS = ("p", "pj", "K")
_VARIADIC = {"min", "max"}
_OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
    ast.Pow: lambda a, b: a**b,
}
_COMPARISONS: dict[type[ast.cmpop], type[Where]] = {
    ast.Lt: WhereLess,
    ast.LtE: WhereAtMost,
    ast.Gt: WhereGreater,
    ast.GtE: WhereAtLeast,
}


def parameter_symbol(name: str) -> sympy.Symbol:
    """The symbol that stands for the parameter ``name``: a real number."""
    return sympy.Symbol(name, real=True)


def read_formula(text: str, parameters: tuple[str, ...] = ()) -> sympy.Expr:
    """Read a loss from its text.

    The language: numbers, ``p``, ``K``, declared parameters, ``+ - * / **``, parentheses, the
    functions in ``FUNCTIONS``, and comparisons (``< <= > >=``) as the condition of
    ``where(condition, a, b)``. ``sum``, ``mean`` and ``max`` of one term run over all classes, each
    class's probability being ``pj`` in the term.

    Args:
        text: At most ``MAX_CHARACTERS`` characters of ASCII.
        parameters: The names that the text may use besides ``SYMBOLS``.

    Returns:
        An expression of ``P``, ``K``, reductions of ``PJ`` and the parameters' symbols.

    Raises:
        FormulaError: The text is no loss. The error knows the position and what would be right.

    >>> read_formula("(1 - p**q)/q", ("q",))
    (1 - p**q)/q
    >>> read_formula("1 - 2*p + sum(pj**2)")
    -2*p + ClassSum(pj**2) + 1
    """
    parsed = parse(text)
    check_nesting(text, parsed)
    expression = _Reader(text, parameters).read(parsed, MAX_DEPTH)
    if P not in expression.free_symbols:
        raise FormulaError(
            text,
            None,
            "a loss must depend on p, the predicted probability of the true class; this formula is"
            " constant in p",
        )
    return expression


def names_in(text: str) -> list[str]:
    """The names in a formula that are no part of the language, each once, in the order of their
    first use: its parameters.

    Raises:
        FormulaError: The text cannot be parsed.

    >>> names_in("-(1-p)**gamma*log(p) + eps*mean(log(pj))")
    ['gamma', 'eps']
    """
    parsed = parse(text)
    called = {node.func for node in ast.walk(parsed) if isinstance(node, ast.Call)}
    names = [node for node in ast.walk(parsed) if isinstance(node, ast.Name) and node not in called]
    names.sort(key=lambda node: node.col_offset)
    return list(dict.fromkeys(node.id for node in names if node.id not in (*SYMBOLS, *FUNCTIONS)))


class _Reader:
    """Walks the syntax tree and builds the expression; every node that is not listed here is
    refused.
    """

    def __init__(self, text: str, parameters: tuple[str, ...]) -> None:
        self._text, self._parameters = text, parameters
        self._symbols = {"p": P, "pj": PJ, "K": K} | {
            name: parameter_symbol(name) for name in parameters
        }
        self._in_reduction = False

    def _refuse(self, node: ast.expr, reason: str) -> FormulaError:
        return FormulaError(self._text, node.col_offset, reason)

    def read(self, node: ast.expr, depth: int) -> Any:
        if depth == 0:
            raise self._refuse(node, f"too deeply nested: at most {MAX_DEPTH} levels")
        match node:
            case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
                return self._number(node, value)
            case ast.Name(id=name):
                return self._name(node, name)
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -self.read(operand, depth - 1)
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return self.read(operand, depth - 1)
            case ast.BinOp(op=op, left=left, right=right) if type(op) in _OPERATORS:
                return self._operation(
                    node, op, self.read(left, depth - 1), self.read(right, depth - 1)
                )
            case ast.Call(func=ast.Name(id=name), args=arguments, keywords=[]):
                return self._call(node, name, arguments, depth - 1)
            case ast.Attribute(value=value):
                dot = self._text.index(".", value.end_col_offset)
                raise FormulaError(
                    self._text, dot, "a dot after a name is not part of the loss language"
                )
            case ast.Compare():
                raise self._refuse(node, "a comparison belongs inside where(condition, a, b)")
            case _:
                language = "numbers, p, pj, K, parameters, + - * / ** and " + ", ".join(FUNCTIONS)
                raise self._refuse(node, f"this is not part of the loss language: use {language}")

    def _number(self, node: ast.expr, value: float) -> sympy.Expr:
        if not abs(value) <= MAX_NUMBER:
            raise self._refuse(node, f"the number is too large: at most {MAX_NUMBER:.0e}")
        # exact: 0.2 is 1/5, so that p**-0.2 simplifies as p**(-1/5)
        return sympy.Rational(str(value))

    def _name(self, node: ast.expr, name: str) -> sympy.Symbol:
        if name == "pj" and not self._in_reduction:
            raise self._refuse(
                node,
                "pj is the probability of each class in turn; use it inside sum(...), mean(...) or"
                " max(...)",
            )
        if name in self._symbols:
            return self._symbols[name]
        if name in FUNCTIONS:
            raise self._refuse(node, f"{name} is a function; write {name}(...)")
        longer = [parameter for parameter in self._parameters if parameter.startswith(name)]
        twins = [symbol for symbol in SYMBOLS if symbol.lower() == name.lower()]
        near = [
            *longer,
            *twins,
            *get_close_matches(name, (*self._parameters, *FUNCTIONS, *SYMBOLS), n=1),
        ]
        kind = "the parameter " if near and near[0] in self._parameters else ""
        meant = f"; did you mean {kind}{near[0]!r}?" if near else "."
        raise self._refuse(
            node,
            f"unknown name {name!r}{meant} To use {name!r} as a parameter, declare it: ; {name}=1",
        )

    def _operation(self, node: ast.expr, op: ast.operator, left: Any, right: Any) -> sympy.Expr:
        if isinstance(op, ast.Pow) and right.is_number and abs(right) > MAX_EXPONENT:
            raise self._refuse(node, f"the exponent is too large: at most {MAX_EXPONENT}")
        operate = _OPERATORS[type(op)]
        self._check_value(node, operate, left, right)
        return self._apply(node, operate, left, right)

    def _call(self, node: ast.Call, name: str, arguments: list[ast.expr], depth: int) -> sympy.Expr:
        if name not in FUNCTIONS:
            raise self._refuse(
                node,
                f"unknown function {name!r}{suggestion(name, FUNCTIONS) or '.'} The functions are"
                f" {', '.join(FUNCTIONS)}.",
            )
        needed = 3 if name == "where" else 1
        if (
            len(arguments) < 2 - (name in _OVER_CLASSES)
            if name in _VARIADIC
            else len(arguments) != needed
        ):
            wanted = (
                "two or more values" if name in _VARIADIC else f"{needed} value{'s' * (needed > 1)}"
            )
            raise self._refuse(node, f"{name}(...) takes {wanted}, found {len(arguments)}")
        if name == "where":
            condition, then, otherwise = arguments
            return self._where(
                condition, self.read(then, depth), self.read(otherwise, depth), depth
            )
        if name in _OVER_CLASSES and len(arguments) == 1:
            return self._reduction(node, name, arguments[0], depth)
        values = [self.read(argument, depth) for argument in arguments]
        self._check_value(node, _FLOAT[name], *values)
        return self._apply(node, _SYMBOLIC[name], *values)

    def _where(
        self, node: ast.expr, then: sympy.Expr, otherwise: sympy.Expr, depth: int
    ) -> sympy.Expr:
        match node:
            case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _COMPARISONS:
                return _COMPARISONS[type(op)](
                    self.read(left, depth), self.read(right, depth), then, otherwise
                )
            case _:
                raise self._refuse(
                    node, "the condition of where(...) is one comparison, such as p > 0.5"
                )

    def _reduction(self, node: ast.expr, name: str, argument: ast.expr, depth: int) -> sympy.Expr:
        outside, self._in_reduction = self._in_reduction, True
        term = self.read(argument, depth)
        self._in_reduction = outside
        if PJ not in term.free_symbols:
            advice = (
                "; max of two or more values takes the largest of them" if name == "max" else ""
            )
            raise self._refuse(
                node,
                f"{name}(...) of one term runs over the classes; use pj, each class's probability,"
                f" inside it{advice}",
            )
        return self._apply(node, _OVER_CLASSES[name], term)

    def _apply(self, node: ast.expr, operate: Callable[..., Any], *values: Any) -> sympy.Expr:
        """The result, with numbers of bounded length; refused if sympy finds it infinite or
        complex, such as ``log(-p)``.
        """
        try:
            expression = operate(*values)
        # sympy, not the text, is at its limits; whatever it raised, the visitor can write it in
        # another way
        except Exception as error:
            raise self._refuse(
                node, "this cannot be worked out; write it in a simpler way"
            ) from error
        if expression.has(sympy.I, sympy.zoo, sympy.oo, -sympy.oo, sympy.nan):
            raise self._refuse(node, "this has no real value")
        if expression.is_number and expression.count_ops() > MAX_ROOTS:
            return sympy.Float(float(expression))
        long = [
            number
            for number in expression.atoms(sympy.Rational)
            if max(abs(number.p), number.q) > MAX_EXACT
        ]
        return expression.xreplace({number: sympy.Float(number) for number in long})

    def _check_value(self, node: ast.expr, operate: Callable[..., Any], *values: Any) -> None:
        """Refuse arithmetic on plain numbers that has no real, bounded result, before sympy
        computes it exactly (9**9**9 would not end).
        """
        if not all(value.is_number for value in values):
            return
        try:
            result = operate(*(float(value) for value in values))
            bounded = abs(result) <= MAX_NUMBER and not isinstance(result, complex)
        except (ArithmeticError, TypeError, ValueError):
            bounded = False
        if not bounded:
            raise self._refuse(node, f"this has no real value, or one beyond {MAX_NUMBER:.0e}")
