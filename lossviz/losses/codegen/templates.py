"""The source of a loss in each framework: a function for PyTorch, classes for fastai and Keras."""

from lossviz.losses.codegen.frameworks import (
    KERAS,
    KERAS_LOG_PROBABILITIES,
    TORCH,
    TORCH_LOG_PROBABILITIES,
)
from lossviz.losses.codegen.snippet_body import SnippetBody
from lossviz.losses.codegen.writer import WIDTH

_REDUCTION = 'reduction="mean"'
_TORCH_IMPORTS = ("import torch", "from torch.nn import functional as F")


def pytorch_source(body: SnippetBody) -> list[str]:
    """A function of logits [N, K] and targets [N]."""
    reduction = 'return {"mean": loss.mean(), "sum": loss.sum(), "none": loss}[reduction]'
    arguments = f"logits, targets, {body.keywords(_REDUCTION)}"
    lines = [
        *_bracketed(f"def {body.function_name}", "(", arguments, "):", indent=0),
        *_indented([*body.docstring(4), *_torch_lines(body, "", 4), reduction], 4),
    ]
    return _with_imports(lines, *_TORCH_IMPORTS)


def fastai_source(body: SnippetBody) -> list[str]:
    """A class for ``Learner(loss_func=...)``."""
    stored = [
        *_stored_parameters(body),
        "self.reduction = reduction  # fastai sets it to 'none' where it wants each loss",
    ]
    plain = "logits, targets = logits.as_subclass(torch.Tensor), targets.as_subclass(torch.Tensor)"
    reduction = 'return {"mean": loss.mean(), "sum": loss.sum(), "none": loss}[self.reduction]'
    arguments = f"self, {body.keywords(_REDUCTION)}"
    lines = [
        f"class {body.class_name}:",
        *_indented(body.docstring(4), 4),
        "",
        *_bracketed("def __init__", "(", arguments, "):", indent=4),
        *_indented(stored, 8),
        "",
        "    def __call__(self, logits, targets):",
        *_indented([plain, *_torch_lines(body, "self.", 8), reduction], 8),
        "",
        "    def activation(self, logits):",
        "        return F.softmax(logits, dim=-1)",
        "",
        "    def decodes(self, logits):",
        "        return logits.argmax(dim=-1)",
    ]
    return _with_imports(lines, *_TORCH_IMPORTS)


def keras_source(body: SnippetBody) -> list[str]:
    """A ``keras.losses.Loss`` of Keras 3."""
    head = ['labels = ops.cast(ops.reshape(y_true, (-1, 1)), "int32")']
    if body.needs_class_count or body.needs_exact_complement:
        head.insert(0, "K = y_pred.shape[-1]")
    head += KERAS_LOG_PROBABILITIES[body.depends_on_pj, body.needs_exact_complement]
    result = "return loss[:, 0]" if body.depends_on_pj else "return loss"
    lines = [
        f"class {body.class_name}(keras.losses.Loss):",
        *_indented(body.docstring(4), 4),
        *(_keras_constructor(body) if body.names else []),
        "",
        "    def call(self, y_true, y_pred):",
        *_indented([*head, *body.formula(KERAS, "self.", 8), result], 8),
        *(_keras_config(body) if body.names else []),
    ]
    return _with_imports(lines, "import keras", "from keras import ops")


def _keras_constructor(body: SnippetBody) -> list[str]:
    return [
        "",
        *_bracketed("def __init__", "(", f"self, {body.keywords('**kwargs')}", "):", indent=4),
        "        super().__init__(**kwargs)",
        *_indented(_stored_parameters(body), 8),
    ]


def _keras_config(body: SnippetBody) -> list[str]:
    knobs = [f'"{name}": self.{name}' for name in body.names.values()]
    entries = ", ".join(["**super().get_config()", *knobs])
    return ["", "    def get_config(self):", *_bracketed("return ", "{", entries, "}", indent=8)]


def _torch_lines(body: SnippetBody, prefix: str, indent: int) -> list[str]:
    head = ["K = logits.shape[-1]"] if body.needs_class_count else []
    return [
        *head,
        *TORCH_LOG_PROBABILITIES[body.depends_on_pj, body.needs_exact_complement],
        *body.formula(TORCH, prefix, indent),
        *(["loss = loss.squeeze(-1)"] if body.depends_on_pj else []),
    ]


def _stored_parameters(body: SnippetBody) -> list[str]:
    return [f"self.{name} = {name}" for name in body.names.values()]


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


def _with_imports(lines: list[str], *imports: str) -> list[str]:
    """The lines below the imports that they use."""
    source = "\n".join(lines)
    math = ["import math", ""] if "math." in source else []
    used = [line for line in imports if line != "import torch" or "torch." in source]
    return [*math, *used, "", "", *lines]
