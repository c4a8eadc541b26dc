"""One plain tree for a formula, read alike by NumPy, by torch and by the browser. It is data: it pickles, it is JSON, and nothing is compiled.

A tree is a number, a name, or ``(operation, tree, ...)``; ``OPERATIONS`` lists the operations.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import sympy
from sympy.codegen.cfunctions import expm1, log1p

from lossviz.language.choices import Greatest, Least, Magnitude, Where

Tree = float | str | tuple[Any, ...]
Operations = Mapping[str, Callable[..., Any]]

_NAMES = {
    sympy.Add: "add", sympy.Mul: "mul", sympy.Pow: "pow", sympy.exp: "exp", sympy.log: "log", expm1: "expm1", log1p: "log1p",
    sympy.Abs: "abs", Magnitude: "abs", Least: "min", Greatest: "max", sympy.tanh: "tanh", sympy.sin: "sin", sympy.cos: "cos",
}  # fmt: skip


def to_tree(expression: sympy.Expr) -> Tree:
    """Turn an expression into a tree.

    >>> import sympy
    >>> to_tree(-sympy.exp(sympy.Symbol("l")))
    ('neg', ('exp', 'l'))
    """
    if expression.is_Symbol:
        return str(expression.name)
    if expression.is_number:
        return float(expression)
    if isinstance(expression, Where):
        left, right, then, otherwise = map(to_tree, expression.args)
        return ("where", (expression.comparison, left, right), then, otherwise)
    if isinstance(expression, sympy.Mul):
        return _product(expression)
    if isinstance(expression, sympy.Pow) and expression.exp == sympy.Rational(1, 2):
        return ("sqrt", to_tree(expression.base))
    if _is_divisor(expression):
        return ("div", 1.0, to_tree(1 / expression))
    return (_NAMES[expression.func], *map(to_tree, expression.args))


def _product(expression: sympy.Mul) -> Tree:
    coefficient, rest = expression.as_coeff_Mul()
    if coefficient.could_extract_minus_sign():
        return ("neg", to_tree(-expression))
    divisors = [1 / factor for factor in expression.args if _is_divisor(factor)]
    if coefficient.is_Rational and coefficient.q != 1:
        coefficient, divisors = sympy.Integer(coefficient.p), [sympy.Integer(coefficient.q), *divisors]
    if divisors:
        factors = [factor for factor in sympy.Mul.make_args(rest) if not _is_divisor(factor)]
        return ("div", to_tree(sympy.Mul(coefficient, *factors)), to_tree(sympy.Mul(*divisors)))
    return ("mul", *map(to_tree, expression.args))


def _is_divisor(factor: sympy.Expr) -> bool:
    return bool(factor.is_Pow and factor.exp.is_Number and factor.exp.is_negative)


def _fold(operate: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    """An operation of two values as one of two or more."""

    def folded(first: Any, *others: Any) -> Any:
        for other in others:
            first = operate(first, other)
        return first

    return folded


OPERATIONS: dict[str, Callable[..., Any]] = {
    "add": _fold(lambda a, b: a + b), "mul": _fold(lambda a, b: a * b), "div": lambda a, b: a / b, "neg": lambda a: -a, "pow": lambda a, b: a**b,
    "lt": lambda a, b: a < b, "le": lambda a, b: a <= b, "gt": lambda a, b: a > b, "ge": lambda a, b: a >= b,
    "eq": lambda a, b: a == b,
}  # fmt: skip
NUMPY: Operations = OPERATIONS | {
    "exp": np.exp, "log": np.log, "expm1": np.expm1, "log1p": np.log1p, "sqrt": np.sqrt, "abs": np.abs, "tanh": np.tanh, "sin": np.sin, "cos": np.cos,
    "min": _fold(np.minimum), "max": _fold(np.maximum), "where": np.where,
}  # fmt: skip


def evaluate(tree: Tree, values: Mapping[str, Any], operations: Operations = NUMPY) -> Any:
    """The value of ``tree`` where each name stands for its entry in ``values`` (arrays or tensors for ``l``, plain floats for parameters).

    What depends on no array is computed on plain floats, and a choice that depends on no array reads only the branch that it takes: so
    the limit at q = 0 stands beside a division by q and neither disturbs the other.
    """
    if isinstance(tree, float):
        return tree
    if isinstance(tree, str):
        return values[tree]
    operation, *branches = tree
    if operation == "where":
        condition = evaluate(branches[0], values, operations)
        if isinstance(condition, bool):
            return evaluate(branches[1 if condition else 2], values, operations)
        return operations["where"](condition, *(evaluate(branch, values, operations) for branch in branches[1:]))
    arguments = [evaluate(branch, values, operations) for branch in branches]
    if all(isinstance(argument, float | bool) for argument in arguments):
        with np.errstate(all="ignore"):
            result = NUMPY[operation](*(np.float64(argument) if isinstance(argument, float) else argument for argument in arguments))
        return bool(result) if isinstance(result, np.bool | bool) else float(result)
    return operations[operation](*arguments)
