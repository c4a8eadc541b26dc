"""A loss as an ``nn.Module`` of logits and targets."""

from typing import Literal, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from lossviz.errors import InvalidInput
from lossviz.language.program import Program
from lossviz.losses.loss import Loss
from lossviz.losses.objective.autograd import AllClassesFunction, TrueClassFunction
from lossviz.losses.objective.tensor_evaluation import HardTargetEvaluator, SoftTargetEvaluator

Reduction = Literal["mean", "sum", "none"]
REDUCTIONS: tuple[Reduction, ...] = ("mean", "sum", "none")
_HALF = (torch.float16, torch.bfloat16)


class Objective(nn.Module):
    """A loss of logits and targets.

    Everything is computed from ``log p`` and ``1 - p``, each to the last digit, from one softmax.
    No probability is clamped, and the result is finite wherever the loss is; only where 1 - p
    underflows is the smallest normal number taken for it. float16 and bfloat16 are computed in
    float32, as torch's own cross-entropy does.

    Args:
        loss: The loss; its parameters keep the values they have now.
        reduction: "mean", "sum", or "none" for one value an example.
        axis: The axis of the logits along which the classes lie.
        weight: A weight for each class, shape [K]; "mean" divides by the sum of the targets'
            weights, as ``torch.nn.CrossEntropyLoss``.
        ignore_index: Targets of this value are ignored.

    Raises:
        InvalidInput: An unknown reduction, or weights that are no vector of numbers.

    >>> from lossviz import get_loss, objective
    >>> round(objective(get_loss("dot_product"))(torch.zeros(2, 4), torch.tensor([0, 3])).item(), 6)
    -0.25
    """

    weight: Tensor | None
    y_int = True  # tells fastai's MixUp to mix the losses of the two labels, not the labels

    def __init__(
        self,
        loss: Loss,
        *,
        reduction: Reduction = "mean",
        axis: int = -1,
        weight: Tensor | None = None,
        ignore_index: int = -100,
    ) -> None:
        super().__init__()
        if reduction not in REDUCTIONS:
            raise InvalidInput(
                f"reduction must be one of {', '.join(REDUCTIONS)}, got {reduction!r}"
            )
        if weight is not None and (weight.ndim != 1 or not weight.is_floating_point()):
            raise InvalidInput(
                f"weight must be floating point with one value a class, got {weight.dtype} of shape"
                f" {tuple(weight.shape)}"
            )
        self.loss = loss
        self.reduction = reduction
        self.axis = axis
        self.ignore_index = ignore_index
        self.register_buffer("weight", weight)
        formula, values = loss.formula, loss.values
        self._evaluator = (
            HardTargetEvaluator(formula.one_hot, values)
            if formula.depends_on_pj
            else Program((formula.even.penalty, formula.even.weight), values)
        )
        self._soft_evaluator = (
            SoftTargetEvaluator(formula.soft, values)
            if formula.soft and loss.soft_targets
            else None
        )

    def forward(self, logits: Tensor, targets: Tensor) -> Tensor:
        """The loss.

        Args:
            logits: Floating point, any real values, classes along ``axis``.
            targets: int64, the shape of the logits without ``axis``, each 0 to K - 1 or
                ``ignore_index``. Or floating point, the shape of the logits: for each example a
                distribution over the classes; the loss is then the expectation
                ``sum_j t_j f(true class j)``.

        Returns:
            A scalar; for reduction "none" the shape of the logits without ``axis``.

        Raises:
            InvalidInput: Shapes or types that do not match, or a distribution where the loss is
                defined for one true class only.
        """
        if type(logits) is not Tensor:  # fastai's carry metadata through every operation
            logits, targets = logits.as_subclass(Tensor), targets.as_subclass(Tensor)
        soft = targets.is_floating_point()
        self._check(logits, targets, soft)
        dtype = logits.dtype
        if dtype in _HALF:
            logits = logits.float()
        if logits.ndim != 2 or self.axis not in (-1, 1):
            logits = logits.movedim(self.axis, -1)
            targets = targets.movedim(self.axis, -1) if soft else targets
        shape, classes = logits.shape[:-1], logits.shape[-1]
        flat = logits if logits.ndim == 2 else logits.reshape(-1, classes)
        losses = (
            self._soft(flat, targets.reshape(-1, classes))
            if soft
            else self._one_class(flat, targets.reshape(-1, 1))
        )
        if self.reduction == "none":
            losses = losses.reshape(shape)
        if dtype in _HALF and not torch.is_autocast_enabled(logits.device.type):
            losses = losses.to(dtype)
        return losses

    def _one_class(self, logits: Tensor, targets: Tensor) -> Tensor:
        scale: Tensor | float | None = None
        ignored = targets == self.ignore_index
        # Where the logits are on a GPU, ``any`` would wait for it, so they are always masked.
        if torch.compiler.is_compiling() or logits.is_cuda or ignored.any():
            targets, scale = targets.masked_fill(ignored, 0), (~ignored).to(logits.dtype)
        if self.weight is not None:
            chosen = self.weight.to(logits.dtype)[targets]
            scale = chosen if scale is None else chosen * scale
        if self.reduction == "mean":
            scale = scale / scale.sum() if isinstance(scale, Tensor) else 1 / max(len(targets), 1)
        function = TrueClassFunction if isinstance(self._evaluator, Program) else AllClassesFunction
        total = self.reduction != "none"
        return cast(Tensor, function.apply(logits, targets, scale, total, self._evaluator))

    def _soft(self, logits: Tensor, targets: Tensor) -> Tensor:
        if self._soft_evaluator is None:
            raise InvalidInput(
                f"{self.loss.label} is defined for one true class; it has no meaning for a"
                " distribution over the classes. Give targets as int64, or take another loss for"
                " soft targets"
            )
        weighted = targets.to(logits.dtype)
        if self.weight is not None:
            weighted = weighted * self.weight.to(logits.dtype)
        scale = 1 / max(len(targets), 1) if self.reduction == "mean" else None
        total = self.reduction != "none"
        losses = AllClassesFunction.apply(logits, weighted, scale, total, self._soft_evaluator)
        return cast(Tensor, losses)

    def _check(self, logits: Tensor, targets: Tensor, soft: bool) -> None:
        expected = list(logits.shape)
        if expected and not soft:
            expected.pop(self.axis)
        if logits.ndim == 0 or expected != list(targets.shape):
            raise InvalidInput(
                "logits need the shape of the targets and one axis more, or soft targets the"
                f" logits' shape: got {tuple(logits.shape)} and {tuple(targets.shape)}"
            )
        if not logits.is_floating_point() or not (soft or targets.dtype == torch.int64):
            raise InvalidInput(
                f"logits must be floating point and targets int64: got {logits.dtype} and"
                f" {targets.dtype}"
            )
        if self.weight is not None and self.weight.shape[0] != logits.shape[self.axis]:
            raise InvalidInput(
                f"weight has {self.weight.shape[0]} classes, the logits {logits.shape[self.axis]}"
            )

    def activation(self, logits: Tensor) -> Tensor:
        """Logits to probabilities: softmax over the classes. fastai's ``get_preds`` calls it."""
        return F.softmax(logits, dim=self.axis)

    def decodes(self, logits: Tensor) -> Tensor:
        """Logits or probabilities to the predicted class. fastai's ``show_results`` calls it."""
        return logits.argmax(dim=self.axis)

    def extra_repr(self) -> str:
        """Loss and reduction, for ``print``."""
        return f"{self.loss.label}, reduction={self.reduction!r}"
