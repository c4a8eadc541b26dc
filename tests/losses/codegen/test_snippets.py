"""What is exported runs by itself and computes what the objective computes."""

import ast
import builtins
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import fastai.callback.progress  # noqa: F401 - gives Learner its no_bar
import pytest
import torch
from fastai.data.core import DataLoaders
from fastai.data.load import DataLoader
from fastai.learner import Learner
from fastai.torch_core import TensorCategory, TensorImage
from torch import Tensor

from lossviz import LOSSES, get_loss, objective, parse_loss
from lossviz.errors import InvalidInput
from lossviz.losses.codegen.generate import FRAMEWORKS, Framework, snippet
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
)


def elsewhere(loss: Loss) -> Loss:
    """The loss at another setting of all its parameters."""
    return loss.with_values(
        **{p.name: round(0.4 * p.minimum + 0.6 * p.maximum, 2) for p in loss.parameters}
    )


CATALOGUE = [*LOSSES.values(), *(elsewhere(loss) for loss in LOSSES.values() if loss.parameters)]
SPECIAL = [
    loss.with_values(**{p.name: special.value})
    for loss in LOSSES.values()
    for p in loss.parameters
    for special in p.special_values
]
OWN = [*(parse_loss(text) for text in TYPED), parse_loss("where(k > 0, (1-p)**k, 1)", k=0)]
EVERY = [*CATALOGUE, *SPECIAL, *OWN]
every_loss = pytest.mark.parametrize("loss", EVERY, ids=lambda loss: loss.spec)
catalogue_and_own = pytest.mark.parametrize(
    "loss", [*LOSSES.values(), *OWN], ids=lambda loss: loss.spec
)
every_framework = pytest.mark.parametrize("framework", FRAMEWORKS)


def alone(source: str) -> Any:
    """What the source defines, run where it can import neither lossviz nor sympy."""

    def guarded(name: str, *arguments: Any, **more: Any) -> ModuleType:
        assert name.split(".")[0] in {"torch", "keras", "math"}, name
        return __import__(name, *arguments, **more)

    namespace: dict[str, Any] = {
        "__builtins__": {**vars(builtins), "__import__": guarded},
        "__name__": "snippet",
    }
    exec(source, namespace)
    (defined,) = (
        node.name
        for node in ast.parse(source).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    )
    return namespace[defined]


def draw(dtype: torch.dtype, *, rows: int = 64, classes: int = 10) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(0)
    logits = torch.randn(rows, classes, generator=generator, dtype=torch.float64) * 3
    return logits.to(dtype).requires_grad_(), torch.randint(classes, (rows,), generator=generator)


def extreme_logits() -> tuple[Tensor, Tensor]:
    """Logits of 30 and -30: the truth sure, hopeless against all, hopeless against one, and drawn."""
    generator = torch.Generator().manual_seed(1)
    logits = torch.full((8, 10), -30.0)
    logits[0, 0], logits[1, 1:], logits[2, 1] = 30.0, 30.0, 30.0
    logits[3:] = torch.randint(2, (5, 10), generator=generator) * 60.0 - 30.0
    return logits.requires_grad_(), torch.zeros(8, dtype=torch.int64)


def with_gradient(losses: Tensor, logits: Tensor) -> tuple[Tensor, Tensor]:
    return losses.detach(), torch.autograd.grad(losses.mean(), logits)[0]


def hold_to_the_objective(
    loss: Loss, exported: Callable[[Tensor, Tensor], Tensor], dtype: torch.dtype
) -> None:
    logits, targets = draw(dtype)
    theirs = with_gradient(exported(logits, targets), logits)
    ours = with_gradient(objective(loss, reduction="none")(logits, targets), logits)
    tolerance = (
        {"rtol": 1e-5, "atol": 1e-6} if dtype is torch.float32 else {"rtol": 1e-9, "atol": 1e-9}
    )
    torch.testing.assert_close(theirs, ours, **tolerance)


def hold_to_be_finite(loss: Loss, exported: Callable[[Tensor, Tensor], Tensor]) -> None:
    logits, targets = extreme_logits()
    ours, theirs = objective(loss, reduction="none")(logits, targets), exported(logits, targets)
    assert theirs[ours.isfinite()].isfinite().all()
    for i in range(len(ours)):
        expected, found = (
            torch.autograd.grad(losses[i], logits, retain_graph=True)[0]
            for losses in (ours, theirs)
        )
        assert found.isfinite().all() or not expected.isfinite().all(), (
            f"row {i}: {logits[i].tolist()}"
        )


@every_loss
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_pytorch_function_computes_what_the_objective_computes(
    loss: Loss, dtype: torch.dtype
) -> None:
    function = alone(snippet(loss, "pytorch"))
    hold_to_the_objective(
        loss, lambda logits, targets: function(logits, targets, reduction="none"), dtype
    )


@every_loss
def test_the_pytorch_function_is_finite_at_logits_of_30_where_the_objective_is(loss: Loss) -> None:
    function = alone(snippet(loss, "pytorch"))
    hold_to_be_finite(loss, lambda logits, targets: function(logits, targets, reduction="none"))


