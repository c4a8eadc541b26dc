"""A loss as source code that runs without lossviz: what a careful engineer would write by hand."""

import builtins
import keyword
from collections.abc import Callable
from typing import Literal, get_args

from lossviz.errors import InvalidInput
from lossviz.losses.codegen.autograd_safe import autograd_safe
from lossviz.losses.codegen.masked_classes import makes_nan_of_masked_class
from lossviz.losses.codegen.precision import vanishes_at_certainty
from lossviz.losses.codegen.snippet_body import SnippetBody
from lossviz.losses.codegen.templates import fastai_source, keras_source, pytorch_source
from lossviz.losses.loss import Loss

Framework = Literal["pytorch", "fastai", "keras"]
FRAMEWORKS: tuple[Framework, ...] = get_args(Framework)

_SOURCES: dict[Framework, Callable[[SnippetBody], list[str]]] = {
    "pytorch": pytorch_source,
    "fastai": fastai_source,
    "keras": keras_source,
}
_VARIABLES = (
    "log_p log_pj p pj rest K logits targets y_true y_pred loss true exists share others rivals"
    " margin log_probs weight ignore_index reduction axis options"
)
_ATTRIBUTES = "self name dtype kwargs config call get_config from_config"
_OUTSIDE = "read_batch read_labels is_known F torch keras ops math"
# names that a parameter must not have in a snippet
_TAKEN = frozenset(
    [*f"{_VARIABLES} {_ATTRIBUTES} {_OUTSIDE}".split(), *keyword.kwlist, *dir(builtins)]
)


def snippet(loss: Loss, framework: Framework) -> str:
    """The loss as self-contained source: the values of its parameters are defaults of keyword
    arguments, gradients are the framework's own.

    Args:
        loss: Of the catalogue, or typed.
        framework: "pytorch" for a function of logits [N, K, ...] and targets [N, ...] that takes
            class weights, ``ignore_index``, ``reduction`` and ``axis``; "fastai" for that and a
            class for ``Learner(loss_func=...)``; "keras" for a ``keras.losses.Loss`` of Keras 3.

    Returns:
        Python source that needs the framework only. It agrees with ``objective(loss)`` to the
        rounding of log_softmax.

    Raises:
        InvalidInput: Another framework.

    >>> from lossviz import get_loss
    >>> source = snippet(get_loss("generalized"), "pytorch")
    >>> next(line.strip() for line in source.splitlines() if "loss = " in line)
    'loss = -log_p if q == 0 else -torch.expm1(log_p * q) / q'
    """
    if framework not in _SOURCES:
        raise InvalidInput(f"framework must be one of {', '.join(FRAMEWORKS)}, got {framework!r}")
    formula = loss.formula
    positive = frozenset(parameter.name for parameter in loss.parameters if parameter.minimum >= 0)
    penalty = formula.one_hot.penalty if formula.depends_on_pj else formula.even.penalty
    needs_exact_complement = vanishes_at_certainty(penalty, loss.values)
    body = SnippetBody(
        loss=loss,
        tree=autograd_safe(penalty, positive),
        depends_on_pj=formula.depends_on_pj,
        needs_exact_complement=needs_exact_complement,
        # with every rival masked, autograd makes NaN of their logsumexp
        needs_finite_logits=needs_exact_complement or makes_nan_of_masked_class(penalty),
        names=_safe_names(tuple(loss.values)),
    )
    return "\n".join(_SOURCES[framework](body)) + "\n"


def _safe_names(parameters: tuple[str, ...]) -> dict[str, str]:
    """A keyword argument for each parameter: its name, with an underscore where Python or the
    snippet needs that name.

    >>> _safe_names(("gamma", "reduction"))
    {'gamma': 'gamma', 'reduction': 'reduction_'}
    """
    names: dict[str, str] = {}
    for name in parameters:
        safe = name
        while safe in _TAKEN or (safe != name and safe in parameters):
            safe += "_"
        names[name] = safe
    return names
