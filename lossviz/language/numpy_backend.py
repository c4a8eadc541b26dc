"""The operations on NumPy's arrays."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lossviz.language.operations import OPERATIONS
from lossviz.language.program import Backend


def elementwise(operation: str) -> Callable[..., Any]:
    """The function of an operation, reductions over the classes excepted."""
    return OPERATIONS[operation].numpy


def over_classes(others: NDArray[np.bool_]) -> Backend:
    """All operations, reductions running over the last axis.

    Args:
        others: bool array [..., K], False for the true class.
    """

    def backend(operation: str) -> Callable[..., Any]:
        record = OPERATIONS[operation]
        reduction = record.reduction
        if reduction is None:
            return record.numpy

        def reduce_classes(term: Any) -> Any:
            terms = np.broadcast_to(term, np.broadcast_shapes(np.shape(term), others.shape))
            if reduction.skips_true_class:
                terms = np.where(others, terms, reduction.neutral)
            return record.numpy(terms, axis=-1, keepdims=True)

        return reduce_classes

    return backend