@catalogue_and_own
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_functions_and_classes_reduce_as_the_objective_does(loss: Loss, reduction: str) -> None:
    logits, targets = draw(torch.float64)
    expected = objective(loss, reduction=reduction)(logits, targets)
    torch.testing.assert_close(
        alone(snippet(loss, "pytorch"))(logits, targets, reduction=reduction),
        expected,
        rtol=1e-9,
        atol=1e-9,
    )
    torch.testing.assert_close(
        alone(snippet(loss, "fastai"))(reduction=reduction)(logits, targets),
        expected,
        rtol=1e-9,
        atol=1e-9,
    )


@every_loss
def test_the_fastai_class_computes_what_the_objective_computes(loss: Loss) -> None:
    hold_to_the_objective(loss, alone(snippet(loss, "fastai"))(reduction="none"), torch.float64)


@catalogue_and_own
def test_a_fastai_learner_gets_probabilities_classes_and_losses_from_the_class(loss: Loss) -> None:
    generator = torch.Generator().manual_seed(2)
    rows = [(torch.randn(6, generator=generator), torch.tensor(i % 3)) for i in range(10)]
    loaders = DataLoaders(
        DataLoader(rows, bs=4), DataLoader(rows, bs=4), device=torch.device("cpu")
    )
    learner = Learner(loaders, torch.nn.Linear(6, 3), loss_func=alone(snippet(loss, "fastai"))())
    with learner.no_bar(), learner.no_logging():
        learner.fit(1, lr=1e-3)
        probabilities, targets, decoded, losses = learner.get_preds(
            with_loss=True, with_decoded=True
        )
        logits, _ = learner.get_preds(act=lambda values: values)
    torch.testing.assert_close(probabilities, logits.softmax(-1))
    assert decoded.tolist() == logits.argmax(-1).tolist()
    torch.testing.assert_close(
        torch.as_tensor(losses),
        objective(loss, reduction="none")(logits, targets),
        rtol=1e-4,
        atol=1e-5,
    )
    assert learner.loss_func.reduction == "mean"


def test_the_fastai_class_takes_fastais_own_tensors() -> None:
    logits, targets = draw(torch.float32)
    value = alone(snippet(LOSSES["focal"], "fastai"))()(
        TensorImage(logits), TensorCategory(targets)
    )
    torch.testing.assert_close(value, objective(LOSSES["focal"])(logits, targets))


@every_framework
@catalogue_and_own
def test_a_snippet_is_short_names_its_loss_and_needs_the_framework_only(
    loss: Loss, framework: Framework
) -> None:
    source = snippet(loss, framework)
    modules = {name for node in ast.walk(ast.parse(source)) for name in imported(node)}
    assert modules <= {"math", "keras" if framework == "keras" else "torch"}
    assert max(map(len, source.splitlines())) <= 100
    if loss.key:
        assert len(source.splitlines()) <= (32 if framework == "pytorch" else 48)
    documented = " ".join((ast.get_docstring(ast.parse(source).body[-1]) or "").split())
    assert " ".join(loss.text.split()) in documented
    assert loss.name.lower() in documented.lower()
    assert loss.reference is None or (
        loss.reference.link in documented and str(loss.reference.year) in documented
    )


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name.split(".")[0] for alias in node.names]
    return [str(node.module).split(".")[0]] if isinstance(node, ast.ImportFrom) else []


@every_framework
def test_names_that_python_or_the_snippet_needs_get_an_underscore(framework: Framework) -> None:
    source = snippet(
        parse_loss(
            "-log(p) + reduction*(1-p)**total - self*log_p*p", reduction=2, total=3, self=1, log_p=1
        ),
        framework,
    )
    assert "reduction_=2.0, total=3.0, self_=1.0, log_p_=1.0" in source


def test_the_limit_at_a_pole_is_chosen_when_the_function_runs() -> None:
    function = alone(snippet(LOSSES["generalized"], "pytorch"))
    logits, targets = draw(torch.float64)
    for q in (-1.0, 0.0, 0.3):
        torch.testing.assert_close(
            function(logits, targets, q=q),
            objective(get_loss("generalized", q=q))(logits, targets),
            rtol=1e-9,
            atol=1e-9,
        )


def test_what_stands_in_a_name_or_a_source_stays_in_the_docstring() -> None:
    source = snippet(Loss(text="-log(p)", name='an """odd\\" name', key="a b-c"), "pytorch")
    assert [type(node) for node in ast.parse(source).body] == [ast.ImportFrom, ast.FunctionDef]
    assert alone(source).__name__ == "a_b_c_loss"


def test_deeply_nested_choices_are_written_in_seconds() -> None:
    text = "p"
    for i in range(10):
        text = f"min(exp({i}.5/p), 1+{text})"
    loss = parse_loss(text)
    hold_to_the_objective(loss, alone(snippet(loss, "fastai"))(reduction="none"), torch.float64)


def test_another_framework_is_refused() -> None:
    with pytest.raises(InvalidInput, match="pytorch, fastai, keras"):
        snippet(LOSSES["inverse"], "jax")


def test_lossviz_itself_runs_no_text() -> None:
    for path in (Path(__file__).parents[3] / "lossviz").rglob("*.py"):
        called = {
            node.func.id
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        }
        assert not called & {"exec", "eval", "compile"}, path
