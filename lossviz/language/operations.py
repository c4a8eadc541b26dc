"""The one table of operations: what each is called, how it is computed, differentiated and written.

The grammar, the derivative, every evaluator, the LaTeX printer, the code generator and the
complexity limits read this table, so that a new operation is one record here and one line in the
browser's own table (``ui/components/shared/tree.js``), which a test holds to this one.
"""

import math
import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import sympy
from sympy.codegen.cfunctions import expm1, log1p

from lossviz.language.class_reductions import ClassMax, ClassSum, K, OtherMax, OtherSum
from lossviz.language.derivative_rules import (
    chain_rule,
    extremum_rule,
    negative_rule,
    power_rule,
    product_rule,
    quotient_rule,
    sum_rule,
    where_rule,
)
from lossviz.language.operation import ClassReduction, Operation
from lossviz.language.piecewise import (
    Maximum,
    Minimum,
    Modulus,
    WhereAtLeast,
    WhereAtMost,
    WhereGreater,
    WhereLess,
)
from lossviz.language.tree import call, where

_ARITHMETIC = (
    Operation(
        name="add",
        kind="arithmetic",
        arity=2,
        variadic=True,
        symbolic=operator.add,
        sympy_classes=(sympy.Add,),
        derivative=sum_rule,
        numpy=operator.add,
        sign="+",
    ),
    Operation(
        name="sub",
        kind="arithmetic",
        arity=2,
        symbolic=operator.sub,
        numpy=operator.sub,
        sign="-",
    ),
    Operation(
        name="mul",
        kind="arithmetic",
        arity=2,
        variadic=True,
        symbolic=operator.mul,
        sympy_classes=(sympy.Mul,),
        derivative=product_rule,
        numpy=operator.mul,
        sign="*",
    ),
    Operation(
        name="div",
        kind="arithmetic",
        arity=2,
        symbolic=operator.truediv,
        nesting_weight=1,
        derivative=quotient_rule,
        numpy=operator.truediv,
        sign="/",
        unsafe_argument=1,
        singular_at=(0.0,),
    ),
    Operation(
        name="pow",
        kind="arithmetic",
        arity=2,
        symbolic=operator.pow,
        sympy_classes=(sympy.Pow,),
        nesting_weight=1,
        derivative=power_rule,
        numpy=operator.pow,
        sign="**",
        unsafe_argument=0,
        singular_at=(0.0,),
    ),
    Operation(
        name="neg",
        kind="arithmetic",
        arity=1,
        symbolic=operator.neg,
        derivative=negative_rule,
        numpy=operator.neg,
        sign="-",
    ),
)
_COMPARISONS = (
    Operation(
        name="lt",
        kind="comparison",
        arity=2,
        symbolic=WhereLess,
        numpy=operator.lt,
        sign="<",
        local_name="holds",
    ),
    Operation(
        name="le",
        kind="comparison",
        arity=2,
        symbolic=WhereAtMost,
        numpy=operator.le,
        sign="<=",
        local_name="holds",
    ),
    Operation(
        name="gt",
        kind="comparison",
        arity=2,
        symbolic=WhereGreater,
        numpy=operator.gt,
        sign=">",
        local_name="holds",
    ),
    Operation(
        name="ge",
        kind="comparison",
        arity=2,
        symbolic=WhereAtLeast,
        numpy=operator.ge,
        sign=">=",
        local_name="holds",
    ),
    # between a parameter and a value that is bound by a limit
    Operation(
        name="eq",
        kind="comparison",
        arity=2,
        numpy=operator.eq,
        sign="==",
        local_name="holds",
    ),
)
_CONNECTIVES = (  # of conditions, in generated code only
    Operation(
        name="and",
        kind="connective",
        arity=2,
        numpy=np.logical_and,
        torch="logical_and",
        keras="logical_and",
        local_name="holds",
    ),
    Operation(
        name="not",
        kind="connective",
        arity=1,
        numpy=np.logical_not,
        torch="logical_not",
        keras="logical_not",
    ),
)
_FUNCTIONS = (  # in the order in which messages list them
    Operation(
        name="log",
        arity=1,
        typed=True,
        symbolic=sympy.log,
        sympy_classes=(sympy.log,),
        nesting_weight=1,
        derivative=chain_rule(lambda log, x: 1 / x),
        numpy=np.log,
        torch="log",
        keras="log",
        python="math.log",
        local_name="logarithm",
        unsafe_argument=0,
        singular_at=(0.0,),
    ),
    Operation(
        name="exp",
        arity=1,
        typed=True,
        symbolic=sympy.exp,
        sympy_classes=(sympy.exp,),
        nesting_weight=1,
        derivative=chain_rule(lambda exp, x: exp),
        numpy=np.exp,
        torch="exp",
        keras="exp",
        python="math.exp",
        local_name="power",
        unsafe_argument=0,
        singular_at=(math.inf,),
    ),
    Operation(
        name="sqrt",
        arity=1,
        typed=True,
        symbolic=sympy.sqrt,  # a power, which becomes a root again in a tree
        nesting_weight=1,
        derivative=chain_rule(lambda sqrt, x: 0.5 / sqrt),
        numpy=np.sqrt,
        torch="sqrt",
        keras="sqrt",
        python="math.sqrt",
        local_name="root",
        unsafe_argument=0,
        singular_at=(0.0,),
    ),
    Operation(
        name="abs",
        arity=1,
        typed=True,
        symbolic=Modulus,
        sympy_classes=(Modulus, sympy.Abs),
        derivative=chain_rule(lambda modulus, x: where(call("ge", x, 0), 1, -1)),
        numpy=np.abs,
        torch="abs",
        keras="abs",
        python="abs",
    ),
    Operation(
        name="min",
        arity=2,
        variadic=True,
        typed=True,
        symbolic=Minimum,
        sympy_classes=(Minimum,),
        derivative=extremum_rule("le"),
        numpy=np.minimum,
        torch="minimum",
        keras="minimum",
        python="min",
        clamp_side="max",
        local_name="bound",
    ),
    Operation(
        name="max",
        arity=2,
        variadic=True,
        typed=True,
        symbolic=Maximum,
        sympy_classes=(Maximum,),
        derivative=extremum_rule("ge"),
        numpy=np.maximum,
        torch="maximum",
        keras="maximum",
        python="max",
        clamp_side="min",
        local_name="bound",
    ),
    Operation(
        name="log1p",
        arity=1,
        typed=True,
        symbolic=lambda x: sympy.log(1 + x),
        sympy_classes=(log1p,),
        nesting_weight=1,
        derivative=chain_rule(lambda log1p, x: 1 / (1 + x)),
        numpy=np.log1p,
        torch="log1p",
        keras="log1p",
        python="math.log1p",
        local_name="logarithm",
        unsafe_argument=0,
        singular_at=(-1.0,),
    ),
    Operation(
        name="expm1",
        arity=1,
        typed=True,
        symbolic=lambda x: sympy.exp(x) - 1,
        sympy_classes=(expm1,),
        nesting_weight=1,
        derivative=chain_rule(lambda expm1, x: call("exp", x)),
        numpy=np.expm1,
        torch="expm1",
        keras="expm1",
        python="math.expm1",
        local_name="power",
        unsafe_argument=0,
        singular_at=(math.inf,),
    ),
    Operation(
        name="tanh",
        arity=1,
        typed=True,
        symbolic=sympy.tanh,
        sympy_classes=(sympy.tanh,),
        latex=r"\tanh",
        nesting_weight=1,
        derivative=chain_rule(lambda tanh, x: 1 - tanh * tanh),
        numpy=np.tanh,
        torch="tanh",
        keras="tanh",
        python="math.tanh",
        local_name="squashed",
    ),
    Operation(
        name="sin",
        arity=1,
        typed=True,
        symbolic=sympy.sin,
        sympy_classes=(sympy.sin,),
        latex=r"\sin",
        nesting_weight=1,
        derivative=chain_rule(lambda sin, x: call("cos", x)),
        numpy=np.sin,
        torch="sin",
        keras="sin",
        python="math.sin",
        local_name="wave",
    ),
    Operation(
        name="cos",
        arity=1,
        typed=True,
        symbolic=sympy.cos,
        sympy_classes=(sympy.cos,),
        latex=r"\cos",
        nesting_weight=1,
        derivative=chain_rule(lambda cos, x: -call("sin", x)),
        numpy=np.cos,
        torch="cos",
        keras="cos",
        python="math.cos",
        local_name="wave",
    ),
    Operation(
        name="where",
        arity=3,
        typed=True,
        derivative=where_rule,
        numpy=np.where,
        torch="where",
        keras="where",
        local_name="chosen",
    ),
)
_REDUCTIONS = (
    Operation(
        name="class_sum",
        kind="reduction",
        arity=1,
        sympy_classes=(ClassSum,),
        numpy=np.sum,
        torch="sum",
        keras="sum",
        local_name="total",
        reduction=ClassReduction(
            neutral=0.0, skips_true_class=False, sum_over_same_classes="class_sum"
        ),
    ),
    Operation(
        name="class_max",
        kind="reduction",
        arity=1,
        sympy_classes=(ClassMax,),
        numpy=np.max,
        torch="amax",
        keras="max",
        local_name="largest",
        reduction=ClassReduction(
            neutral=-math.inf, skips_true_class=False, sum_over_same_classes="class_sum"
        ),
    ),
    Operation(
        name="other_sum",
        kind="reduction",
        arity=1,
        sympy_classes=(OtherSum,),
        numpy=np.sum,
        torch="sum",
        keras="sum",
        local_name="total",
        reduction=ClassReduction(
            neutral=0.0, skips_true_class=True, sum_over_same_classes="other_sum"
        ),
    ),
    Operation(
        name="other_max",
        kind="reduction",
        arity=1,
        sympy_classes=(OtherMax,),
        numpy=np.max,
        torch="amax",
        keras="max",
        local_name="largest",
        reduction=ClassReduction(
            neutral=-math.inf, skips_true_class=True, sum_over_same_classes="other_sum"
        ),
    ),
)

