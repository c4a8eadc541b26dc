"""Generated code to test with: the losses, running it alone, and the objective as its measure."""

import builtins
import sys
from collections.abc import Callable
from hashlib import sha256
from types import ModuleType
from typing import Any

import pytest
import torch
from torch import Tensor

from lossviz import LOSSES, objective, parse_loss
from lossviz.losses.codegen.generate import FRAMEWORKS
from lossviz.losses.loss import Loss

TYPED = (
    "where(p < 0.9, sqrt(1 - p), 0*p)",
    "where(p > 0.2, log(p - 0.1), p)",
    "where(p > 0.3, where(p < 0.8, sqrt(0.8 - p), log(p)), 1/p)",
    "where(k > 0, (1-p)**k, 1)",
    "where(p > 0.5, 1, 0)",
    "where(sum(pj**2) > 0.5, sqrt(sum(pj**2) - 0.5), p)",
    "where(max(pj) > p, -log(p), (1-p)/K)",
    "min(1/p**4, 100)",
    "max(1/p**3, 2, 3*p) - min(p, 0.3)",
    "min(exp(p), max(1/p**3, p + min(1/p**2, 7)))",
    "-p*sum(where(pj > 0.1, pj, 0)/(p + pj))",
    "sum(where(pj >= p, log(1 + pj - p), 0)) - p",
    "-log(p)/log(K) + sum(pj**3/(1 + p))",
    "-log(p) + mean(pj*log(pj))",
    "tanh(sin(p) + abs(p - 0.51) + cos(p)) - (p - (1 - (2 - p)))/(p/(3*p))",
    "p**p + 2**-p - (-p)**3",
    "sum((1 - pj**q)/q) - p/q",
    "-log(p) + type*(1-p)**reduction - self",
    "-(1-p)**rest*log(p)",
)


def at_other_values(loss: Loss) -> Loss:
    """The loss at another setting of all its parameters."""
    return loss.with_values(
        **{p.name: round(0.4 * p.minimum + 0.6 * p.maximum, 2) for p in loss.parameters}
    )


CATALOGUE = [
    *LOSSES.values(),
    *(at_other_values(loss) for loss in LOSSES.values() if loss.parameters),
]
SPECIAL = [
    loss.with_values(**{p.name: special.value})
    for loss in LOSSES.values()
    for p in loss.parameters
    for special in p.special_values
]
OWN = [*(parse_loss(text) for text in TYPED), parse_loss("where(k > 0, (1-p)**k, 1)", k=0)]
EVERY = [*CATALOGUE, *SPECIAL, *OWN]
every_loss = pytest.mark.parametrize("loss", EVERY, ids=lambda loss: loss.spec)
one_of_each = pytest.mark.parametrize("loss", [*LOSSES.values(), *OWN], ids=lambda loss: loss.spec)
every_framework = pytest.mark.parametrize("framework", FRAMEWORKS)


def run_alone(source: str) -> Any:
    """The loss that the source defines, run where it can import neither lossviz nor sympy: its
    class, or its first function where it has none.
    """
    module = imported(source)
    kinds = [value for value in vars(module).values() if isinstance(value, type)]
    if kinds:
        return kinds[-1]
    return next(v for v in vars(module).values() if getattr(v, "__module__", "") == module.__name__)


def imported(source: str) -> ModuleType:
    """The source as a module, which other modules can find, so that its classes can be pickled."""

    def guarded(name: str, *arguments: Any, **more: Any) -> ModuleType:
        assert name.split(".")[0] in {"torch", "keras", "math"}, name
        return __import__(name, *arguments, **more)

    module = ModuleType(f"snippet_{sha256(source.encode()).hexdigest()}")
    vars(module)["__builtins__"] = {**vars(builtins), "__import__": guarded}
    exec(source, vars(module))
    sys.modules[module.__name__] = module
    return module


def draw(dtype: torch.dtype, *, rows: int = 64, classes: int = 10) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(rows, classes, generator=generator, dtype=torch.float64) * 3
    return logits.to(dtype).requires_grad_(), torch.randint(classes, (rows,), generator=generator)


def extreme_logits() -> tuple[Tensor, Tensor]:
    """Logits of 30 and -30: the true class certain, hopeless against all and against one, drawn."""
    generator = torch.Generator().manual_seed(1)
    logits = torch.full((8, 10), -30.0)
    logits[0, 0], logits[1, 1:], logits[2, 1] = 30.0, 30.0, 30.0
    logits[3:] = torch.randint(2, (5, 10), generator=generator) * 60.0 - 30.0
    return logits.requires_grad_(), torch.zeros(8, dtype=torch.int64)


def with_gradient(losses: Tensor, logits: Tensor) -> tuple[Tensor, Tensor]:
    return losses.detach(), torch.autograd.grad(losses.mean(), logits)[0]


def assert_equals_objective(
    loss: Loss, exported: Callable[[Tensor, Tensor], Tensor], dtype: torch.dtype
) -> None:
    logits, targets = draw(dtype)
    exported_results = with_gradient(exported(logits, targets), logits)
    ours = with_gradient(objective(loss, reduction="none")(logits, targets), logits)
    tolerance = (
        {"rtol": 1e-5, "atol": 1e-6} if dtype is torch.float32 else {"rtol": 1e-9, "atol": 1e-9}
    )
    torch.testing.assert_close(exported_results, ours, **tolerance)


def assert_finite_where_objective_is(
    loss: Loss, exported: Callable[[Tensor, Tensor], Tensor]
) -> None:
    logits, targets = extreme_logits()
    ours, exported_results = (
        objective(loss, reduction="none")(logits, targets),
        exported(logits, targets),
    )
    assert exported_results[ours.isfinite()].isfinite().all()
    for i in range(len(ours)):
        expected, found = (
            torch.autograd.grad(losses[i], logits, retain_graph=True)[0]
            for losses in (ours, exported_results)
        )
        assert found.isfinite().all() or not expected.isfinite().all(), (
            f"row {i}: {logits[i].tolist()}"
        )
