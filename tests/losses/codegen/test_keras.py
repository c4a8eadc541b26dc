"""What is exported for Keras runs by itself, on torch as its backend, and computes what the
objective computes.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

import pytest
import torch

from lossviz import LOSSES, objective
from lossviz.losses.codegen.generate import snippet
from lossviz.losses.loss import Loss
from tests.support.snippet_cases import (
    CATALOGUE,
    EVERY,
    assert_equals_objective,
    assert_finite_where_objective_is,
    draw,
    every_loss,
    run_alone,
)

# of two float64 Keras 3.15 makes a float32, by its own rules of promotion
SINGLE = re.compile(r"ops\.(minimum|maximum)")


@contextmanager
def floatx(keras: ModuleType, dtype: str) -> Iterator[None]:
    before = keras.config.floatx()
    keras.config.set_floatx(dtype)
    try:
        yield
    finally:
        keras.config.set_floatx(before)


@every_loss
def test_the_keras_class_computes_what_the_objective_computes(
    keras: ModuleType, loss: Loss
) -> None:
    own = run_alone(snippet(loss, "keras"))(reduction="none")
    assert_equals_objective(loss, lambda logits, targets: own(targets, logits), torch.float32)


@pytest.mark.parametrize(
    "loss",
    [loss for loss in EVERY if not SINGLE.search(snippet(loss, "keras"))],
    ids=lambda loss: loss.spec,
)
def test_the_keras_class_does_so_in_float64(keras: ModuleType, loss: Loss) -> None:
    with floatx(keras, "float64"):
        own = run_alone(snippet(loss, "keras"))(reduction="none")
        assert_equals_objective(loss, lambda logits, targets: own(targets, logits), torch.float64)


@every_loss
def test_the_keras_class_is_finite_at_logits_of_30_where_the_objective_is(
    keras: ModuleType, loss: Loss
) -> None:
    own = run_alone(snippet(loss, "keras"))(reduction="none")
    assert_finite_where_objective_is(loss, lambda logits, targets: own(targets, logits))


@pytest.mark.parametrize("loss", CATALOGUE, ids=lambda loss: loss.spec)
def test_the_keras_class_keeps_its_parameters_in_its_config(keras: ModuleType, loss: Loss) -> None:
    kind = run_alone(snippet(loss, "keras"))
    config = kind().get_config()
    assert {name: config[name] for name in loss.values} == loss.values
    copied = kind.from_config(config)
    logits, targets = draw(torch.float32)
    torch.testing.assert_close(
        copied(targets, logits), objective(loss)(logits, targets), rtol=1e-5, atol=1e-6
    )


@pytest.mark.parametrize("key", ["focal", "cosine"])
def test_a_keras_model_learns_with_the_class(keras: ModuleType, key: str) -> None:
    keras.utils.set_random_seed(0)
    inputs = torch.eye(3).repeat(20, 1).numpy()
    model = keras.Sequential([keras.layers.Dense(3)])
    model.compile(
        optimizer=keras.optimizers.SGD(1.0), loss=run_alone(snippet(LOSSES[key], "keras"))()
    )
    losses = model.fit(inputs, inputs.argmax(-1), epochs=3, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
