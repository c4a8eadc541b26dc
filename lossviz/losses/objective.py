"""A loss as something torch can descend: the formula over ``log_softmax``, forward and backward from the same two trees."""

from collections.abc import Callable
from typing import Any, Literal, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from lossviz.errors import InvalidInput
from lossviz.language.tree import OPERATIONS, Operations, Tree, evaluate
from lossviz.losses.loss import Loss

Reduction = Literal["mean", "sum", "none"]
_REDUCE: dict[str, Callable[[Tensor], Tensor]] = {"mean": torch.mean, "sum": torch.sum, "none": lambda losses: losses}


def _operations(like: Tensor) -> Operations:
    """The tree's operations on tensors; where plain numbers meet tensors they take the dtype and device of ``like``."""

    def tensors(*values: Any) -> list[Tensor]:
        return [torch.as_tensor(value, dtype=like.dtype, device=like.device) for value in values]

    def fold(operate: Callable[[Tensor, Tensor], Tensor]) -> Callable[..., Tensor]:
        def folded(*values: Any) -> Tensor:
            first, *others = tensors(*values)
            for other in others:
                first = operate(first, other)
            return first

        return folded

    return {
        **OPERATIONS, "exp": torch.exp, "log": torch.log, "expm1": torch.expm1, "log1p": torch.log1p, "sqrt": torch.sqrt, "abs": torch.abs,
        "tanh": torch.tanh, "sin": torch.sin, "cos": torch.cos, "min": fold(torch.minimum), "max": fold(torch.maximum),
        "where": lambda condition, then, otherwise: torch.where(condition, *tensors(then, otherwise)),
    }  # fmt: skip


def _tensor(tree: Tree, log_p: Tensor, values: dict[str, float]) -> Tensor:
    result = evaluate(tree, {"l": log_p, **values}, _operations(log_p))
    return result if isinstance(result, Tensor) else torch.full_like(log_p, result)


class _Penalty(torch.autograd.Function):
    """f over log p, with the symbolic derivative as its gradient: autograd through a ``where`` would let the branch not taken put NaN in."""

    @staticmethod
    def forward(context: Any, log_p: Tensor, penalty: Tree, weight: Tree, values: dict[str, float]) -> Tensor:
        context.save_for_backward(log_p)
        context.weight, context.values = weight, values
        return _tensor(penalty, log_p, values)

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor, None, None, None]:
        (log_p,) = context.saved_tensors
        return -gradients[0] * _tensor(context.weight, log_p, context.values), None, None, None


class Objective(nn.Module):
    """A loss of logits and targets.

    ``l = log_softmax(logits)[target]``, then f(exp(l)) computed from ``l``: nothing is clamped, and the result is finite wherever f is.

    Args:
        loss: The loss; its parameters keep the values they have now.
        reduction: "mean", "sum", or "none" for one value an example.
        axis: Where the classes lie in the logits.

    Raises:
        InvalidInput: Another reduction.
    """

    def __init__(self, loss: Loss, *, reduction: Reduction = "mean", axis: int = -1) -> None:
        super().__init__()
        if reduction not in _REDUCE:
            raise InvalidInput(f"reduction must be one of {', '.join(_REDUCE)}, got {reduction!r}")
        self.loss, self.reduction, self.axis = loss, reduction, axis
        self._penalty, self._weight, self._values = loss.formula.penalty, loss.formula.weight, dict(loss.values)

    def forward(self, logits: Tensor, targets: Tensor) -> Tensor:
        """The loss.

        Args:
            logits: Shape [N, K], any real values, floating point.
            targets: Shape [N], int64, each 0 to K - 1.

        Returns:
            A scalar, or shape [N] for reduction "none".

        Raises:
            InvalidInput: Shapes or types that do not go together.
        """
        shape = list(logits.shape)
        if shape:
            shape.pop(self.axis)
        if logits.ndim == 0 or shape != list(targets.shape):
            raise InvalidInput(f"logits need the shape of the targets and one axis more: got {tuple(logits.shape)} and {tuple(targets.shape)}")
        if not logits.is_floating_point() or targets.dtype != torch.int64:
            raise InvalidInput(f"logits must be floating point and targets int64: got {logits.dtype} and {targets.dtype}")
        log_p = F.log_softmax(logits, dim=self.axis).gather(self.axis, targets.unsqueeze(self.axis)).squeeze(self.axis)
        penalties = cast(Tensor, _Penalty.apply(log_p, self._penalty, self._weight, self._values))
        return _REDUCE[self.reduction](penalties)

    def activation(self, logits: Tensor) -> Tensor:
        """Logits to probabilities: softmax over the classes. fastai's ``get_preds`` calls it."""
        return F.softmax(logits, dim=self.axis)

    def decodes(self, logits: Tensor) -> Tensor:
        """Logits or probabilities to the predicted class. fastai's ``show_results`` calls it."""
        return logits.argmax(dim=self.axis)

    def extra_repr(self) -> str:
        """What ``print`` shows."""
        return f"{self.loss.label}, reduction={self.reduction!r}"
