"""How torch and Keras are written: their functions, and the lines from logits to log-probabilities."""

from collections.abc import Mapping

from lossviz.language.source import Dialect

TORCH = Dialect(
    functions={name: f"torch.{name}" for name in ("exp", "log", "expm1", "log1p", "sqrt", "abs", "tanh", "sin", "cos", "where")}
    | {
        "min": "torch.minimum",
        "max": "torch.maximum",
        "sum_others": "torch.sum",
        "largest_other": "torch.amax",
        "constant": "torch.full_like",
        "and": "torch.logical_and",
        "not": "torch.logical_not",
    },
    over_classes=", dim=-1, keepdim=True",
    clamp=lambda side, array, bound: f"torch.clamp({array}, {'max' if side == 'min' else 'min'}={bound})",
)
KERAS = Dialect(
    functions={name: f"ops.{name}" for name in ("exp", "log", "expm1", "log1p", "sqrt", "abs", "tanh", "sin", "cos", "where")}
    | {
        "min": "ops.minimum",
        "max": "ops.maximum",
        "sum_others": "ops.sum",
        "largest_other": "ops.max",
        "constant": "ops.full_like",
        "and": "ops.logical_and",
        "not": "ops.logical_not",
    },
    over_classes=", axis=-1, keepdims=True",
    clamp=lambda side, array, bound: f"ops.{side}imum({array}, {bound})",
)
_WHY = "# against the log-sum of all rivals: log_softmax would round 1 - p away"
# the lines that make log_p, and log_pj of the other classes: by whether the loss looks at these, and whether each digit of 1 - p counts
Heads = Mapping[tuple[bool, bool], list[str]]
TORCH_HEADS: Heads = {
    (False, False): ["log_p = F.log_softmax(logits, dim=-1).gather(-1, targets.unsqueeze(-1)).squeeze(-1)"],
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
        "rivals = ops.logsumexp(ops.take_along_axis(y_pred, others, axis=-1), axis=-1, keepdims=True)",
        "log_p = ops.log_sigmoid(ops.take_along_axis(y_pred, labels, axis=-1) - rivals)",
        "log_pj = ops.take_along_axis(ops.log_softmax(y_pred), others, axis=-1)",
    ],
}
