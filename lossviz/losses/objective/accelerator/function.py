"""A loss on an accelerator: few calls whatever N and K, none of which waits for a value.

What is kept for the gradient is overwritten by it. Blocks of examples only where memory asks for
them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from lossviz.losses.objective.accelerator.evaluation import AcceleratedEvaluator, precision, scaled
from lossviz.losses.objective.accelerator.free_memory import rows_at_once
from lossviz.losses.objective.autograd import is_composed
from lossviz.losses.objective.differentiable_losses import example_scale, reduced_losses
from lossviz.losses.objective.tensor_evaluation import HALF

_MEAN = 1  # torch's number of that reduction


class AcceleratedFunction(torch.autograd.Function):
    """A loss of true classes."""

    @staticmethod
    def forward(
        context: Any,
        logits: Tensor,
        targets: Tensor,
        weight: Tensor | None,
        request: "Request",
    ) -> Tensor:
        """The losses.

        Args:
            context: Autograd's.
            logits: Shape [N, K].
            targets: True classes or ``ignore_index``, int64, shape [N].
            weight: Of each class, [K], in the precision of the result; or None.
            request: What is computed.

        Returns:
            A scalar, or [N] where each loss is wanted.
        """
        column = targets.unsqueeze(1)
        ignored = column == request.ignore_index
        column = column.masked_fill(ignored, 0)
        evaluator = request.evaluator
        blocks = _blocks(logits, evaluator)
        context.kept = None
        if len(blocks) == 1:
            values, log_pj = evaluator.evaluate(logits, column)
            context.kept = log_pj if context.needs_input_grad[0] else None
            del log_pj
        else:
            found = [evaluator.evaluate(logits[block], column[block])[0] for block in blocks]
            values = [
                None if parts[0] is None else torch.cat(parts) for parts in zip(*found, strict=True)
            ]
        penalty, *others = values
        factor = evaluator.factors(logits.shape[-1])[0]
        if penalty is None:
            penalty = torch.ones_like(column, dtype=precision(logits))
        penalty = penalty.to(precision(logits))
        result, excluded, shares, count = _reduced(
            penalty, factor, targets, column, ignored, weight, request
        )
        context.request = request
        context.values_at = [value is not None for value in others]
        context.save_for_backward(
            logits,
            targets,
            weight,
            column,
            excluded,
            shares,
            count,
            *(value for value in others if value is not None),
        )
        return result.to(request.dtype)

    @staticmethod
    def backward(context: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        """The gradient with respect to the logits [N, K]."""
        logits, targets, weight, column, excluded, shares, count, *saved = context.saved_tensors
        if is_composed():
            return _composed_gradient(context.request, logits, targets, weight, gradient)
        log_pj, context.kept = context.kept, None  # a second backward pass makes it again
        remaining = iter(saved)
        values = [next(remaining) if there else None for there in context.values_at]
        unit = gradient if gradient.ndim == 0 else gradient.unsqueeze(1)
        if count is not None:
            unit = unit / count
        elif unit.dtype in HALF:
            unit = unit.float()
        if shares is not None:
            unit = unit * shares
        evaluator = context.request.evaluator
        blocks = _blocks(logits, evaluator) if log_pj is None else [slice(None)]
        if len(blocks) == 1:
            if log_pj is None:
                log_pj = evaluator.log_probabilities(logits)
            result = evaluator.gradient(log_pj, column, values, unit, excluded)
            return result, None, None, None
        result = torch.empty_like(logits)
        for block in blocks:
            result[block] = evaluator.gradient(
                evaluator.log_probabilities(logits[block]),
                column[block],
                [None if value is None else value[block] for value in values],
                unit[block] if unit.ndim else unit,
                excluded[block],
            )
        return result, None, None, None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is computed of some examples.

    Attributes:
        evaluator: Of the loss.
        composed: The same losses [N, 1] of logits [N, K] and true classes [N, 1], differentiable as
            often as wanted.
        reduction: "mean", "sum", or "none".
        ignore_index: Targets of this value are ignored.
        dtype: Of the result.
    """

    evaluator: AcceleratedEvaluator
    composed: Callable[[Tensor, Tensor], Tensor]
    reduction: str
    ignore_index: int
    dtype: torch.dtype


def _reduced(
    penalty: Tensor,
    factor: float,
    targets: Tensor,
    column: Tensor,
    ignored: Tensor,
    weight: Tensor | None,
    request: "Request",
) -> tuple[Tensor, Tensor, Tensor | None, Tensor | None]:
    """The losses as they are wanted.

    Returns:
        The losses; which examples count nothing, bool [N, 1]; what each counts for, [N, 1], None
        for 1; by what the mean divides, a scalar, None for 1.
    """
    reduction, mark = request.reduction, request.ignore_index
    if reduction == "mean" and weight is None:
        # torch's negative log-likelihood of a single class is a mean of what is not ignored
        if mark < 0:
            classes = targets.clamp(max=0)
        else:
            classes, mark = ignored.view(-1).long(), 1
        result, count = torch.ops.aten.nll_loss_forward(penalty, classes, None, _MEAN, mark)
        return scaled(result, -factor), ignored, None, count
    excluded, shares = ignored, None
    if weight is not None:
        shares = weight[column].masked_fill_(ignored, 0.0)
        excluded = shares == 0
        penalty = penalty * shares
    penalty = scaled(penalty.masked_fill(excluded, 0.0), factor)
    if reduction == "none":
        return penalty.view(-1), excluded, shares, None
    total = penalty.sum()
    if reduction == "sum":
        return total, excluded, shares, None
    assert shares is not None
    count = shares.sum()
    return total / count, excluded, shares, count


def _composed_gradient(
    request: Request, logits: Tensor, targets: Tensor, weight: Tensor | None, gradient: Tensor
) -> tuple[Tensor | None, ...]:
    """The gradient of a backward pass, as a function of the logits that has a gradient itself."""
    with torch.enable_grad():
        readable = logits.float() if logits.dtype in HALF else logits
        column, scale, total = example_scale(
            targets.unsqueeze(1), weight, request.ignore_index, readable.dtype
        )
        if request.reduction == "mean":
            scale = scale / total.masked_fill(total == 0, 1.0)
        losses = request.composed(readable, column)
        value = reduced_losses(losses, scale, total=request.reduction != "none")
        value = value.view(gradient.shape)
    (result,) = torch.autograd.grad(value, logits, gradient.to(value.dtype), create_graph=True)
    return result, None, None, None


def _blocks(logits: Tensor, evaluator: AcceleratedEvaluator) -> list[slice]:
    rows = rows_at_once(logits, evaluator.tensors)
    return [slice(start, start + rows) for start in range(0, max(1, logits.shape[0]), rows)]
