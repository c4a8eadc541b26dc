"""Losses as functions that autograd knows, with the formula's own derivatives.

Autograd through ``where`` would let the branch not taken put NaN in, and would keep every step of
the formula in memory.
"""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from lossviz.language.program import Program
from lossviz.losses.objective.tensor_evaluation import (
    TensorEvaluator,
    bind_names,
    scaled,
    softmax_and_complement,
    tensor_backend,
)

# logits that are worked on at a time: what is made of them stays in the processor's cache
_BLOCK = 2**19


class TrueClassFunction(torch.autograd.Function):
    """A loss of p alone: the gradient is cross-entropy's, ``weight * (softmax - one_hot)``, so that
    one softmax is all that it needs.
    """

    @staticmethod
    def forward(
        context: Any,
        logits: Tensor,
        targets: Tensor,
        scale: Tensor | float | None,
        total: bool,
        steps: Program,
    ) -> Tensor:
        """The losses [N, 1], or their sum."""
        others, log_p, complement = softmax_and_complement(logits, targets)
        penalty, weight = steps.run(tensor_backend(log_p), bind_names(steps, logits, l=log_p))
        weight = weight if scale is None else scaled(weight, scale)
        context.factor = None if isinstance(weight, Tensor) else weight
        context.save_for_backward(
            others, targets, complement, weight if isinstance(weight, Tensor) else None
        )
        return _reduced(penalty, scale, total, log_p)

    @staticmethod
    @once_differentiable
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        """The gradient by the logits [N, K]; it cannot be differentiated again."""
        others, targets, complement, weight = context.saved_tensors
        factor = gradient * (context.factor if weight is None else weight)
        at_target = (complement * factor).neg_()
        return (others * factor).scatter_(-1, targets, at_target), None, None, None, None


class AllClassesFunction(torch.autograd.Function):
    """A loss of all classes, a block of examples at a time, so that what is made of them stays in
    the processor's cache.

    Nothing but the logits is kept for the gradient, which is made from them again: that is quicker
        than keeping it.
    """

    @staticmethod
    def forward(
        context: Any,
        logits: Tensor,
        targets: Tensor,
        scale: Tensor | float | None,
        total: bool,
        evaluator: TensorEvaluator,
    ) -> Tensor:
        """The losses [N, 1], or their sum."""
        context.save_for_backward(logits, targets, scale if isinstance(scale, Tensor) else None)
        context.evaluator, context.scale = evaluator, scale
        penalties = logits.new_empty(len(logits), 1)
        for block in _blocks(logits):
            penalties[block] = evaluator.penalty(logits[block], targets[block])
        return _reduced(penalties, scale, total, penalties)

    @staticmethod
    @once_differentiable
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        """The gradient by the logits [N, K]; it cannot be differentiated again."""
        logits, targets, scale = context.saved_tensors
        factor = (
            gradient
            if context.scale is None
            else gradient * (context.scale if scale is None else scale)
        )
        result = torch.empty_like(logits)
        for block in _blocks(logits):
            context.evaluator.gradient(
                logits[block],
                targets[block],
                factor[block] if factor.ndim else factor,
                result[block],
            )
        if scale is not None:
            result.masked_fill_(scale == 0, 0.0)  # what counts for nothing may be infinite
        return result, None, None, None, None


def _blocks(logits: Tensor) -> list[slice]:
    rows = (
        len(logits) if torch.compiler.is_compiling() else max(1, _BLOCK // max(logits.shape[-1], 1))
    )
    return [slice(start, start + rows) for start in range(0, len(logits), max(rows, 1))]


def _reduced(penalty: Any, scale: Tensor | float | None, total: bool, like: Tensor) -> Tensor:
    values = penalty if isinstance(penalty, Tensor) else torch.full_like(like, penalty)
    if isinstance(scale, Tensor):
        values = scaled(values, scale)
    if total:
        values = values.sum()
    return values * scale if isinstance(scale, float) else values
