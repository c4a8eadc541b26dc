"""A loss and its gradient in 50 digits, from its formula as it is typed, without any rewriting."""

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import mpmath
import numpy as np
from numpy.typing import NDArray

from lossviz.language.class_reductions import split_off_true_class
from lossviz.language.derivative import derivative, gradient_parts
from lossviz.language.grammar import parameter_symbol, read_formula
from lossviz.language.log_space import to_log_space
from lossviz.language.lowering import lower
from lossviz.language.operations import OPERATIONS
from lossviz.language.parameter_limits import limit_at, poles
from lossviz.language.program import Program
from lossviz.language.tree import LOG_P, Tree
from lossviz.losses.loss import Loss

DIGITS = 50
_FUNCTIONS = ("log", "exp", "sqrt", "log1p", "expm1", "tanh", "sin", "cos")
_EXACT = {name: np.frompyfunc(getattr(mpmath, name), 1, 1) for name in _FUNCTIONS}
_EXACT["where"] = np.frompyfunc(lambda condition, then, other: then if condition else other, 3, 1)


@lru_cache
def _trees(loss: Loss) -> tuple[Tree, ...]:
    """The loss and its derivatives by l and by each class's lj, with the parameters' values."""
    names = tuple(loss.values)
    expression = to_log_space(read_formula(loss.text, names))
    for name, value in loss.values.items():
        symbol = parameter_symbol(name)
        for pole in poles(expression, symbol):
            if float(pole) == value:
                expression = limit_at(expression, symbol, pole) or expression
    penalty = lower(split_off_true_class(expression))
    parts = gradient_parts(penalty)
    return (
        penalty,
        derivative(penalty, LOG_P),
        *(tree for part in parts for tree in (part.outer, part.inner)),
    )


def exact_value_and_gradient(
    loss: Loss, logits: NDArray[np.float64], target: int
) -> tuple[Any, NDArray[Any]]:
    """The loss and its gradient by the logits, as numbers of 50 digits.

    Args:
        loss: Any loss.
        logits: Of one example, [K].
        target: The true class.
    """
    with mpmath.workdps(DIGITS):
        z = np.array([mpmath.mpf(float(value)) for value in logits], dtype=object)
        others = np.arange(len(z)) != target
        shares = _EXACT["exp"](z - max(z))
        pj = shares / shares.sum()
        lj = _EXACT["log"](pj)

        def backend(operation: str) -> Callable[..., Any]:
            record = OPERATIONS[operation]
            if record.reduction is None:
                return _EXACT.get(operation, record.numpy)
            skips = record.reduction.skips_true_class

            def reduce_classes(term: Any) -> Any:
                terms = np.broadcast_to(np.asarray(term, dtype=object), z.shape)
                return record.numpy(terms[others] if skips else terms)

            return reduce_classes

        # as inputs: a program's constants have the digits of a float
        numbers = {name: mpmath.mpf(value) for name, value in {"K": len(z), **loss.values}.items()}
        program = Program(_trees(loss), {})
        penalty, own, *parts = program.run(backend, {"l": lj[target], "lj": lj, **numbers})
        by_class = sum(
            (outer * inner for outer, inner in zip(parts[::2], parts[1::2], strict=True)),
            start=np.zeros(len(z), dtype=object),
        )
        by_class[~others] = own
        return penalty, by_class - pj * by_class.sum()