OPERATIONS: dict[str, Operation] = {
    operation.name: operation
    for operation in (*_ARITHMETIC, *_COMPARISONS, *_CONNECTIVES, *_FUNCTIONS, *_REDUCTIONS)
}
# functions of one term that run over all classes, as they are typed
CLASS_FUNCTIONS: dict[str, Callable[[Any], Any]] = {
    "sum": ClassSum,
    "mean": lambda term: ClassSum(term) / K,
    "max": ClassMax,
}


def typed_operation(name: str) -> Operation | None:
    """The operation that is typed by this name; None where there is none, or it is an operator."""
    operation = OPERATIONS.get(name)
    return operation if operation and operation.typed else None


def function_names() -> tuple[str, ...]:
    """All functions that a formula may call, in the order in which messages list them.

    >>> function_names()[-4:]
    ('cos', 'where', 'sum', 'mean')
    """
    typed = [operation.name for operation in OPERATIONS.values() if operation.typed]
    return tuple(dict.fromkeys([*typed, *CLASS_FUNCTIONS]))


def operations_by_sympy_class() -> dict[type, Operation]:
    """The operation that each sympy class becomes in a tree."""
    return {
        symbolic: operation
        for operation in OPERATIONS.values()
        for symbolic in operation.sympy_classes
    }
