"""How torch and Keras are written: their functions, and the lines that make log-probabilities of
logits.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from lossviz.language.operation import Operation


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """How a library of arrays is written.

    Attributes:
        function: The name of an operation on arrays.
        over_classes: What the call of a reduction ends with.
        full_like: The function that makes an array of one number in the shape of another.
        clamp: Writes the minimum or maximum of an array and a plain number.
    """

    function: Callable[[Operation], str]
    over_classes: str
    full_like: str
    clamp: Callable[[Operation, str, str], str]


TORCH = Dialect(
    function=lambda operation: f"torch.{operation.torch}",
    over_classes=", dim=-1, keepdim=True",
    full_like="torch.full_like",
    clamp=lambda operation, array, bound: f"torch.clamp({array}, {operation.clamp_side}={bound})",
)
KERAS = Dialect(
    function=lambda operation: f"ops.{operation.keras}",
    over_classes=", axis=-1, keepdims=True",
    full_like="ops.full_like",
    clamp=lambda operation, array, bound: f"ops.{operation.keras}({array}, {bound})",
)
_WHY_RIVALS = "# against the log-sum of all rivals: log_softmax would round 1 - p away"
# the lines that make log_p, and log_pj of the other classes: by whether the loss depends on these,
# and whether each digit of 1 - p counts
LogProbabilityLines = Mapping[tuple[bool, bool], list[str]]
TORCH_LOG_PROBABILITIES: LogProbabilityLines = {
    (False, False): [
        "log_p = F.log_softmax(logits, dim=-1).gather(-1, targets.unsqueeze(-1)).squeeze(-1)"
    ],
    (False, True): [
        "true = targets.unsqueeze(-1)",
        _WHY_RIVALS,
        "rivals = logits.scatter(-1, true, -torch.inf).logsumexp(-1, keepdim=True)",
        "log_p = F.logsigmoid(logits.gather(-1, true) - rivals).squeeze(-1)",
    ],
    (True, False): [
        "true = targets.unsqueeze(-1)",
        "others = (true + torch.arange(1, K, device=logits.device)) % K  # the other classes",
        "log_probs = F.log_softmax(logits, dim=-1)",
        "log_p, log_pj = log_probs.gather(-1, true), log_probs.gather(-1, others)",
    ],
    (True, True): [
        "true = targets.unsqueeze(-1)",
        "others = (true + torch.arange(1, K, device=logits.device)) % K  # the other classes",
        _WHY_RIVALS,
        "rivals = logits.gather(-1, others).logsumexp(-1, keepdim=True)",
        "log_p = F.logsigmoid(logits.gather(-1, true) - rivals)",
        "log_pj = F.log_softmax(logits, dim=-1).gather(-1, others)",
    ],
}
KERAS_LOG_PROBABILITIES: LogProbabilityLines = {
    (False, False): ["log_p = ops.take_along_axis(ops.log_softmax(y_pred), labels, axis=-1)[:, 0]"],
    (False, True): [
        "others = (labels + ops.arange(1, K)) % K  # the other classes",
        _WHY_RIVALS,
        "rivals = ops.logsumexp(ops.take_along_axis(y_pred, others, axis=-1), axis=-1)",
        "log_p = ops.log_sigmoid(ops.take_along_axis(y_pred, labels, axis=-1)[:, 0] - rivals)",
    ],
    (True, False): [
        "others = (labels + ops.arange(1, K)) % K  # the other classes",
        "log_probs = ops.log_softmax(y_pred)",
        "log_p = ops.take_along_axis(log_probs, labels, axis=-1)",
        "log_pj = ops.take_along_axis(log_probs, others, axis=-1)",
    ],
    (True, True): [
        "others = (labels + ops.arange(1, K)) % K  # the other classes",
        _WHY_RIVALS,
        (
            "rivals = ops.logsumexp(ops.take_along_axis(y_pred, others, axis=-1), axis=-1,"
            " keepdims=True)"
        ),
        "log_p = ops.log_sigmoid(ops.take_along_axis(y_pred, labels, axis=-1) - rivals)",
        "log_pj = ops.take_along_axis(ops.log_softmax(y_pred), others, axis=-1)",
    ],
}
