"""Losses as autograd functions with the formula's own derivatives.

Autograd through ``where`` would take NaN from the branch that is not taken, and would keep every
intermediate result in memory.
"""

from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from lossviz.language.program import Program
from lossviz.losses.objective.tensor_backend import tensor_backend
from lossviz.losses.objective.tensor_evaluation import (
    TensorEvaluator,
    bind_names,
    scaled,
    softmax_and_complement,
)

# So many logits are evaluated at a time that what is computed from them stays in the cache.
_LOGITS_PER_BLOCK = 2**19


class TrueClassFunction(torch.autograd.Function):
    """A loss of p alone.

    Its gradient is cross-entropy's times the weight, ``weight * (softmax - one_hot)``, so that one
    softmax serves loss and gradient.
    """

    @staticmethod
    def forward(
        context: Any,
        logits: Tensor,
        targets: Tensor,
        scale: Tensor | float | None,
        total: bool,
        program: Program,
    ) -> Tensor:
        """The losses.

        Args:
            context: Autograd's.
            logits: Shape [N, K].
            targets: True classes, int64, shape [N, 1].
            scale: Factor of each example [N, 1] or of all; None for 1.
            total: Whether to return the sum.
            program: Computes penalty and weight from log p.

        Returns:
            Shape [N, 1], or a scalar where ``total``.
        """
        others, log_p, complement = softmax_and_complement(logits, targets)
        names = bind_names(program, logits, l=log_p)
        penalty, weight = program.run(tensor_backend(log_p), names)
        weight = weight if scale is None else scaled(weight, scale)
        # A constant weight is a plain number, which autograd cannot save.
        is_tensor = isinstance(weight, Tensor)
        context.constant_weight = None if is_tensor else weight
        context.save_for_backward(others, targets, complement, weight if is_tensor else None)
        return _reduced(penalty, scale, total, log_p)

    @staticmethod
    @once_differentiable
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        """The gradient with respect to the logits [N, K]; it cannot be differentiated again."""
        others, targets, complement, weight = context.saved_tensors
        factor = gradient * (context.constant_weight if weight is None else weight)
        at_target = (complement * factor).neg_()
        return (others * factor).scatter_(-1, targets, at_target), None, None, None, None


class AllClassesFunction(torch.autograd.Function):
    """A loss of all classes, evaluated in blocks of examples that fit the processor's cache.

    Only the logits are kept for the gradient: computing the rest again is faster than storing it.
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
        """The losses; Args and Returns as ``TrueClassFunction.forward``.

        ``targets`` may also be distributions [N, K], where the evaluator is for soft targets.
        """
        context.save_for_backward(logits, targets, scale if isinstance(scale, Tensor) else None)
        context.evaluator, context.scale = evaluator, scale
        penalties = logits.new_empty(len(logits), 1)
        for block in _blocks(logits):
            penalties[block] = evaluator.penalty(logits[block], targets[block])
        return _reduced(penalties, scale, total, penalties)

    @staticmethod
    @once_differentiable
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        """The gradient with respect to the logits [N, K]; it cannot be differentiated again."""
        logits, targets, scale = context.saved_tensors
        factor = gradient
        if context.scale is not None:
            factor = gradient * (context.scale if scale is None else scale)
        result = torch.empty_like(logits)
        for block in _blocks(logits):
            context.evaluator.gradient(
                logits[block],
                targets[block],
                factor[block] if factor.ndim else factor,
                result[block],
            )
        if scale is not None:
            # The gradient of an ignored example may be infinite, and 0 times infinity is NaN.
            result.masked_fill_(scale == 0, 0.0)
        return result, None, None, None, None


def _blocks(logits: Tensor) -> list[slice]:
    if torch.compiler.is_compiling():  # which would unroll a loop over blocks
        rows = max(1, len(logits))
    else:
        rows = max(1, _LOGITS_PER_BLOCK // max(logits.shape[-1], 1))
    return [slice(start, start + rows) for start in range(0, len(logits), rows)]


def _reduced(penalty: Any, scale: Tensor | float | None, total: bool, like: Tensor) -> Tensor:
    values = penalty if isinstance(penalty, Tensor) else torch.full_like(like, penalty)
    if isinstance(scale, Tensor):
        values = scaled(values, scale)
    if total:
        values = values.sum()
    return values * scale if isinstance(scale, float) else values
