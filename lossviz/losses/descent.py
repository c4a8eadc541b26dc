"""Value and gradient of a loss over logits [N, K], by the formula's own derivatives.

Autograd through ``where`` would let the branch not taken put NaN in, and would keep every step of the formula in memory. Digits are kept where
torch's cross-entropy loses them: 1 - p is the sum of the other classes, log p is ``-log1p((1 - p)/p)``.
"""

import math
from collections.abc import Callable, Mapping
from typing import Any, Protocol, cast

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable

from lossviz.language.formula import Gradient
from lossviz.language.program import OPERATIONS, Operations, Program
from lossviz.language.tree import Tree

Constants = Mapping[str, float]
_HOPELESS = 1e-30  # a p below it is near float32's end, and its logarithm is taken from the logits
_BLOCK = 2**19  # logits that are worked on at a time: what is made of them stays in the processor's cache


def _limited(of_two: Callable[[Tensor, Tensor], Tensor], side: str) -> Callable[[Any, Any], Any]:
    """The smaller or the larger of two, one of which may be a plain number."""

    def choose(a: Any, b: Any) -> Any:
        if not isinstance(a, Tensor):
            a, b = b, a
        return of_two(a, b) if isinstance(b, Tensor) else torch.clamp(a, **{side: b})

    return choose


TENSORS: Operations = OPERATIONS | {
    "exp": torch.exp, "log": torch.log, "expm1": torch.expm1, "log1p": torch.log1p, "sqrt": torch.sqrt, "abs": torch.abs,
    "tanh": torch.tanh, "sin": torch.sin, "cos": torch.cos, "min": _limited(torch.minimum, "max"), "max": _limited(torch.maximum, "min"),
}  # fmt: skip


def _operations(like: Tensor) -> Operations:
    """The operations on tensors of this dtype and device."""

    def where(condition: Tensor, then: Any, otherwise: Any) -> Tensor:
        return torch.where(condition, then if isinstance(then, Tensor) else like.new_tensor(then), otherwise)

    return TENSORS | {"where": where}


