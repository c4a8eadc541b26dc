"""How torch and Keras are written: their functions, and the lines that make log-probabilities of
logits.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lossviz.language.operation import Operation

# by whether the loss depends on the other classes, and whether each digit of 1 - p counts
LogProbabilityLines = Mapping[tuple[bool, bool], list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How a library of arrays is written.

    Attributes:
        function: The name of an operation on arrays.
        over_classes: What the call of a reduction ends with.
        constant: Writes an array of one number in the shape of another array.
        clamp: Writes the minimum or maximum of an array and a plain number.
        log_sigmoid: The function's name.
        finite_logits: The line that makes the logits of masked classes finite.
        log_probabilities: The lines that make log_p [..., 1] and log_pj [..., K - 1], which leaves
            the true class out, of the logits [..., K] and the true classes ``true`` [..., 1]; where
            the digits of 1 - p count also the margin, whose sigmoid is p.
    """

    function: Callable[[Operation], str]
    over_classes: str
    constant: Callable[[str, str], str]
    clamp: Callable[[Operation, str, str], str]
    log_sigmoid: str
    finite_logits: str
    log_probabilities: LogProbabilityLines


_WHY_RIVALS = "# against the log-sum of all rivals: log_softmax would round 1 - p away"
_WHY_FINITE = "# -inf masks a class, and 0 * inf is NaN"
_TORCH_OTHERS = "others = (true + torch.arange(1, K, device=true.device)) % K  # the other classes"
_KERAS_OTHERS = "others = (true + ops.arange(1, K)) % K  # the other classes"

TORCH = Dialect(
    function=lambda operation: f"torch.{operation.torch}",
    over_classes=", dim=-1, keepdim=True",
    constant=lambda array, number: f"torch.full_like({array}, {number})",
    clamp=lambda operation, array, bound: f"torch.clamp({array}, {operation.clamp_side}={bound})",
    log_sigmoid="F.logsigmoid",
    finite_logits=f"logits = logits.clamp(min=-1e30)  {_WHY_FINITE}",
    log_probabilities={
        (False, False): ["log_p = F.log_softmax(logits, dim=-1).gather(-1, true)"],
        (False, True): [
            _WHY_RIVALS,
            "rivals = logits.scatter(-1, true, -torch.inf).logsumexp(-1, keepdim=True)",
            "margin = logits.gather(-1, true) - rivals",
            "log_p = F.logsigmoid(margin)",
        ],
        (True, False): [
            _TORCH_OTHERS,
            "log_probs = F.log_softmax(logits, dim=-1)",
            "log_p, log_pj = log_probs.gather(-1, true), log_probs.gather(-1, others)",
        ],
        (True, True): [
            _TORCH_OTHERS,
            _WHY_RIVALS,
            "rivals = logits.gather(-1, others).logsumexp(-1, keepdim=True)",
            "margin = logits.gather(-1, true) - rivals",
            "log_p = F.logsigmoid(margin)",
            "log_pj = F.log_softmax(logits, dim=-1).gather(-1, others)",
        ],
    },
)
KERAS = Dialect(
    function=lambda operation: f"ops.{operation.keras}",
    over_classes=", axis=-1, keepdims=True",
    # Keras 3.15 finds no shape of ops.full_like on torch
    constant=lambda array, number: f"ops.zeros_like({array}) + {number}",
    clamp=lambda operation, array, bound: f"ops.{operation.keras}({array}, {bound})",
    log_sigmoid="ops.log_sigmoid",
    finite_logits=f"y_pred = ops.clip(y_pred, -1e30, 1e30)  {_WHY_FINITE}",
    log_probabilities={
        (False, False): ["log_p = ops.take_along_axis(ops.log_softmax(y_pred), true, axis=-1)"],
        (False, True): [
            _KERAS_OTHERS,
            _WHY_RIVALS,
            "rivals = ops.take_along_axis(y_pred, others, axis=-1)",
            "rivals = ops.logsumexp(rivals, axis=-1, keepdims=True)",
            "margin = ops.take_along_axis(y_pred, true, axis=-1) - rivals",
            "log_p = ops.log_sigmoid(margin)",
        ],
        (True, False): [
            _KERAS_OTHERS,
            "log_probs = ops.log_softmax(y_pred)",
            "log_p = ops.take_along_axis(log_probs, true, axis=-1)",
            "log_pj = ops.take_along_axis(log_probs, others, axis=-1)",
        ],
        (True, True): [
            _KERAS_OTHERS,
            _WHY_RIVALS,
            "rivals = ops.take_along_axis(y_pred, others, axis=-1)",
            "rivals = ops.logsumexp(rivals, axis=-1, keepdims=True)",
            "margin = ops.take_along_axis(y_pred, true, axis=-1) - rivals",
            "log_p = ops.log_sigmoid(margin)",
            "log_pj = ops.take_along_axis(ops.log_softmax(y_pred), others, axis=-1)",
        ],
    },
)
