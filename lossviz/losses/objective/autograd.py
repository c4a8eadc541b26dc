"""Losses as autograd functions with the formula's own derivatives.

Autograd through ``where`` would take NaN from the branch that is not taken, and would keep every
intermediate result in memory. Where the gradient is to be differentiated again, it is that of
``differentiable_losses``.
"""

from typing import Any

import torch
from torch import Tensor

from lossviz.losses.objective.differentiable_losses import reduced_losses
from lossviz.losses.objective.tensor_evaluation import (
    AllClassesEvaluator,
    TrueClassEvaluator,
    computable,
    is_on_cpu,
    scaled,
)

# So many logits are evaluated at a time that what is computed from them stays in the cache.
_LOGITS_PER_BLOCK = 2**19
Evaluator = TrueClassEvaluator | AllClassesEvaluator


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
        evaluator: TrueClassEvaluator,
    ) -> Tensor:
        """The losses.

        Args:
            context: Autograd's.
            logits: Shape [N, K].
            targets: True classes, int64, shape [N, 1].
            scale: Factor of each example [N, 1] or of all; None for 1.
            total: Whether to return the sum.
            evaluator: Computes penalty and weight from log p.

        Returns:
            Shape [N, 1], or a scalar where ``total``.
        """
        penalty, weight, others, complement = evaluator.evaluate(computable(logits), targets)
        weight = weight if scale is None else scaled(weight, scale)
        # A constant weight is a plain number, which autograd cannot save.
        is_tensor = isinstance(weight, Tensor)
        context.constant_weight = None if is_tensor else weight
        context.scale, context.total, context.evaluator = scale, total, evaluator
        context.save_for_backward(
            logits,
            targets,
            scale if isinstance(scale, Tensor) else None,
            others,
            complement,
            weight if is_tensor else None,
        )
        return reduced(penalty, scale, total, complement)

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        """The gradient with respect to the logits [N, K]."""
        logits, targets, scale, others, complement, weight = context.saved_tensors
        if is_composed():
            return _composed_gradient(context, logits, targets, scale, gradient)
        factor = gradient * (context.constant_weight if weight is None else weight)
        at_target = (complement * factor).neg_()
        result = (others * factor).scatter_(-1, targets, at_target)
        return result.to(logits.dtype), None, None, None, None


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
        evaluator: AllClassesEvaluator,
    ) -> Tensor:
        """The losses; Args and Returns as ``TrueClassFunction.forward``.

        ``targets`` may also be distributions [N, K], where the evaluator is for soft targets.
        """
        context.save_for_backward(logits, targets, scale if isinstance(scale, Tensor) else None)
        context.scale, context.total, context.evaluator = scale, total, evaluator
        found = [
            evaluator.penalty(computable(logits[block]), targets[block])
            for block in _blocks(logits)
        ]
        penalties = found[0] if len(found) == 1 else torch.cat(found)
        return reduced(penalties, scale, total, penalties)

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        """The gradient with respect to the logits [N, K]."""
        logits, targets, scale = context.saved_tensors
        if is_composed():
            return _composed_gradient(context, logits, targets, scale, gradient)
        factor = gradient
        if context.scale is not None:
            factor = gradient * (context.scale if scale is None else scale)
        result = torch.empty_like(logits)
        for block in _blocks(logits):
            context.evaluator.gradient(
                computable(logits[block]),
                targets[block],
                factor[block] if factor.ndim else factor,
                result[block],
            )
        if scale is not None:
            # The gradient of an ignored example may be infinite, and 0 times infinity is NaN.
            result.masked_fill_(scale == 0, 0.0)
        return result, None, None, None, None


def is_composed() -> bool:
    """Whether the gradient is to be differentiated again, or wanted for many factors at once."""
    if torch.compiler.is_compiling():  # a compiled backward pass has neither, and torch says so
        return False
    return torch.is_grad_enabled() or torch._C._are_functorch_transforms_active()


def _composed_gradient(
    context: Any, logits: Tensor, targets: Tensor, scale: Tensor | None, gradient: Tensor
) -> tuple[Tensor | None, ...]:
    """The gradient of a backward pass, as a function of the logits that has a gradient itself."""
    with torch.enable_grad():
        losses = context.evaluator.composed(computable(logits), targets)
        factor = context.scale if scale is None else scale
        value = reduced_losses(losses, factor, total=context.total)
    (result,) = torch.autograd.grad(value, logits, gradient.to(value.dtype), create_graph=True)
    return result, None, None, None, None


def _blocks(logits: Tensor) -> list[slice]:
    if not is_on_cpu(logits):
        return [slice(None)]  # an accelerator has no use for blocks, a compiler would unroll them
    examples, classes = logits.shape
    rows = max(1, _LOGITS_PER_BLOCK // classes)
    return [slice(start, start + rows) for start in range(0, max(1, examples), rows)]


def reduced(penalty: Any, scale: Tensor | float | None, total: bool, like: Tensor) -> Tensor:
    """The losses [N, 1] times their scale, and their sum where ``total``.

    Args:
        penalty: The losses; a plain number where all are alike.
        scale: As ``TrueClassFunction.forward``.
        total: As there.
        like: Of shape, dtype and device of the losses.
    """
    values = penalty if isinstance(penalty, Tensor) else torch.full_like(like, penalty)
    if isinstance(scale, Tensor):
        values = scaled(values, scale)
    if total:
        values = values.sum()
    return values * scale if isinstance(scale, float) else values
