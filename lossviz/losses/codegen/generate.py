"""A loss as source code that runs without lossviz: what a careful engineer would write by hand."""

import builtins
import keyword
import re
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from lossviz.errors import InvalidInput
from lossviz.language.tree import Tree
from lossviz.losses.codegen.autograd_safe import (
    handwritten,
    has_gradient,
    subtrees,
    vanishes_at_certainty,
)
from lossviz.losses.codegen.frameworks import KERAS, KERAS_HEADS, TORCH, TORCH_HEADS
from lossviz.losses.codegen.writer import WIDTH, Dialect, Writer
from lossviz.losses.loss import Loss

Framework = Literal["pytorch", "fastai", "keras"]
FRAMEWORKS: tuple[Framework, ...] = get_args(Framework)

_REDUCTION = 'reduction="mean"'
_NAMES = {"l": "log_p", "lj": "log_pj"}
_TAKEN = frozenset({
    "log_p", "log_pj", "p", "pj", "rest", "K", "F", "torch", "keras", "ops", "math", "logits", "targets", "reduction", "y_true", "y_pred", "name",
    "dtype", "self", "kwargs", "config", "loss", "true", "others", "rivals", "labels",
    "log_probs", "activation", "decodes", "call", "get_config", "from_config", *keyword.kwlist, *dir(builtins),
})  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Body:
    """The lines that all frameworks share in their ways.

    Attributes:
        loss: What is exported.
        tree: Its formula, ready to be written.
        depends_on_pj: Whether it looks at the other classes; log p is then [N, 1].
        digits: Whether each digit of 1 - p counts, which log_softmax would lose near p = 1.
        names: What each parameter is called.
    """

    loss: Loss
    tree: Tree
    depends_on_pj: bool
    digits: bool
    names: Mapping[str, str]

    @property
    def key(self) -> str:
        """The function's name in snake case."""
        return re.sub(r"\W|^(?=\d)", "_", f"{self.loss.key or self.loss.name or 'own'}_loss")

    @property
    def title(self) -> str:
        """The class's name."""
        return "".join(word[:1].upper() + word[1:] for word in self.key.split("_"))

    @property
    def counts(self) -> bool:
        """Whether it needs the number of classes."""
        return self.depends_on_pj or "K" in subtrees(self.tree)

    def keywords(self, *others: str) -> str:
        """The parameters with their values, as a signature has them after the positional arguments."""
        knobs = [f"{self.names[name]}={value!r}" for name, value in self.loss.values.items()]
        return (
            ", ".join(["*", *knobs, *others])
            if knobs or any("=" in other for other in others)
            else ", ".join(others)
        )

    def docstring(self, indent: int) -> list[str]:
        """Name, formula, parameters and source."""
        loss, source = self.loss, self.loss.reference
        name = loss.name[:1].upper() + loss.name[1:] if loss.name else "A loss"
        head = (
            [f"{name}: {loss.text}."]
            if len(name + loss.text) + indent + 6 <= WIDTH
            else [f"{name}.", "", *_wrapped(f"{loss.text}.", indent)]
        )
        symbols = "p is the softmax probability of the true class" + ", pj that of each class" * (
            "pj" in loss.text
        )
        symbols += (
            ", K the number of classes" * ("K" in subtrees(self.tree) or "mean" in loss.text) + "."
        )
        blocks = [
            *head,
            "",
            *_wrapped(symbols, indent),
            *(
                line
                for p in loss.parameters
                if p.meaning
                for line in _wrapped(f"{self.names[p.name]}: {p.meaning}", indent)
            ),
        ]
        if source:
            blocks += [
                "",
                *_wrapped(
                    f"{source.authors} ({source.year}), {source.title}, {source.equation}.", indent
                ),
                source.link,
            ]
        lines = [line.replace("\\", "\\\\").replace('"', "'") for line in blocks]
        return [f'"""{lines[0]}', *lines[1:], '"""']

    def formula(self, dialect: Dialect, prefix: str, indent: int) -> list[str]:
        """From log_p on, to the assignment of ``loss``."""
        used = set(subtrees(self.tree))
        function = dialect.functions
        locals_ = {
            "p": f"p = {function['exp']}(log_p)",
            "pj": f"pj = {function['exp']}(log_pj)",
            "rest": f"rest = -{function['expm1']}(log_p)  # 1 - p",
        }
        writer = Writer(
            dialect,
            _NAMES
            | {"K": "K", "p": "p", "pj": "pj", "rest": "rest"}
            | {n: prefix + safe for n, safe in self.names.items()},
        )
        lines = writer.statements(self.tree, "loss", indent=indent)
        if not has_gradient(self.tree):
            lines.append(
                "loss = loss + 0 * log_p  # an array, with a gradient, whatever the parameters"
            )
        return [line for name, line in locals_.items() if name in used] + lines


