"""What is exported runs by itself and computes what the objective computes."""

import ast
from pathlib import Path

import fastai.callback.progress  # noqa: F401 - gives Learner its no_bar
import pytest
import torch

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


@every_loss
def test_the_fastai_class_computes_what_the_objective_computes(loss: Loss) -> None:
    assert_equals_objective(
        loss, run_alone(snippet(loss, "fastai"))(reduction="none"), torch.float64
    )


@every_framework
@one_of_each
def test_a_snippet_is_short_names_its_loss_and_needs_the_framework_only(
    loss: Loss, framework: Framework
) -> None:
    source = snippet(loss, framework)
    modules = {name for node in ast.walk(ast.parse(source)) for name in imported(node)}
    assert modules <= {"math", "keras" if framework == "keras" else "torch"}
    assert max(map(len, source.splitlines())) <= 100
    definition = next(
        node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef | ast.ClassDef)
    )
    if loss.key:
        assert len(ast.unparse(definition).splitlines()) <= 42
        assert len(source.splitlines()) <= 90
    documented = " ".join((ast.get_docstring(definition) or "").split())
    assert " ".join(loss.text.split()) in documented
    assert loss.name.lower() in documented.lower()
    assert loss.reference is None or (
        loss.reference.link in documented and str(loss.reference.year) in documented
    )


@every_framework
@one_of_each
def test_a_snippet_promises_nothing_about_learning_rates(loss: Loss, framework: Framework) -> None:
    """A common factor is one under SGD only, and nearly nothing under Adam."""
    for sentence in snippet(loss, framework).split("."):
        assert "learning rate" not in sentence or "SGD" in sentence


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
    assert "reduction_=2.0, total=3.0, self_=1.0, log_p_=1.0" in " ".join(source.split())


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
    imports = [ast.Import, ast.ImportFrom]
    functions = [ast.FunctionDef, ast.FunctionDef]
    assert [type(node) for node in ast.parse(source).body] == [*imports, *functions]
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
