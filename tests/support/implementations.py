"""A loss in each of its implementations, built and called alike: the objective, and what is
exported for PyTorch, fastai and Keras.
"""

import importlib
import os
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from types import ModuleType
from typing import Any
from unittest.mock import patch

import pytest
import torch
from torch import Tensor

from lossviz import LOSSES, objective
from lossviz.losses.codegen.generate import Framework, snippet
from lossviz.losses.loss import Loss
from tests.support.snippet_cases import run_alone

Criterion = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True, slots=True, kw_only=True)
class Implementation:
    """One of them.

    Attributes:
        name: What it is called in a test's name.
        build: Makes a criterion of a loss and the options of ``torch.nn.CrossEntropyLoss`` that it
            has, and ``axis``.
    """

    name: str
    build: Callable[..., Criterion]


@cache
def exported(loss: Loss, framework: Framework) -> Any:
    """What a snippet defines; read once a loss."""
    if framework == "keras":
        keras_on_torch()
    return run_alone(snippet(loss, framework))


@cache
def keras_on_torch() -> ModuleType:
    with (
        tempfile.TemporaryDirectory() as folder,
        patch.dict(os.environ, {"KERAS_BACKEND": "torch", "KERAS_HOME": folder}),
    ):
        return importlib.import_module("keras")


def _objective(loss: Loss, **options: Any) -> Criterion:
    return objective(loss, **options)


def _pytorch(loss: Loss, **options: Any) -> Criterion:
    return partial(exported(loss, "pytorch"), **options)


def _fastai(loss: Loss, **options: Any) -> Criterion:
    return exported(loss, "fastai")(**options)


def _keras(loss: Loss, *, axis: int = -1, **options: Any) -> Criterion:
    """Of logits whose classes lie along ``axis``; Keras has them last."""
    # float64 by Keras's own setting makes it slower, and float32 of what another test left behind
    single, double = (exported(loss, "keras")(dtype=d, **options) for d in ("float32", "float64"))

    def criterion(logits: Tensor, targets: Tensor) -> Tensor:
        own = double if logits.dtype == torch.float64 else single
        return own(targets, logits.movedim(axis, -1))

    return criterion


OBJECTIVE = Implementation(name="objective", build=_objective)
PYTORCH = Implementation(name="pytorch", build=_pytorch)
FASTAI = Implementation(name="fastai", build=_fastai)
KERAS = Implementation(name="keras", build=_keras)


def each_of(*implementations: Implementation) -> pytest.MarkDecorator:
    """Run a test with each as its ``implementation``."""
    return pytest.mark.parametrize("implementation", implementations, ids=lambda one: one.name)


every_implementation = each_of(OBJECTIVE, PYTORCH, FASTAI, KERAS)
torch_implementations = each_of(OBJECTIVE, PYTORCH, FASTAI)
some_losses = pytest.mark.parametrize(
    "loss",
    [LOSSES[key] for key in ("cross_entropy", "focal", "cosine", "asymmetric")],
    ids=lambda loss: loss.key,
)


def draw(
    rows: int = 12, classes: int = 5, dtype: torch.dtype = torch.float64
) -> tuple[Tensor, Tensor]:
    """Logits and true classes."""
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(rows, classes, generator=generator, dtype=torch.float64) * 2
    targets = torch.randint(classes, (rows,), generator=generator)
    return logits.to(dtype).requires_grad_(), targets


def gradient_of(value: Tensor, logits: Tensor) -> Tensor:
    return torch.autograd.grad(value.sum(), logits)[0]