def snippet(loss: Loss, framework: Framework) -> str:
    """The loss as self-contained source: the values of its parameters are defaults of keyword
    arguments, gradients are the framework's own.

    Args:
        loss: Of the catalogue, or typed.
        framework: "pytorch" for a function of logits [N, K] and targets [N]; "fastai" for a class
            for ``Learner(loss_func=...)``; "keras" for a ``keras.losses.Loss`` of Keras 3.

    Returns:
        Python source that needs the framework only. It agrees with ``objective(loss)`` to the
        rounding of log_softmax.

    Raises:
        InvalidInput: Another framework.

    >>> from lossviz import get_loss
    >>> print(snippet(get_loss("generalized"), "pytorch").splitlines()[-2].strip())
    loss = -log_p if q == 0 else -torch.expm1(log_p * q) / q
    """
    if framework not in _FRAMEWORKS:
        raise InvalidInput(f"framework must be one of {', '.join(FRAMEWORKS)}, got {framework!r}")
    formula = loss.formula
    positive = frozenset(parameter.name for parameter in loss.parameters if parameter.minimum >= 0)
    penalty = formula.one_hot.penalty if formula.depends_on_pj else formula.even.penalty
    body = _Body(
        loss=loss,
        tree=handwritten(penalty, positive),
        depends_on_pj=formula.depends_on_pj,
        digits=vanishes_at_certainty(penalty, loss.values),
        names=_safe_names(tuple(loss.values)),
    )
    return "\n".join(_FRAMEWORKS[framework](body)) + "\n"


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


def _wrapped(text: str, indent: int) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH - indent,
        subsequent_indent="    ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _indented(lines: list[str], depth: int) -> list[str]:
    return [" " * depth + line if line else line for line in lines]


def _call(before: str, opening: str, arguments: str, closing: str, indent: int) -> list[str]:
    """In one line; where that is too long, the arguments in a line of their own; where that is too
    long, each in one.
    """
    line = f"{before}{opening}{arguments}{closing}"
    if len(line) + indent <= WIDTH:
        return _indented([line], indent)
    inner = (
        [arguments]
        if len(arguments) + indent + 4 <= WIDTH
        else [f"{argument}," for argument in arguments.split(", ")]
    )
    return _indented([before + opening, *_indented(inner, 4), closing], indent)


def _with_imports(lines: list[str], *imports: str) -> list[str]:
    """The lines below the imports that they use."""
    used = [
        line
        for line in imports
        if line != "import torch" or any("torch." in below for below in lines)
    ]
    return [*["import math", ""] * any("math." in line for line in lines), *used, "", "", *lines]


def _torch_lines(body: _Body, prefix: str, indent: int) -> list[str]:
    head = ["K = logits.shape[-1]"] * body.counts + TORCH_HEADS[body.depends_on_pj, body.digits]
    return (
        head
        + body.formula(TORCH, prefix, indent)
        + ["loss = loss.squeeze(-1)"] * body.depends_on_pj
    )


def _pytorch(body: _Body) -> list[str]:
    reduction = 'return {"mean": loss.mean(), "sum": loss.sum(), "none": loss}[reduction]'
    lines = [
        *_call(f"def {body.key}", "(", f"logits, targets, {body.keywords(_REDUCTION)}", "):", 0),
        *_indented([*body.docstring(4), *_torch_lines(body, "", 4), reduction], 4),
    ]
    return _with_imports(lines, "import torch", "from torch.nn import functional as F")


def _stored(body: _Body) -> list[str]:
    return [f"self.{name} = {name}" for name in body.names.values()]


def _fastai(body: _Body) -> list[str]:
    stored = _indented(
        [
            *_stored(body),
            "self.reduction = reduction  # fastai sets it to 'none' where it wants each loss",
        ],
        8,
    )
    plain = "logits, targets = logits.as_subclass(torch.Tensor), targets.as_subclass(torch.Tensor)"
    reduction = 'return {"mean": loss.mean(), "sum": loss.sum(), "none": loss}[self.reduction]'
    lines = [
        f"class {body.title}:",
        *_indented(body.docstring(4), 4),
        "",
        *_call("def __init__", "(", f"self, {body.keywords(_REDUCTION)}", "):", 4),
        *stored,
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
    return _with_imports(lines, "import torch", "from torch.nn import functional as F")


def _keras(body: _Body) -> list[str]:
    counted = body.counts or body.digits
    head = ["K = y_pred.shape[-1]"] * counted + [
        'labels = ops.cast(ops.reshape(y_true, (-1, 1)), "int32")'
    ]
    head += KERAS_HEADS[body.depends_on_pj, body.digits]
    formula = body.formula(KERAS, "self.", 8)
    knobs = ", ".join(
        ["**super().get_config()", *(f'"{name}": self.{name}' for name in body.names.values())]
    )
    own = [
        "",
        *_call("def __init__", "(", f"self, {body.keywords('**kwargs')}", "):", 4),
        "        super().__init__(**kwargs)",
        *_indented(_stored(body), 8),
    ]
    config = ["", "    def get_config(self):", *_call("return ", "{", knobs, "}", 8)]
    lines = [
        f"class {body.title}(keras.losses.Loss):",
        *_indented(body.docstring(4), 4),
        *(own if body.names else []),
        "",
        "    def call(self, y_true, y_pred):",
        *_indented([*head, *formula, "return loss" + "[:, 0]" * body.depends_on_pj], 8),
        *(config if body.names else []),
    ]
    return _with_imports(lines, "import keras", "from keras import ops")


_FRAMEWORKS: dict[Framework, Callable[[_Body], list[str]]] = {
    "pytorch": _pytorch,
    "fastai": _fastai,
    "keras": _keras,
}
