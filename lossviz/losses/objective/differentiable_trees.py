"""Trees that torch differentiates as often as it likes, in every one of its ways.

The derivative of a tree is a tree, so the backward pass of one evaluates others, which have a
backward pass themselves. Autograd through the operations of a tree would take NaN from the branch
of a ``where`` that is not taken.
"""

from functools import cached_property
from typing import Any, cast

import torch
from torch import Tensor

from lossviz.language.derivative import derivative, gradient_parts
from lossviz.language.operation import ClassReduction
from lossviz.language.program import Program
from lossviz.language.tree import LOG_P, LOG_PJ, ZERO, Tree
from lossviz.losses.objective.tensor_backend import tensor_backend


class DifferentiableTree:
    """A tree over log-probabilities, as a differentiable function of tensors.

    Args:
        tree: Bound to the values of the parameters.
    """

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._program = Program((tree,), {})

    def __call__(self, log_p: Tensor, log_pj: Tensor, is_target: Tensor | None) -> Tensor:
        """The tree's value, [..., 1], or [..., K] where it differs from class to class.

        Args:
            log_p: Of the true class, [..., 1]; or of each class that may be the true one, [..., K].
            log_pj: Of each class, [..., K].
            is_target: bool [..., K]: the true class, over which no reduction runs; None where
                reductions run over all classes.
        """
        return cast(Tensor, _TreeFunction.apply(self, log_p, log_pj, is_target))

    def evaluate(self, log_p: Tensor, log_pj: Tensor, is_target: Tensor | None) -> Tensor:
        """The same, for tensors that are not differentiated."""

        def class_terms(term: Any, reduction: ClassReduction) -> Tensor:
            spread = term if isinstance(term, Tensor) else log_p.new_full((), term)
            spread = spread.expand_as(log_pj)
            if is_target is None or not reduction.skips_true_class:
                return spread
            return torch.where(is_target, reduction.neutral, spread)

        arrays: dict[str, Any] = {"l": log_p, "lj": log_pj}
        if "K" in self._program.names:
            arrays["K"] = torch.full_like(log_p, float(log_pj.shape[-1]))
        (value,) = self._program.run(tensor_backend(log_p, class_terms), arrays)
        return value if isinstance(value, Tensor) else torch.full_like(log_p, value)

    @cached_property
    def by_log_p(self) -> "DifferentiableTree | None":
        """The derivative by the true class's log-probability; None where it is 0."""
        return _unless_zero(derivative(self._tree, LOG_P))

    @cached_property
    def by_log_pj(self) -> "DifferentiableTree | None":
        """The derivative by a class's log-probability, reductions held still; None where 0."""
        return _unless_zero(derivative(self._tree, LOG_PJ))

    @cached_property
    def parts(self) -> "tuple[tuple[DifferentiableTree, DifferentiableTree], ...]":
        """What reductions add to the derivative by a class's: the sum of outer times inner."""
        return tuple(
            (DifferentiableTree(part.outer), DifferentiableTree(part.inner))
            for part in gradient_parts(self._tree)
        )


def _unless_zero(tree: Tree) -> DifferentiableTree | None:
    return None if tree == ZERO else DifferentiableTree(tree)


class _TreeFunction(torch.autograd.Function):
    """Of the tree, log p, log pj and whether a class is the true one."""

    generate_vmap_rule = True

    @staticmethod
    def forward(
        tree: DifferentiableTree, log_p: Tensor, log_pj: Tensor, is_target: Tensor | None
    ) -> Tensor:
        return tree.evaluate(log_p, log_pj, is_target)

    @staticmethod
    def setup_context(context: Any, inputs: tuple[Any, ...], output: Tensor) -> None:
        context.tree, *tensors = inputs
        context.save_for_backward(*tensors)
        context.save_for_forward(*tensors)

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        tree, tensors = context.tree, context.saved_tensors
        log_p, log_pj, is_target = tensors
        by_log_p = by_log_pj = None
        if context.needs_input_grad[1] and tree.by_log_p is not None:
            by_log_p = _sum_to(product(gradient, tree.by_log_p(*tensors)), log_p)
        if context.needs_input_grad[2]:
            terms = []
            if tree.by_log_pj is not None:
                terms.append(product(gradient, tree.by_log_pj(*tensors)))
            for outer, inner in tree.parts:
                factor = product(gradient, outer(*tensors)).sum(-1, keepdim=True)
                terms.append(_but_the_true_class(product(factor, inner(*tensors)), is_target))
            by_log_pj = sum(terms[1:], terms[0]).expand_as(log_pj) if terms else None
        return None, by_log_p, by_log_pj, None

    @staticmethod
    def jvp(
        context: Any, _: None, log_p_change: Tensor | None, log_pj_change: Tensor | None, __: None
    ) -> Tensor:
        tree, tensors = context.tree, context.saved_tensors
        *_logs, is_target = tensors
        change = torch.zeros_like(tree.evaluate(*tensors))
        if log_p_change is not None and tree.by_log_p is not None:
            change = change + product(log_p_change, tree.by_log_p(*tensors))
        if log_pj_change is not None:
            if tree.by_log_pj is not None:
                change = change + product(log_pj_change, tree.by_log_pj(*tensors))
            for outer, inner in tree.parts:
                terms = _but_the_true_class(product(log_pj_change, inner(*tensors)), is_target)
                change = change + product(terms.sum(-1, keepdim=True), outer(*tensors))
        return change


def product(change: Tensor, slope: Tensor) -> Tensor:
    """The product, where 0 times infinity is 0: what does not change has no part in it."""
    return change * torch.where((change == 0) & ~slope.isfinite(), 0.0, slope)


def _sum_to(gradient: Tensor, like: Tensor) -> Tensor:
    return gradient.sum(-1, keepdim=True) if like.shape[-1] == 1 else gradient.expand_as(like)


def _but_the_true_class(terms: Tensor, is_target: Tensor | None) -> Tensor:
    return terms if is_target is None else torch.where(is_target, 0.0, terms)
