"""A loss as an ``nn.Module`` of logits and targets."""

import math
from contextlib import nullcontext
from functools import cached_property
from typing import Literal, cast

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from lossviz.errors import InvalidInput
from lossviz.language.formula import Gradient
from lossviz.language.operations import OPERATIONS
from lossviz.language.tree import Call, subtrees
from lossviz.losses.loss import Loss
from lossviz.losses.objective.accelerator.evaluation import AcceleratedEvaluator
from lossviz.losses.objective.accelerator.function import AcceleratedFunction, Request
from lossviz.losses.objective.accelerator.traced import TracedEvaluator, TracedFunction
from lossviz.losses.objective.autograd import AllClassesFunction, TrueClassFunction
from lossviz.losses.objective.class_weights import Weights, read_class_weights
from lossviz.losses.objective.differentiable_losses import (
    example_scale,
    is_differentiated,
    is_transformed,
    reduced_losses,
)
from lossviz.losses.objective.target_shapes import check_types, class_axis
from lossviz.losses.objective.tensor_evaluation import (
    HardTargetEvaluator,
    SoftTargetEvaluator,
    TrueClassEvaluator,
    computable,
    is_half,
    is_on_cpu,
    takes_accelerator_path,
)

Reduction = Literal["mean", "sum", "none"]
_Evaluator = TrueClassEvaluator | HardTargetEvaluator | SoftTargetEvaluator | TracedEvaluator
_AS_IT_IS = nullcontext()
REDUCTIONS: tuple[Reduction, ...] = ("mean", "sum", "none")


