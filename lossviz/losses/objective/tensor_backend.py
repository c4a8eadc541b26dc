"""The operations on torch's tensors."""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from lossviz.language.operation import ClassReduction
from lossviz.language.operations import OPERATIONS
from lossviz.language.program import Backend

# spreads a term over the classes, the value of a class that takes no part being neutral
ClassTerms = Callable[[Any, ClassReduction], Tensor]


def tensor_backend(like: Tensor, class_terms: ClassTerms | None = None) -> Backend:
    """The operations on tensors of this dtype and device.

    Args:
        like: A tensor of that dtype and device.
        class_terms: Spreads a term of a reduction over the classes; not needed where no tree has
            one.
    """

    def backend(operation: str) -> Callable[..., Any]:
        record = OPERATIONS[operation]
        if not record.torch:
            return record.numpy  # a Python operator, for tensors as for arrays
        function = getattr(torch, record.torch)
        if record.reduction is not None:
            assert class_terms is not None
            return _over_classes(function, record.reduction, class_terms)
        if operation == "where":
            return lambda condition, then, otherwise: function(
                condition, then if isinstance(then, Tensor) else like.new_full((), then), otherwise
            )
        return _clamped(function, record.clamp_side) if record.clamp_side else function

    return backend


def _over_classes(
    function: Callable[..., Any], reduction: ClassReduction, class_terms: ClassTerms
) -> Callable[[Any], Any]:
    return lambda term: function(class_terms(term, reduction), dim=-1, keepdim=True)


def _clamped(of_two: Callable[[Tensor, Tensor], Tensor], side: str) -> Callable[[Any, Any], Any]:
    """The minimum or the maximum of two, one of which may be a plain number."""

    def extremum(a: Any, b: Any) -> Any:
        if not isinstance(a, Tensor):
            a, b = b, a
        return of_two(a, b) if isinstance(b, Tensor) else torch.clamp(a, **{side: b})

    return extremum