def _softmax_beside(logits: Tensor, targets: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """The softmax with 0 for the true class [N, K]; of the true class log p and 1 - p [N, 1]."""
    others = torch.softmax(logits, -1)
    p = others.gather(-1, targets)
    others.scatter_(-1, targets, 0.0)
    beside = others.sum(-1, keepdim=True).clamp_(min=torch.finfo(logits.dtype).tiny)  # rounded to the least number that is more than none
    log_p = (beside / p).log1p_().neg_()
    if torch.compiler.is_compiling() or logits.is_cuda or (len(p) and p.amin().item() < _HOPELESS):  # asking a device would wait for it
        from_logits = logits.gather(-1, targets) - logits.amax(-1, keepdim=True) + others.amax(-1, keepdim=True).log()
        log_p = torch.where(p < _HOPELESS, from_logits, log_p)
    return others, log_p, beside


def _reduced(penalty: Any, scale: Tensor | float | None, total: bool, like: Tensor) -> Tensor:
    values = penalty if isinstance(penalty, Tensor) else torch.full_like(like, penalty)
    if isinstance(scale, Tensor):
        values = _scaled(values, scale)
    if total:
        values = values.sum()
    return values * scale if isinstance(scale, float) else values


def _scaled(values: Any, scale: Tensor | float) -> Any:
    """``values * scale``; where the scale is 0 they count for nothing, even if they are infinite."""
    return torch.where(scale == 0, scale, values * scale) if isinstance(scale, Tensor) else values * scale


class OfP(torch.autograd.Function):
    """A loss of p alone: the gradient is cross-entropy's, ``weight * (softmax - one_hot)``, so that one softmax is all that it needs."""

    @staticmethod
    def forward(context: Any, logits: Tensor, targets: Tensor, scale: Tensor | float | None, total: bool, steps: Program) -> Tensor:
        """The losses [N, 1], or their sum."""
        others, log_p, beside = _softmax_beside(logits, targets)
        penalty, weight = steps.run(_operations(log_p), _named(steps, logits, l=log_p))
        weight = weight if scale is None else _scaled(weight, scale)
        context.factor = None if isinstance(weight, Tensor) else weight
        context.save_for_backward(others, targets, beside, weight if isinstance(weight, Tensor) else None)
        return _reduced(penalty, scale, total, log_p)

    @staticmethod
    @once_differentiable
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        """The gradient by the logits [N, K]; it cannot be differentiated again."""
        others, targets, beside, weight = context.saved_tensors
        factor = gradient * (context.factor if weight is None else weight)
        at_target = (beside * factor).neg_()
        return (others * factor).scatter_(-1, targets, at_target), None, None, None, None


class OfClasses(torch.autograd.Function):
    """A loss of all classes, a block of examples at a time, so that what is made of them stays in the processor's cache.

    Nothing but the logits is kept for the gradient, which is made from them again: that is quicker than keeping it.
    """

    @staticmethod
    def forward(context: Any, logits: Tensor, targets: Tensor, scale: Tensor | float | None, total: bool, work: "Work") -> Tensor:
        """The losses [N, 1], or their sum."""
        context.save_for_backward(logits, targets, scale if isinstance(scale, Tensor) else None)
        context.work, context.scale = work, scale
        penalties = logits.new_empty(len(logits), 1)
        for block in _blocks(logits):
            penalties[block] = work.penalty(logits[block], targets[block])
        return _reduced(penalties, scale, total, penalties)

    @staticmethod
    @once_differentiable
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        """The gradient by the logits [N, K]; it cannot be differentiated again."""
        logits, targets, scale = context.saved_tensors
        factor = gradient if context.scale is None else gradient * (context.scale if scale is None else scale)
        result = torch.empty_like(logits)
        for block in _blocks(logits):
            context.work.gradient(logits[block], targets[block], factor[block] if factor.ndim else factor, result[block])
        if scale is not None:
            result.masked_fill_(scale == 0, 0.0)  # what counts for nothing may be infinite
        return result, None, None, None, None


def _blocks(logits: Tensor) -> list[slice]:
    rows = len(logits) if torch.compiler.is_compiling() else max(1, _BLOCK // max(logits.shape[-1], 1))
    return [slice(start, start + rows) for start in range(0, len(logits), max(rows, 1))]


class Work(Protocol):
    """How a loss is worked out for a block of examples."""

    def penalty(self, logits: Tensor, targets: Tensor) -> Tensor:
        """The losses [n, 1]."""
        ...

    def gradient(self, logits: Tensor, targets: Tensor, factor: Tensor, out: Tensor) -> None:
        """Put the gradient by the logits [n, K], times ``factor``, [n, 1] or a scalar, into ``out``."""
        ...


class OneClass:
    """Targets are true classes [n, 1]."""

    def __init__(self, trees: Gradient, constants: Constants) -> None:
        self._penalty = Program((_with_pj(trees.penalty),), constants)
        self._parts = Program([_with_pj(tree) for tree in (trees.own, *(tree for part in trees.parts for tree in part))], constants)
        self._none_at_target = all(_vanishes(_with_pj(inner)) for _, inner in trees.parts)

    def penalty(self, logits: Tensor, targets: Tensor) -> Tensor:
        """See ``Work``."""
        others, log_p, _ = _softmax_beside(logits, targets)
        return cast(Tensor, self._run(self._penalty, logits, targets, others, log_p)[0])

    def gradient(self, logits: Tensor, targets: Tensor, factor: Tensor, out: Tensor) -> None:
        """See ``Work``."""
        others, log_p, beside = _softmax_beside(logits, targets)
        own, *parts = self._run(self._parts, logits, targets, others, log_p)
        own = own * factor
        by_class = _sum_of_products([outer * factor for outer in parts[::2]], parts[1::2])
        if not (isinstance(by_class, Tensor) and by_class.shape == logits.shape):
            by_class = _spread(by_class, logits).clone()
        if not self._none_at_target:
            by_class.scatter_(-1, targets, 0.0)  # it is a product made here, which nobody else has
        total = by_class.sum(-1, keepdim=True)
        torch.addcmul(by_class, others, total + own, value=-1, out=out)
        out.scatter_(-1, targets, beside * own - log_p.exp() * total)

    def _run(self, steps: Program, logits: Tensor, targets: Tensor, others: Tensor, log_p: Tensor) -> list[Any]:
        def masked(term: Any, at_target: float) -> Tensor:
            return _spread(term, logits).scatter(-1, targets, at_target)

        operations = _operations(log_p) | {
            "sum_others": lambda term: masked(term, 0.0).sum(-1, keepdim=True),
            "sum_vanishing": lambda term: term.sum(-1, keepdim=True),
            "largest_other": lambda term: masked(term, -math.inf).amax(-1, keepdim=True),
        }
        arrays = _named(steps, logits, l=log_p, pj=others)
        if "lj" in steps.names:
            arrays["lj"] = logits - (logits.gather(-1, targets) - log_p)  # another log_softmax would take seven times as long
        return steps.run(operations, arrays)


class Distribution:
    """Targets are distributions [n, K]: the loss is its expectation over the true class."""

    def __init__(self, trees: Gradient, constants: Constants) -> None:
        self._penalty = Program((_with_pj(trees.penalty),), constants)
        self._parts = Program([_with_pj(tree) for tree in (trees.own, *(tree for part in trees.parts for tree in part))], constants)

    def penalty(self, logits: Tensor, targets: Tensor) -> Tensor:
        """See ``Work``."""
        log_pj = torch.log_softmax(logits, -1)
        (penalty,) = self._run(self._penalty, log_pj, log_pj.exp())
        return cast(Tensor, _scaled(_spread(penalty, targets), targets).sum(-1, keepdim=True))

    def gradient(self, logits: Tensor, targets: Tensor, factor: Tensor, out: Tensor) -> None:
        """See ``Work``."""
        log_pj = torch.log_softmax(logits, -1)
        pj = log_pj.exp()
        own, *parts = self._run(self._parts, log_pj, pj)
        outers = [_scaled(_spread(outer, targets), targets).sum(-1, keepdim=True) for outer in parts[::2]]
        by_class = (_scaled(_spread(own, targets), targets) + _sum_of_products(outers, parts[1::2])) * factor
        torch.addcmul(by_class, pj, by_class.sum(-1, keepdim=True), value=-1, out=out)

    def _run(self, steps: Program, log_pj: Tensor, pj: Tensor) -> list[Any]:
        operations = _operations(log_pj) | {
            "sum": lambda term: _spread(term, log_pj).sum(-1, keepdim=True),
            "sum_vanishing": lambda term: term.sum(-1, keepdim=True),
            "largest": lambda term: _spread(term, log_pj).amax(-1, keepdim=True),
        }
        return steps.run(operations, _named(steps, log_pj, l=log_pj, lj=log_pj, pj=pj))


def _named(steps: Program, logits: Tensor, **known: Tensor) -> dict[str, Tensor]:
    """The tensors that the steps' names stand for."""
    if "K" in steps.names:
        known["K"] = logits.new_tensor(float(logits.shape[-1]))
    return known


def _spread(term: Any, logits: Tensor) -> Tensor:
    return torch.as_tensor(term, dtype=logits.dtype, device=logits.device).expand_as(logits)


def _sum_of_products(outers: list[Any], inners: list[Any]) -> Any:
    products = [outer * inner for outer, inner in zip(outers, inners, strict=True)]
    return sum(products[1:], products[0]) if products else 0.0


def _with_pj(tree: Tree) -> Tree:
    """The tree with ``pj``, which is 0 at the true class, instead of another exponential of ``lj``."""
    if not isinstance(tree, tuple):
        return tree
    if tree == ("exp", "lj"):
        return "pj"
    if tree == ("exp", ("mul", 2.0, "lj")):
        return ("mul", "pj", "pj")
    operation, *branches = (tree[0], *map(_with_pj, tree[1:]))
    if operation == "sum_others" and _vanishes(branches[0]):
        operation = "sum_vanishing"  # the true class need not be taken out
    return (operation, *branches)


def _vanishes(tree: Tree) -> bool:
    """Whether a tree is surely 0 where ``pj`` is."""
    if not isinstance(tree, tuple):
        return tree == "pj"
    operation, first, *_ = tree
    return any(map(_vanishes, tree[1:])) if operation == "mul" else operation in ("neg", "div") and _vanishes(first)