class Objective(nn.Module):
    """A loss of logits and targets.

    Everything is computed from ``log p`` and ``1 - p``, from one softmax: on the processor each to
    the last digit, on an accelerator to the digits of torch's log_softmax. No probability is
    clamped, and the result is finite wherever the loss is, for a class with a logit of minus
    infinity too; only where 1 - p underflows is the smallest normal number taken for it. The
    processor computes with float16 and bfloat16 in float32; an accelerator reads them as they are
    and accumulates in float32, as torch's own cross-entropy does.

    It can be differentiated as often as wanted, and works under ``torch.func``, ``torch.compile``
    and ``torch.export``.

    Args:
        loss: The loss; its parameters keep the values they have now.
        reduction: "mean", "sum", or "none" for one value an example. The mean of no example, or
            of examples whose weights add up to 0, is NaN, as torch's is; its gradient is 0.
        axis: The axis of the logits along which the classes lie. None is the last one, where the
            shapes leave no doubt.
        weight: A weight for each class, 0 or more, [K]: an example counts as much as its true
            class; of a soft target, each class's share does. "mean" divides by the sum of the
            true classes' weights, of soft targets by their number, as
            ``torch.nn.CrossEntropyLoss``. The loss ``label_smoothing`` is weighed as a whole
            too; torch weighs its smoothed share class by class (docs/losses.md has both numbers).
        ignore_index: Targets of this value are ignored.

    Raises:
        InvalidInput: An unknown reduction, or weights that are no vector of numbers from 0 on.

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
        axis: int | None = None,
        weight: Weights | None = None,
        ignore_index: int = -100,
    ) -> None:
        super().__init__()
        if reduction not in REDUCTIONS:
            raise InvalidInput(
                f"reduction must be one of {', '.join(REDUCTIONS)}, got {reduction!r}"
            )
        self.loss = loss
        self.reduction = reduction
        self.axis = axis
        self.ignore_index = ignore_index
        self.register_buffer("weight", None if weight is None else read_class_weights(weight))
        trees = loss.formula.one_hot.at(loss.values)
        self._evaluator: TrueClassEvaluator | HardTargetEvaluator = (
            HardTargetEvaluator(trees) if _has_reductions(trees) else TrueClassEvaluator(trees)
        )
        # with reductions over all classes, also for one true class where nothing need be masked
        soft = loss.formula.soft
        over_all = soft.at(loss.values) if soft else None
        self._soft_evaluator = (
            SoftTargetEvaluator(over_all) if over_all and loss.soft_targets else None
        )
        self._trees = trees, over_all
        summed = over_all if over_all and _has_reductions(trees) else trees
        self._traced_evaluator = TracedEvaluator(summed, skips_true_class=summed is trees)

    def forward(self, logits: Tensor, targets: Tensor) -> Tensor:
        """The loss.

        Args:
            logits: Floating point, any real values, classes along ``axis``, 2 or more; minus
                infinity for a class that has no probability.
            targets: Integers, the shape of the logits without ``axis``, each 0 to K - 1 or
                ``ignore_index``. Or floating point, the shape of the logits: for each example a
                distribution over the classes; the loss is then the expectation
                ``sum_j t_j f(true class j)``.

        Returns:
            A scalar; for reduction "none" the shape of the logits without ``axis``.

        Raises:
            InvalidInput: Shapes or types that do not match, or that fit in two ways; one class; or
                a distribution where the loss is defined for one true class only.
        """
        # fastai's tensors carry metadata through every operation; the stand-ins that an export
        # computes with must stay what they are
        if type(logits) is not Tensor and not torch.compiler.is_exporting():
            logits, targets = logits.as_subclass(Tensor), targets.as_subclass(Tensor)
        soft = targets.is_floating_point()
        check_types(logits, targets)
        axis = class_axis(logits, targets, self.axis)
        if self.weight is not None and self.weight.shape[0] != logits.shape[axis]:
            raise InvalidInput(
                f"weight has {self.weight.shape[0]} classes, the logits {logits.shape[axis]}"
            )
        if axis != logits.ndim - 1:
            logits = logits.movedim(axis, -1)
            targets = targets.movedim(axis, -1) if soft else targets
        shape, classes = logits.shape[:-1], logits.shape[-1]
        flat = logits if logits.ndim == 2 else logits.reshape(-1, classes)
        losses = (
            self._soft(flat, targets.reshape(-1, classes))
            if soft
            else self._one_class(flat, targets.long())
        )
        if self.reduction == "none" and losses.shape != shape:
            losses = losses.reshape(shape)
        return losses.to(self._result_dtype(logits)) if is_half(logits) else losses

    @staticmethod
    def _result_dtype(logits: Tensor) -> torch.dtype:
        """That of the logits; float32 where autocast makes logits of 16 bits."""
        return torch.float32 if is_half(logits) and autocasts(logits) else logits.dtype

    def _one_class(self, logits: Tensor, targets: Tensor) -> Tensor:
        weight = self.weight
        composed = is_transformed(logits, targets) or is_differentiated(weight)
        if not composed and takes_accelerator_path(logits):
            if not torch.compiler.is_compiling():
                return self._accelerated(logits, targets)
            evaluator: _Evaluator = self._traced_evaluator
        else:
            evaluator = self._evaluator
        dtype = torch.float32 if is_half(logits) else logits.dtype
        targets = targets.reshape(-1, 1)
        scale: Tensor | None = None
        total: Tensor | None = None
        if composed or not is_on_cpu(logits) or (targets == self.ignore_index).any():
            targets, scale, total = example_scale(targets, weight, self.ignore_index, dtype)
        elif weight is not None:
            scale = weight.to(logits.device, dtype)[targets]
            total = scale.sum()
        if self.reduction != "mean":
            return self._losses(logits, targets, scale, evaluator, composed)
        if scale is None or total is None:
            return self._losses(logits, targets, _share(targets), evaluator, composed)
        scale = scale / total.masked_fill(total == 0, 1.0)
        losses = self._losses(logits, targets, scale, evaluator, composed)
        # the mean of nothing is NaN; as a term it leaves the gradient 0
        return losses + torch.zeros_like(total).masked_fill(total == 0, torch.nan)

    @cached_property
    def _accelerated_evaluator(self) -> AcceleratedEvaluator:
        return AcceleratedEvaluator.of_fewest_calls(*self._trees)

    def _accelerated(self, logits: Tensor, targets: Tensor) -> Tensor:
        weight = self.weight
        if weight is not None:
            weight = weight.to(logits.device, torch.float32 if is_half(logits) else logits.dtype)
        request = Request(
            evaluator=self._accelerated_evaluator,
            composed=self._evaluator.composed,
            reduction=self.reduction,
            ignore_index=self.ignore_index,
            dtype=self._result_dtype(logits),
        )
        targets = targets if targets.ndim == 1 else targets.reshape(-1)
        # Autocast would make float32 of what is exponentiated and summed, all classes of it.
        with torch.autocast(logits.device.type, enabled=False) if autocasts(logits) else _AS_IT_IS:
            return cast(Tensor, AcceleratedFunction.apply(logits, targets, weight, request))

    def _soft(self, logits: Tensor, targets: Tensor) -> Tensor:
        if self._soft_evaluator is None:
            raise InvalidInput(
                f"{self.loss.label} is defined for one true class; it has no meaning for a"
                " distribution over the classes. Give the true classes, as integers, or take"
                " another loss for soft targets"
            )
        composed = is_transformed(logits, targets) or is_differentiated(targets, self.weight)
        weighted = computable(targets) if is_half(logits) else targets.to(logits.dtype)
        if self.weight is not None:
            weighted = weighted * self.weight.to(weighted)
        scale = _share(targets) if self.reduction == "mean" else None
        return self._losses(logits, weighted, scale, self._soft_evaluator, composed)

    def _losses(
        self,
        logits: Tensor,
        targets: Tensor,
        scale: Tensor | float | None,
        evaluator: _Evaluator,
        composed: bool,
    ) -> Tensor:
        """The losses [N, 1], scaled; their sum unless each is wanted."""
        total = self.reduction != "none"
        if isinstance(evaluator, TracedEvaluator):
            return cast(Tensor, TracedFunction.apply(logits, targets, scale, total, evaluator))
        if composed:
            losses = evaluator.composed(computable(logits), targets)
            return reduced_losses(losses, scale, total=total)
        function = (
            TrueClassFunction if isinstance(evaluator, TrueClassEvaluator) else AllClassesFunction
        )
        return cast(Tensor, function.apply(logits, targets, scale, total, evaluator))

    def activation(self, logits: Tensor) -> Tensor:
        """Logits to probabilities: softmax over the classes. fastai's ``get_preds`` calls it."""
        return F.softmax(logits, dim=self._last_or_axis)

    def decodes(self, logits: Tensor) -> Tensor:
        """Logits or probabilities to the predicted class. fastai's ``show_results`` calls it."""
        return logits.argmax(dim=self._last_or_axis)

    def extra_repr(self) -> str:
        """Loss and reduction, for ``print``."""
        return f"{self.loss.label}, reduction={self.reduction!r}"

    @property
    def _last_or_axis(self) -> int:
        return -1 if self.axis is None else self.axis


def autocasts(logits: Tensor) -> bool:
    """Whether autocast is on, on the device of the logits."""
    device = logits.device.type
    return torch.amp.is_autocast_available(device) and torch.is_autocast_enabled(device)


def _share(targets: Tensor) -> float:
    """What each example counts for in a plain mean."""
    examples = targets.shape[0]
    return 1 / examples if examples else math.nan


def _has_reductions(trees: Gradient) -> bool:
    """Whether the loss depends on the other classes, with its parameters' values."""
    return any(
        isinstance(part, Call) and OPERATIONS[part.operation].reduction is not None
        for part in subtrees(trees.penalty)
    )
