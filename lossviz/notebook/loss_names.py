"""What a learner trains with, as the one string by which a loss is known."""

import functools
from collections.abc import Callable
from inspect import isroutine
from typing import Any, Final

import torch
from fastai.learner import Learner
from torch import Tensor

from lossviz.errors import InvalidInput
from lossviz.losses.functions import MAX_NAME, function_spec, is_function
from lossviz.losses.loss import Loss
from lossviz.losses.objective.module import Objective
from lossviz.losses.parsing import loss_from_spec

_TOLERANCE: Final = 1e-2  # of a batch's loss: half precision, and a user's own epsilon


def spec_of(loss: str | Loss) -> str:
    """The canonical string of a loss, or of a function that is named as ``function:NAME``.

    Raises:
        FormulaError, UnknownLoss, ParameterError, InvalidInput: It is neither.
    """
    if isinstance(loss, Loss):
        return loss.spec
    if is_function(loss):
        return function_spec(loss.partition(":")[2])
    return loss_from_spec(loss).spec


def trained_loss(learner: Learner, named: str | Loss | None) -> str:
    """The string of the loss that a learner trains with.

    A formula that is named becomes the learner's loss function where the user has chosen none, so
    that fastai's is still in place. A function of the user's own stays; ``require_named_loss``
    compares it with the formula.

    Args:
        learner: Before its training.
        named: What the user calls it; None for the name of its loss function.

    Raises:
        FormulaError, UnknownLoss, ParameterError, InvalidInput: ``named`` is no loss.

    Side effects: may set the learner's loss function.
    """
    function = learner.loss_func
    if named is None:
        is_ours = isinstance(function, Objective)
        return function.loss.spec if is_ours else function_spec(function_name(function))
    spec = spec_of(named)
    if not is_function(spec) and _is_default(learner):
        learner.loss_func = Objective(loss_from_spec(spec))
    return spec


def _is_default(learner: Learner) -> bool:
    """Whether the loss function is the one that fastai takes from the data."""
    default = getattr(learner.dls.train_ds, "loss_func", None)
    return default is not None and learner.loss_func is default


def function_name(function: Callable[..., Any]) -> str:
    """What a loss function is called: a function's name, or its class's.

    >>> function_name(torch.nn.functional.cross_entropy), function_name(torch.nn.NLLLoss())
    ('cross_entropy', 'NLLLoss')
    """
    while isinstance(function, functools.partial):
        function = function.func
    named = function if isroutine(function) else type(function)
    return named.__name__.strip("<>")[:MAX_NAME]


def losses_of(spec: str, function: Callable[..., Any]) -> Callable[[Tensor, Tensor], Tensor]:
    """The loss of each example, of a loss that a learner trains with.

    A function of the user's own says only the mean; each example gets that, and so, where it is the
    mean of what it says of each example, the gradient of their sum is each example's own.

    Args:
        spec: The loss as one string.
        function: What the learner computes it with.
    """
    if not is_function(spec):
        return Objective(loss_from_spec(spec), reduction="none")

    def mean_for_each(logits: Tensor, targets: Tensor) -> Tensor:
        mean: Tensor = function(logits, targets)
        return mean.as_subclass(Tensor).reshape(()).expand(len(targets))

    return mean_for_each


def require_named_loss(spec: str, logits: Tensor, targets: Tensor, value: Tensor) -> None:
    """Refuse a formula that is not what the learner computes of a batch.

    Args:
        spec: The loss as one string; nothing is refused of a function.
        logits: [N, K].
        targets: [N].
        value: What the learner computed of them.

    Raises:
        InvalidInput: The formula gives another value.
    """
    if is_function(spec):
        return
    with torch.no_grad():
        expected = Objective(loss_from_spec(spec))(
            logits.detach().as_subclass(Tensor).float(), targets.as_subclass(Tensor)
        ).item()
    found = value.detach().float().mean().item()
    if abs(found - expected) > _TOLERANCE * (abs(expected) + 0.1):
        raise InvalidInput(
            f"the learner does not train with {spec}: on the first batch it is {expected:.4g}, and"
            f" its loss function gives {found:.4g}. Leave loss out, or make the learner"
            f" with loss_func=lossviz.objective(lossviz.loss_from_spec({spec!r}))"
        )
