"""From the text of a loss to a symbolic expression, through an allow-list; nothing of it is run."""

import ast
import re
from difflib import get_close_matches
from typing import Any

import sympy

from lossviz.errors import FormulaError, suggestion
from lossviz.language.bounded_arithmetic import (
    MAX_NUMBER,
    NoRealValue,
    apply_bounded,
    check_numbers,
)
from lossviz.language.class_reductions import PJ, K, P
from lossviz.language.complexity import check_nesting
from lossviz.language.operation import Operation
from lossviz.language.operations import (
    CLASS_FUNCTIONS,
    OPERATIONS,
    function_names,
    typed_operation,
)
from lossviz.language.syntax import MAX_DEPTH, parse

MAX_EXPONENT = 64
CONSTANTS = {"e": sympy.E, "pi": sympy.pi}
SYMBOLS = ("p", "pj", "K", *CONSTANTS)
# log p and log pj, of which the compiled formula is made
_INNER_SYMBOLS = ("l", "lj")
_PARAMETER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,19}")
_OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "div",
    ast.Pow: "pow",
}
_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Lt: "lt",
    ast.LtE: "le",
    ast.Gt: "gt",
    ast.GtE: "ge",
}


def reserved_names() -> set[str]:
    """The names that no parameter can have."""
    return {*_INNER_SYMBOLS, *SYMBOLS, *function_names()}


def can_name_parameter(name: str) -> bool:
    """Whether a parameter can have this name.

    >>> can_name_parameter("gamma"), can_name_parameter("e"), can_name_parameter("a" * 21)
    (True, False, False)
    """
    return bool(_PARAMETER_NAME.fullmatch(name)) and name not in reserved_names()


def parameter_symbol(name: str) -> sympy.Symbol:
    """The symbol that stands for the parameter ``name``: a real number."""
    return sympy.Symbol(name, real=True)


