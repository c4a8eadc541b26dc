"""A loss for ``torch.compile`` on an accelerator: one graph, the formula in the softmax's kernels.

Laid over torch's log_softmax, as on an accelerator without compiling. Of [N, K] only the logits are
kept: with their maximum and the logarithm of their sum, [N, 1] each, the backward pass reads each
logit once more. Nothing is scattered, because a comparison fuses and a scatter does not.
"""

from typing import Any

import torch
from torch import Tensor

from lossviz.language.formula import Gradient
from lossviz.language.operation import ClassReduction
from lossviz.language.program import Program
from lossviz.losses.objective.autograd import reduced
from lossviz.losses.objective.tensor_backend import tensor_backend
from lossviz.losses.objective.tensor_evaluation import computable, scaled


class TracedEvaluator:
    """Evaluates a loss and its gradient in operations that a compiler fuses.

    Args:
        trees: The loss and its derivatives, bound to its parameters' values.
        skips_true_class: Whether its reductions run over the other classes.
    """

    def __init__(self, trees: Gradient, *, skips_true_class: bool) -> None:
        outers = [part.outer for part in trees.parts]
        self._values = Program([trees.penalty, trees.own, *outers], {})
        self._inners = Program([part.inner for part in trees.parts], {})
        self._skips_true_class = skips_true_class

    def values(self, log_pj: Tensor, targets: Tensor) -> list[Tensor]:
        """The penalty, and its derivatives by the true class's logarithm and by each reduction.

        Args:
            log_pj: Of each class, [N, K].
            targets: True classes, [N, 1].

        Returns:
            [N, 1] each.
        """
        values = self._run(self._values, log_pj, targets)
        like = log_pj[:, :1]
        return [v if isinstance(v, Tensor) else torch.full_like(like, v) for v in values]

    def gradient(
        self, log_pj: Tensor, targets: Tensor, own: Tensor, outers: list[Tensor]
    ) -> Tensor:
        """The gradient with respect to the logits, [N, K].

        Args:
            log_pj: Of each class, [N, K].
            targets: True classes, [N, 1].
            own: The derivative by the true class's logarithm, times what the example counts for.
            outers: Those by each reduction, times the same.
        """
        is_target = _is_target(log_pj, targets)
        pj = log_pj.exp()
        if not outers:
            return own * torch.where(is_target, -torch.expm1(log_pj), -pj)
        inners = self._run(self._inners, log_pj, targets)
        by_class: Any = 0.0
        for outer, inner in zip(outers, inners, strict=True):
            by_class = by_class + outer * inner
        if self._skips_true_class:
            by_class = torch.where(is_target, own, by_class)
        else:
            by_class = by_class + torch.where(is_target, own, 0.0)
        total = by_class.sum(-1, keepdim=True)
        return torch.addcmul(by_class, pj, total, value=-1)

    def _run(self, program: Program, log_pj: Tensor, targets: Tensor) -> list[Any]:
        # where it is rounded to 0, 1 - p would have no logarithm
        log_p = log_pj.gather(-1, targets).clamp(max=-torch.finfo(log_pj.dtype).tiny)

        def class_terms(term: Any, reduction: ClassReduction) -> Tensor:
            spread = term if isinstance(term, Tensor) else torch.full_like(log_p, term)
            spread = spread.expand_as(log_pj)
            if not reduction.skips_true_class:
                return spread
            return torch.where(_is_target(log_pj, targets), reduction.neutral, spread)

        arrays: dict[str, Any] = {"l": log_p, "lj": log_pj}
        if "K" in program.names:
            arrays["K"] = torch.full_like(log_p, float(log_pj.shape[-1]))
        return program.run(tensor_backend(log_p, class_terms), arrays)


class TracedFunction(torch.autograd.Function):
    """A loss of true classes that is compiled."""

    @staticmethod
    def forward(
        context: Any,
        logits: Tensor,
        targets: Tensor,
        scale: Tensor,
        total: bool,
        evaluator: TracedEvaluator,
    ) -> Tensor:
        """The losses.

        Args:
            context: Autograd's.
            logits: Shape [N, K].
            targets: True classes, int64, shape [N, 1].
            scale: What each example counts for, [N, 1].
            total: Whether to return the sum.
            evaluator: Of the loss.

        Returns:
            Shape [N, 1], or a scalar where ``total``.
        """
        readable = computable(logits)
        largest = readable.amax(-1, keepdim=True)
        log_total = (readable - largest).exp().sum(-1, keepdim=True).log()
        penalty, *others = evaluator.values(readable - largest - log_total, targets)
        context.evaluator = evaluator
        context.save_for_backward(logits, targets, scale, largest, log_total, *others)
        return reduced(penalty, scale, total, penalty)

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        """The gradient with respect to the logits [N, K]."""
        logits, targets, scale, largest, log_total, *values = context.saved_tensors
        own, *outers = [scaled(value, scale) * gradient for value in values]
        log_pj = computable(logits) - largest - log_total
        result = context.evaluator.gradient(log_pj, targets, own, outers)
        # the terms of an ignored example may be infinite, and 0 times infinity is NaN
        result = torch.where(scale == 0, 0.0, result)
        return result.to(logits.dtype), None, None, None, None


def _is_target(log_pj: Tensor, targets: Tensor) -> Tensor:
    return torch.arange(log_pj.shape[-1], device=log_pj.device) == targets
