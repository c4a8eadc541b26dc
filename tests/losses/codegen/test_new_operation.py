"""An operation that is one record reaches torch and the generated code of every framework."""

from collections.abc import Iterator
from types import ModuleType

import pytest
import torch

from lossviz import objective, parse_loss
from lossviz.losses.codegen.generate import snippet
from tests.support.new_operation import with_sinh
from tests.support.snippet_cases import (
    assert_equals_objective,
    assert_finite_where_objective_is,
    draw,
    run_alone,
)

TEXTS = (
    "sinh(1 - p)",
    "-log(p)*sinh(k)/k",
    "where(p > 0.5, sinh(1/p), 2 - p)",
    "sum(sinh(pj)**2) - sinh(p)",
    "sinh(1-p)/(1 + sinh(1-p))",
)
every_text = pytest.mark.parametrize("text", TEXTS)


@pytest.fixture(autouse=True)
def sinh() -> Iterator[None]:
    with with_sinh():
        yield


@every_text
def test_the_objective_computes_and_differentiates_it(text: str) -> None:
    loss = parse_loss(text)
    logits, targets = draw(torch.float64)
    computed = objective(loss, reduction="sum")(logits, targets)
    computed.backward()
    values, gradient = loss.value_and_gradient(logits.detach().numpy(), targets.numpy())
    torch.testing.assert_close(computed.detach(), torch.tensor(values.sum()))
    torch.testing.assert_close(logits.grad, torch.from_numpy(gradient))


@every_text
def test_the_gradient_is_that_of_finite_differences(text: str) -> None:
    logits, targets = draw(torch.float64, rows=4, classes=5)
    assert torch.autograd.gradcheck(objective(parse_loss(text)), (logits, targets))


@every_text
def test_the_pytorch_function_computes_it(text: str) -> None:
    loss = parse_loss(text)
    function = run_alone(snippet(loss, "pytorch"))
    assert_equals_objective(
        loss, lambda logits, targets: function(logits, targets, reduction="none"), torch.float64
    )
    assert_finite_where_objective_is(
        loss, lambda logits, targets: function(logits, targets, reduction="none")
    )


@every_text
def test_the_fastai_class_computes_it(text: str) -> None:
    loss = parse_loss(text)
    assert_equals_objective(
        loss, run_alone(snippet(loss, "fastai"))(reduction="none"), torch.float64
    )


@every_text
def test_the_keras_class_computes_it(keras: ModuleType, text: str) -> None:
    loss = parse_loss(text)
    exported = run_alone(snippet(loss, "keras"))(reduction="none")
    assert_equals_objective(loss, lambda logits, targets: exported(targets, logits), torch.float32)


def test_it_is_called_in_the_generated_code() -> None:
    loss = parse_loss("sinh(1-p)/(1 + sinh(1-p)) - log(p)*sinh(k)")
    for framework, function in (("pytorch", "torch.sinh("), ("keras", "ops.sinh(")):
        source = snippet(loss, framework)
        assert source.count(function) == 1  # what occurs twice is computed once
        assert "math.sinh(" in source