def read_formula(text: str, parameters: tuple[str, ...] = ()) -> sympy.Expr:
    """Read a loss from its text.

    The language: numbers, ``e``, ``pi``, ``p``, ``K``, declared parameters, ``+ - * / **``,
    parentheses, the functions of ``function_names()``, and comparisons (``< <= > >=``) as the
    condition of ``where(condition, a, b)``. ``sum``, ``mean`` and ``max`` of one term run over all
    classes, each class's probability being ``pj`` in the term.

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
    language = (*SYMBOLS, *function_names())
    return list(dict.fromkeys(node.id for node in names if node.id not in language))


class _Reader:
    """Builds the expression of a syntax tree; every node that is not listed here is refused."""

    def __init__(self, text: str, parameters: tuple[str, ...]) -> None:
        self._text, self._parameters = text, parameters
        self._symbols = {"p": P, "pj": PJ, "K": K, **CONSTANTS} | {
            name: parameter_symbol(name) for name in parameters
        }
        self._in_reduction = False

    def _refusal(self, node: ast.expr, reason: str) -> FormulaError:
        return FormulaError(self._text, node.col_offset, reason)

    def read(self, node: ast.expr, depth: int) -> Any:
        if depth == 0:
            raise self._refusal(node, f"too deeply nested: at most {MAX_DEPTH} levels")
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
                raise FormulaError(self._text, dot, "a dot after a name isn't allowed in a formula")
            case ast.Compare():
                raise self._refusal(node, "a comparison belongs inside where(condition, a, b)")
            case _:
                functions = ", ".join(function_names())
                language = f"numbers, {', '.join(SYMBOLS)}, parameters, + - * / ** and {functions}"
                raise self._refusal(node, f"this isn't allowed in a formula: use {language}")

    def _number(self, node: ast.expr, value: float) -> sympy.Expr:
        if not abs(value) <= MAX_NUMBER:
            raise self._refusal(node, f"the number is too large: at most {MAX_NUMBER:.0e}")
        # exact: 0.2 is 1/5, so that p**-0.2 simplifies as p**(-1/5)
        return sympy.Rational(str(value))

    def _name(self, node: ast.expr, name: str) -> sympy.Symbol:
        if name == "pj" and not self._in_reduction:
            raise self._refusal(
                node,
                "pj is the probability of each class in turn; use it inside sum(...), mean(...) or"
                " max(...)",
            )
        if name in self._symbols:
            return self._symbols[name]
        functions = function_names()
        if name in functions:
            raise self._refusal(node, f"{name} is a function; write {name}(...)")
        longer = [parameter for parameter in self._parameters if parameter.startswith(name)]
        same_letters = [symbol for symbol in SYMBOLS if symbol.lower() == name.lower()]
        known = (*self._parameters, *functions, *SYMBOLS)
        near = [*longer, *same_letters, *get_close_matches(name, known, n=1)]
        kind = "the parameter " if near and near[0] in self._parameters else ""
        meant = f"; did you mean {kind}{near[0]!r}?" if near else "."
        if can_name_parameter(name):
            advice = f"To use {name!r} as a parameter, declare it: ; {name}=1"
        else:
            advice = "It can't be used as a parameter's name; choose another."
        raise self._refusal(node, f"unknown name {name!r}{meant} {advice}")

    def _operation(self, node: ast.expr, op: ast.operator, left: Any, right: Any) -> sympy.Expr:
        if isinstance(op, ast.Pow) and right.is_number and abs(right) > MAX_EXPONENT:
            raise self._refusal(node, f"the exponent is too large: at most {MAX_EXPONENT}")
        return self._apply(node, OPERATIONS[_OPERATORS[type(op)]], left, right)

    def _call(self, node: ast.Call, name: str, arguments: list[ast.expr], depth: int) -> sympy.Expr:
        operation = typed_operation(name)
        self._check_arity(node, name, operation, len(arguments))
        if name in CLASS_FUNCTIONS and len(arguments) == 1:
            return self._reduction(node, name, arguments[0], depth)
        if name == "where":
            condition, then, otherwise = arguments
            return self._where(
                condition, self.read(then, depth), self.read(otherwise, depth), depth
            )
        assert operation is not None
        return self._apply(node, operation, *(self.read(part, depth) for part in arguments))

    def _check_arity(
        self, node: ast.Call, name: str, operation: Operation | None, found: int
    ) -> None:
        """Refuse an unknown function, or one with another number of arguments than it takes."""
        if operation is None and name not in CLASS_FUNCTIONS:
            functions = function_names()
            longest = max(
                (known for known in functions if name.endswith(known)), key=len, default=""
            )
            if factor := name.removesuffix(longest) if longest else "":
                raise self._refusal(
                    node, f"{name!r} is one name: write * for times, {factor}*{longest}(...)"
                )
            raise self._refusal(
                node,
                f"unknown function {name!r}{suggestion(name, functions) or '.'} The functions are"
                f" {', '.join(functions)}; for a product write {name}*(...).",
            )
        if operation is not None and operation.variadic:
            # max of a single term runs over the classes
            accepted = found >= 2 or (found == 1 and name in CLASS_FUNCTIONS)
            wanted = "two or more values"
        else:
            needed = operation.arity if operation else 1
            accepted = found == needed
            wanted = f"{needed} value" if needed == 1 else f"{needed} values"
        if not accepted:
            raise self._refusal(node, f"{name}(...) takes {wanted}, found {found}")

    def _where(
        self, node: ast.expr, then: sympy.Expr, otherwise: sympy.Expr, depth: int
    ) -> sympy.Expr:
        match node:
            case ast.Compare(left=left, ops=[op], comparators=[right]) if type(op) in _COMPARISONS:
                choose = OPERATIONS[_COMPARISONS[type(op)]].symbolic
                assert choose is not None
                return choose(self.read(left, depth), self.read(right, depth), then, otherwise)
            case _:
                raise self._refusal(
                    node,
                    "the condition of where(...) is one comparison with < <= > or >=, such as"
                    " p > 0.5",
                )

    def _reduction(self, node: ast.expr, name: str, argument: ast.expr, depth: int) -> sympy.Expr:
        outside, self._in_reduction = self._in_reduction, True
        term = self.read(argument, depth)
        self._in_reduction = outside
        if PJ not in term.free_symbols:
            advice = ""
            if name == "max":
                advice = "; max of two or more values takes the largest of them"
            raise self._refusal(
                node,
                f"{name}(...) of one term runs over the classes; use pj, each class's probability,"
                f" inside it{advice}",
            )
        try:
            return apply_bounded(CLASS_FUNCTIONS[name], term)
        except NoRealValue as error:
            raise self._refusal(node, str(error)) from error

    def _apply(self, node: ast.expr, operation: Operation, *values: sympy.Expr) -> sympy.Expr:
        assert operation.symbolic is not None
        try:
            check_numbers(operation, *values)
            return apply_bounded(operation.symbolic, *values)
        except NoRealValue as error:
            raise self._refusal(node, str(error)) from error
