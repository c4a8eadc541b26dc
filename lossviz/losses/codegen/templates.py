"""The source of a loss in each framework: a function for PyTorch, which fastai's class calls, and a
class for Keras. The formula comes first, what checks and reads the arguments last.
"""

from collections.abc import Iterable

from lossviz.losses.codegen.frameworks import KERAS, TORCH
from lossviz.losses.codegen.snippet_body import SnippetBody
from lossviz.losses.codegen.writer import WIDTH

_TORCH_IMPORTS = ("import torch", "from torch.nn import functional as F")
_TORCH_OPTIONS = 'weight=None, ignore_index=-100, reduction="mean", axis=1'
_TORCH_CONTRACT = (
    "logits: [N, K, ...], before softmax, with the classes along axis.",
    "targets: [N, ...], class numbers; soft targets are refused.",
    "weight (of examples, by true class), ignore_index, reduction: as in F.cross_entropy.",
)
_TORCH_READING = '''\
def read_batch(logits, targets, weight, ignore_index, axis):
    """Logits [..., K], true classes [..., 1], and how much each example counts [..., 1]."""
    logits = logits.movedim(axis, -1).to(torch.promote_types(logits.dtype, torch.float32))
    *places, K = logits.shape
    if K < 2 or [*targets.shape] != places or targets.is_floating_point():
        raise ValueError(
            f"Expected logits of 2 classes or more along axis {axis}, and whole numbers of shape"
            f" {places}; got {K} classes and {targets.dtype} of shape {[*targets.shape]}."
        )
    targets = targets.long().unsqueeze(-1)
    share = (targets != ignore_index).to(logits)
    true = targets.where(share != 0, 0)
    if weight is not None:
        share = share * torch.as_tensor(weight).to(logits).expand_as(logits).gather(-1, true)
    # the loss of an example that does not count may be infinite, and 0 * inf is NaN
    return logits.where(share != 0, 0), true, share
'''
_TORCH_CALL = "logits, true, share = read_batch(logits, targets, weight, ignore_index, axis)"
_TORCH_TAIL = """\
loss = (share * loss).squeeze(-1)
return {"mean": loss.sum() / share.sum(), "sum": loss.sum(), "none": loss}[reduction]
"""
_FASTAI_CLASS = '''\
class {body.class_name}:
    """The same for Learner(loss_func={body.class_name}()); it takes the same options."""

    y_int = True  # MixUp and CutMix mix the losses of both labels

    def __init__(self, *, reduction="mean", axis=1, **options):
        self.reduction, self.axis, self.options = reduction, axis, options

    def __call__(self, logits, targets):
        if type(logits) is not torch.Tensor:  # fastai's own kinds of tensor do not mix
            logits, targets = logits.as_subclass(torch.Tensor), targets.as_subclass(torch.Tensor)
        return {body.function_name}(
            logits, targets, reduction=self.reduction, axis=self.axis, **self.options
        )

    def activation(self, logits):
        return F.softmax(logits, dim=self.axis)

    def decodes(self, logits):
        return logits.argmax(dim=self.axis)
'''
_KERAS_CONTRACT = (
    "y_pred: logits [N, ..., K], before softmax.",
    "y_true: class numbers [N, ...], or one-hot labels; soft labels are refused.",
    "fit takes weights of classes and of examples, 0 leaves one out; reduction is Keras's own.",
)
_KERAS_READING = '''\
def read_labels(y_true, y_pred):
    """True classes [..., 1], and whether each exists: class numbers and one-hot labels.

    ValueError for what cannot be right. While a graph is compiled there are no values to look at:
    then the loss of a wrong label is NaN.
    """
    K = y_pred.shape[-1]
    if len(y_true.shape) < len(y_pred.shape):
        y_true = ops.expand_dims(y_true, -1)
    sizes = zip(y_true.shape[:-1], y_pred.shape[:-1])  # None where not known yet
    fits = len(y_true.shape) == len(y_pred.shape) and y_true.shape[-1] in (1, K)
    if K < 2 or not fits or any(a != b for a, b in sizes if None not in (a, b)):
        raise ValueError(
            "Expected logits [N, K] of 2 classes or more with class numbers [N] or [N, 1], or"
            f" one-hot [N, K]; got {tuple(y_pred.shape)} with {tuple(y_true.shape)}."
        )
    if y_true.shape[-1] == K:
        is_one_hot = (ops.max(y_true, -1) == 1) & (ops.sum(ops.abs(y_true), -1) == 1)
        exists = ops.expand_dims(is_one_hot, -1)
        y_true = ops.argmax(y_true, -1, keepdims=True)
    else:
        exists = (y_true >= 0) & (y_true < K) & (y_true == ops.floor(y_true))
    if is_known(~ops.all(exists)):
        raise ValueError(f"Expected class numbers from 0 to {K - 1}, or one-hot labels.")
    sums_to_1 = ops.abs(ops.sum(y_pred, -1) - 1) < 1e-4  # a single row of logits may by chance
    if y_pred.shape[0] != 1 and is_known(ops.all(sums_to_1) & ops.all(y_pred >= 0)):
        raise ValueError("Expected logits, got probabilities: the model must not end in softmax.")
    return ops.cast(ops.where(exists, y_true, 0), "int32"), exists


def is_known(condition):
    """Whether it holds, and has a value: not while Keras finds shapes or compiles a graph."""
    try:
        return bool(condition)
    except (TypeError, RuntimeError):
        return False
'''


