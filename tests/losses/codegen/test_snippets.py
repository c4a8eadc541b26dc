"""What is exported runs by itself and computes what the objective computes."""

import ast
from pathlib import Path

import fastai.callback.progress  # noqa: F401 - gives Learner its no_bar
import pytest
import torch
from fastai.data.core import DataLoaders
from fastai.data.load import DataLoader
from fastai.learner import Learner
from fastai.torch_core import TensorCategory, TensorImage

from lossviz import LOSSES, get_loss, objective, parse_loss
from lossviz.errors import InvalidInput
from lossviz.losses.codegen.generate import Framework, snippet
from lossviz.losses.loss import Loss
from tests.support.snippet_cases import (
    assert_equals_objective,
    assert_finite_where_objective_is,
    draw,
    every_framework,
    every_loss,
    one_of_each,
    run_alone,
)


@every_loss
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_the_pytorch_function_computes_what_the_objective_computes(
    loss: Loss, dtype: torch.dtype
) -> None:
    function = run_alone(snippet(loss, "pytorch"))
    assert_equals_objective(
        loss, lambda logits, targets: function(logits, targets, reduction="none"), dtype
    )


@every_loss
def test_the_pytorch_function_is_finite_at_logits_of_30_where_the_objective_is(loss: Loss) -> None:
    function = run_alone(snippet(loss, "pytorch"))
    assert_finite_where_objective_is(
        loss, lambda logits, targets: function(logits, targets, reduction="none")
    )


@one_of_each
@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
def test_functions_and_classes_reduce_as_the_objective_does(loss: Loss, reduction: str) -> None:
    logits, targets = draw(torch.float64)
    expected = objective(loss, reduction=reduction)(logits, targets)
    torch.testing.assert_close(
        run_alone(snippet(loss, "pytorch"))(logits, targets, reduction=reduction),
        expected,
        rtol=1e-9,
        atol=1e-9,
    )
    torch.testing.assert_close(
        run_alone(snippet(loss, "fastai"))(reduction=reduction)(logits, targets),
        expected,
        rtol=1e-9,
        atol=1e-9,
    )


@every_loss
def test_the_fastai_class_computes_what_the_objective_computes(loss: Loss) -> None:
    assert_equals_objective(
        loss, run_alone(snippet(loss, "fastai"))(reduction="none"), torch.float64
    )


@one_of_each
def test_a_fastai_learner_gets_probabilities_classes_and_losses_from_the_class(loss: Loss) -> None:
    generator = torch.Generator().manual_seed(2)
    rows = [(torch.randn(6, generator=generator), torch.tensor(i % 3)) for i in range(10)]
    loaders = DataLoaders(
        DataLoader(rows, bs=4), DataLoader(rows, bs=4), device=torch.device("cpu")
    )
    learner = Learner(
        loaders, torch.nn.Linear(6, 3), loss_func=run_alone(snippet(loss, "fastai"))()
    )
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
    value = run_alone(snippet(LOSSES["focal"], "fastai"))()(
        TensorImage(logits), TensorCategory(targets)
    )
    torch.testing.assert_close(value, objective(LOSSES["focal"])(logits, targets))


@every_framework
@one_of_each
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
    function = run_alone(snippet(LOSSES["generalized"], "pytorch"))
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
    assert run_alone(source).__name__ == "a_b_c_loss"


def test_deeply_nested_choices_are_written_in_seconds() -> None:
    text = "p"
    for i in range(10):
        text = f"min(exp({i}.5/p), 1+{text})"
    loss = parse_loss(text)
    assert_equals_objective(
        loss, run_alone(snippet(loss, "fastai"))(reduction="none"), torch.float64
    )


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
