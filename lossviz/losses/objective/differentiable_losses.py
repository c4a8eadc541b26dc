"""Losses composed of what torch can differentiate again and transform: for second derivatives,
``torch.func`` and forward-mode differentiation.

The functions of ``autograd`` are two to five times as fast where a gradient is wanted once.
"""

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

from lossviz.errors import InvalidInput
from lossviz.losses.objective.differentiable_trees import DifferentiableTree, product

# below any logit: of the classes among which there is none, the logarithm of the sum stays finite
_LEAST_LOGIT = -1e30


def hard_losses(tree: DifferentiableTree, logits: Tensor, targets: Tensor) -> Tensor:
    """The losses [N, 1] of true classes.

    Args:
        tree: The loss; reductions run over the other classes.
        logits: Shape [N, K], of which the logarithms can be computed as they are.
        targets: True classes, shape [N, 1].
    """
    is_target = torch.arange(logits.shape[-1], device=logits.device) == targets
    true = torch.where(is_target, logits, 0.0).sum(-1, keepdim=True)
    others = torch.where(is_target, _LEAST_LOGIT, logits.clamp(min=_LEAST_LOGIT))
    # exact near p = 1 too, where log_softmax has lost its digits
    log_p = F.logsigmoid(true - others.logsumexp(-1, keepdim=True))
    return tree(log_p, logits.log_softmax(-1), is_target)


def soft_losses(tree: DifferentiableTree, logits: Tensor, targets: Tensor) -> Tensor:
    """The losses [N, 1] of distributions [N, K]; differentiable by them too.

    Args:
        tree: The loss; reductions run over all classes.
        logits: Shape [N, K].
        targets: Shape [N, K].
    """
    log_pj = logits.log_softmax(-1)
    each = tree(log_pj, log_pj, None).expand_as(targets)
    return product(targets, each).sum(-1, keepdim=True)


def example_scale(
    targets: Tensor, weight: Tensor | None, ignore_index: int, dtype: torch.dtype
) -> tuple[Tensor, Tensor, Tensor]:
    """True classes that are classes, what each example counts for, and the sum of that.

    Args:
        targets: True classes or ``ignore_index``, [N, 1].
        weight: Of each class, [K], or None.
        ignore_index: Targets of this value count nothing.
        dtype: Of what they count for.

    Returns:
        [N, 1], [N, 1], and a scalar.
    """
    ignored = targets == ignore_index
    targets, scale = targets.masked_fill(ignored, 0), (~ignored).to(dtype)
    if weight is not None:
        scale = weight.to(targets.device, dtype)[targets] * scale
    return targets, scale, scale.sum()


def reduced_losses(losses: Tensor, scale: Tensor | float | None, *, total: bool) -> Tensor:
    """The losses [N, 1] times a factor of each [N, 1] or of all, and their sum where ``total``."""
    if isinstance(scale, Tensor):
        losses = product(scale, losses)
    elif scale is not None:
        losses = losses * scale
    return losses.sum() if total else losses


def is_transformed(*tensors: Tensor) -> bool:
    """Whether ``torch.func`` is at work, or one of the tensors is part of a forward-mode
    derivative: functions with a backward pass alone do not know either.

    Raises:
        InvalidInput: A forward-mode derivative of a forward-mode derivative, which torch takes for
            0 where a function brings its own derivative.
    """
    if torch.compiler.is_compiling():
        return False
    # torch.func has no public way to ask; autograd.Function.apply asks by the same function
    if torch._C._are_functorch_transforms_active():
        levels = [level.key() for level in torch._C._functorch.get_interpreter_stack() or ()]
        if levels.count(torch._C._functorch.TransformType.Jvp) > 1:
            raise InvalidInput(
                "torch cannot differentiate an objective forward twice (jacfwd of jacfwd, jvp of"
                " jvp): use torch.func.hessian, or jacrev for one of the two"
            )
        return True
    for tensor in tensors:
        dual = torch.autograd.forward_ad.unpack_dual(tensor)  # type: ignore[no-untyped-call]
        if dual.tangent is not None:
            return True
    return False


def is_differentiated(*tensors: Tensor | None) -> bool:
    """Whether a gradient with respect to one of them is wanted."""
    for tensor in tensors:  # torch.compile does not read generators
        if tensor is not None and tensor.requires_grad:
            return torch.is_grad_enabled()
    return False
