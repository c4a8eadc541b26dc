"""How torch and Keras are written: their functions, and the lines from logits to log-probabilities."""

from collections.abc import Mapping

from lossviz.losses.codegen.writer import Dialect

_SAME_NAME = ("exp", "log", "expm1", "log1p", "sqrt", "abs", "tanh", "sin", "cos", "where")
_OTHER_NAME = {
    "min": "minimum", "max": "maximum", "sum_others": "sum", "constant": "full_like", "and": "logical_and", "not": "logical_not",
}  # fmt: skip


def _functions(module: str, *, largest: str) -> dict[str, str]:
    """The name of each operation in a library; they differ in that of the largest along an axis."""
    theirs = (
        dict(zip(_SAME_NAME, _SAME_NAME, strict=True)) | _OTHER_NAME | {"largest_other": largest}
    )
    return {name: f"{module}.{function}" for name, function in theirs.items()}


TORCH = Dialect(
    functions=_functions("torch", largest="amax"),
    over_classes=", dim=-1, keepdim=True",
    clamp=lambda side, array, bound: (
        f"torch.clamp({array}, {'max' if side == 'min' else 'min'}={bound})"
    ),
)
KERAS = Dialect(
    functions=_functions("ops", largest="max"),
    over_classes=", axis=-1, keepdims=True",
    clamp=lambda side, array, bound: f"ops.{side}imum({array}, {bound})",
)
_WHY = "# against the log-sum of all rivals: log_softmax would round 1 - p away"
# the lines that make log_p, and log_pj of the other classes: by whether the loss looks at these,
# and whether each digit of 1 - p counts
Heads = Mapping[tuple[bool, bool], list[str]]
TORCH_HEADS: Heads = {
    (False, False): [
        "log_p = F.log_softmax(logits, dim=-1).gather(-1, targets.unsqueeze(-1)).squeeze(-1)"
    ],
    (False, True): [
        "true = targets.unsqueeze(-1)",
        _WHY,
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
        _WHY,
        "rivals = logits.gather(-1, others).logsumexp(-1, keepdim=True)",
        "log_p = F.logsigmoid(logits.gather(-1, true) - rivals)",
        "log_pj = F.log_softmax(logits, dim=-1).gather(-1, others)",
    ],
}
KERAS_HEADS: Heads = {
    (False, False): ["log_p = ops.take_along_axis(ops.log_softmax(y_pred), labels, axis=-1)[:, 0]"],
    (False, True): [
        "others = (labels + ops.arange(1, K)) % K  # the other classes",
        _WHY,
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
        _WHY,
        (
            "rivals = ops.logsumexp(ops.take_along_axis(y_pred, others, axis=-1), axis=-1,"
            " keepdims=True)"
        ),
        "log_p = ops.log_sigmoid(ops.take_along_axis(y_pred, labels, axis=-1) - rivals)",
        "log_pj = ops.take_along_axis(ops.log_softmax(y_pred), others, axis=-1)",
    ],
}