def pytorch_source(body: SnippetBody) -> list[str]:
    """A function of logits [N, K, ...] and targets [N, ...], and one that reads them."""
    return _with_imports(_TORCH_IMPORTS, _torch_function(body), _TORCH_READING.splitlines())


def fastai_source(body: SnippetBody) -> list[str]:
    """A class for ``Learner(loss_func=...)`` around PyTorch's function."""
    own_class = _FASTAI_CLASS.format(body=body).splitlines()
    return _with_imports(
        _TORCH_IMPORTS, _torch_function(body), own_class, _TORCH_READING.splitlines()
    )


def keras_source(body: SnippetBody) -> list[str]:
    """A ``keras.losses.Loss`` of Keras 3, and a function that reads its labels."""
    needs_class_count = body.needs_class_count or body.needs_exact_complement
    own_class = [
        f"class {body.class_name}(keras.losses.Loss):",
        *_indented(body.docstring(4, _KERAS_CONTRACT), 4),
        *(_keras_constructor(body) if body.names else []),
        "",
        "    def call(self, y_true, y_pred):",
        "        true, exists = read_labels(y_true, y_pred)",
        *(["        K = y_pred.shape[-1]"] if needs_class_count else []),
        *_indented(body.formula(KERAS, "self.", 8), 8),
        '        return ops.where(exists, loss, float("nan"))[..., 0]',
        *(_keras_config(body) if body.names else []),
    ]
    return _with_imports(
        ("import keras", "from keras import ops"), own_class, _KERAS_READING.splitlines()
    )


def _torch_function(body: SnippetBody) -> list[str]:
    arguments = f"logits, targets, {body.keywords(_TORCH_OPTIONS)}"
    lines = [
        *body.docstring(4, _TORCH_CONTRACT),
        _TORCH_CALL,
        *(["K = logits.shape[-1]"] if body.needs_class_count else []),
        *body.formula(TORCH, "", 4),
        *_TORCH_TAIL.splitlines(),
    ]
    return [
        *_bracketed(f"def {body.function_name}", "(", arguments, "):", indent=0),
        *_indented(lines, 4),
    ]


def _keras_constructor(body: SnippetBody) -> list[str]:
    return [
        "",
        *_bracketed("def __init__", "(", f"self, {body.keywords('**kwargs')}", "):", indent=4),
        "        super().__init__(**kwargs)",
        *(f"        self.{name} = {name}" for name in body.names.values()),
    ]


def _keras_config(body: SnippetBody) -> list[str]:
    knobs = [f'"{name}": self.{name}' for name in body.names.values()]
    entries = ", ".join(["**super().get_config()", *knobs])
    return ["", "    def get_config(self):", *_bracketed("return ", "{", entries, "}", indent=8)]


def _indented(lines: list[str], depth: int) -> list[str]:
    return [" " * depth + line if line else line for line in lines]


def _bracketed(
    before: str, opening: str, arguments: str, closing: str, *, indent: int
) -> list[str]:
    """In one line; where that is too long, the arguments in a line of their own; where that is too
    long, each in one.
    """
    line = f"{before}{opening}{arguments}{closing}"
    if len(line) + indent <= WIDTH:
        return _indented([line], indent)
    if len(arguments) + indent + 4 <= WIDTH:
        inner = [arguments]
    else:
        inner = [f"{argument}," for argument in arguments.split(", ")]
    return _indented([before + opening, *_indented(inner, 4), closing], indent)


def _with_imports(imports: Iterable[str], *definitions: list[str]) -> list[str]:
    """Functions and classes below the imports that they need."""
    lines = [line for definition in definitions for line in ("", "", *definition)]
    math = ["import math", ""] if any("math." in line for line in lines) else []
    return [*math, *imports, *lines]
