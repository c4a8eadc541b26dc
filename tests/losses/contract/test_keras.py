"""What is exported for Keras states what it takes, logits and class numbers or one-hot labels, and
refuses the rest.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from lossviz import LOSSES
from lossviz.losses.loss import Loss
from tests.support.implementations import KERAS, draw, exported, keras_on_torch, some_losses
from tests.support.loss_cases import every_loss

FOCAL = LOSSES["focal"]


def own(loss: Loss, **options: Any) -> Any:
    return exported(loss, "keras")(**options)


@every_loss
@pytest.mark.parametrize("wrong", [5, -1, 2.5, float("nan")])
def test_a_label_that_is_no_class_is_refused(loss: Loss, wrong: float) -> None:
    logits, targets = draw(dtype=torch.float32)
    labels = targets.float()
    labels[2] = wrong
    with pytest.raises(ValueError, match=r"class numbers from 0 to 4"):
        own(loss)(labels, logits)


@every_loss
def test_one_hot_labels_give_the_same_loss(loss: Loss) -> None:
    logits, targets = draw(dtype=torch.float32)
    one_hot = torch.nn.functional.one_hot(targets, 5)
    each = own(loss, reduction="none")
    assert torch.equal(each(one_hot, logits), each(targets, logits))
    assert torch.equal(each(targets.unsqueeze(-1), logits), each(targets, logits))


@pytest.mark.parametrize(
    "row", [[0.9, 0.1, 0, 0, 0], [1, 1, 0, 0, 0], [0, 0, 0, 0, 0], [2, -1, 0, 0, 0]]
)
def test_labels_of_the_logits_shape_that_are_not_one_hot_are_refused(row: list[float]) -> None:
    logits, targets = draw(dtype=torch.float32)
    labels = torch.nn.functional.one_hot(targets, 5).float()
    labels[2] = torch.tensor(row)
    with pytest.raises(ValueError, match="one-hot"):
        own(FOCAL)(labels, logits)


@pytest.mark.parametrize("places", [(3, 2), (3, 2, 2)])
def test_labels_of_pictures_may_be_one_hot(places: tuple[int, ...]) -> None:
    logits = torch.randn(*places, 4)
    targets = torch.randint(4, places)
    each = own(FOCAL, reduction="none")
    one_hot = torch.nn.functional.one_hot(targets, 4)
    assert each(targets, logits).shape == places
    assert torch.equal(each(one_hot, logits), each(targets, logits))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_probabilities_are_refused(dtype: torch.dtype) -> None:
    logits, targets = draw(dtype=dtype)
    with pytest.raises(ValueError, match="must not end in softmax"):
        own(FOCAL)(targets, logits.softmax(-1))


def test_logits_that_only_look_like_probabilities_are_not_refused() -> None:
    _, targets = draw()
    for logits in (
        torch.zeros(12, 5),  # of a network whose last layer starts at 0
        torch.full((12, 5), 0.2).index_fill(0, torch.tensor([3]), 0.21),
        torch.rand(12, 5),
        torch.eye(5)[targets] - 0.5,
    ):
        assert own(FOCAL)(targets, logits).isfinite()
    # one row may add up to 1 by chance
    assert own(FOCAL)(targets[:1], torch.full((1, 5), 0.2)).isfinite()


def test_no_drawn_batch_of_two_is_taken_for_probabilities() -> None:
    generator = torch.Generator().manual_seed(0)
    targets = torch.zeros(2, dtype=torch.int64)
    for _ in range(300):
        assert own(FOCAL)(targets, torch.rand(2, 2, generator=generator)).isfinite()


@contextmanager
def as_while_compiling(loss: Loss) -> Iterator[None]:
    """No condition has a value."""
    module = exported(loss, "keras").call.__globals__  # sys.modules may hold another of its name
    asked, module["is_known"] = module["is_known"], lambda condition: False
    try:
        yield
    finally:
        module["is_known"] = asked


@every_loss
@pytest.mark.parametrize("wrong", [5, -1])
def test_while_a_graph_is_compiled_a_wrong_label_makes_nan_of_its_own_loss(
    loss: Loss, wrong: int
) -> None:
    logits, targets = draw(dtype=torch.float32)
    labels = targets.clone()
    labels[2] = wrong
    each = own(loss, reduction="none")
    with as_while_compiling(loss):
        found = each(labels, logits)
    others = torch.arange(len(targets)) != 2
    assert found[2].isnan()
    assert torch.equal(found[others], each(targets, logits)[others])


def test_a_condition_without_a_value_is_not_known() -> None:
    class Traced:  # as TensorFlow and JAX compile
        def __bool__(self) -> bool:
            raise TypeError("a traced value has no truth")

    is_known = exported(FOCAL, "keras").call.__globals__["is_known"]
    assert not is_known(Traced())
    assert not is_known(torch.tensor(True, device="meta"))  # as Keras finds shapes on torch
    assert is_known(torch.tensor(True))


@pytest.mark.parametrize("option", ["weight", "ignore_index", "label_smoothing", "axis"])
def test_an_option_of_torch_is_refused_by_name(option: str) -> None:
    with pytest.raises(TypeError, match=option):
        own(FOCAL, **{option: 1})


def trained(loss: Loss, logits: Tensor, labels: Tensor, **weights: Any) -> float:
    """The loss that Keras reports for one batch."""
    keras = keras_on_torch()
    unchanged = keras.layers.Dense(5, use_bias=False, kernel_initializer="identity")
    model = keras.Sequential([unchanged])
    model.compile(optimizer="sgd", loss=own(loss))
    reported = model.train_on_batch(logits.detach().numpy(), labels.numpy(), **weights)
    return float(np.ravel(reported)[0])


@every_loss
def test_fit_takes_the_weights_of_classes(loss: Loss) -> None:
    logits, targets = draw(dtype=torch.float32)
    weight = torch.tensor([0.5, 1.0, 2.0, 0.0, 3.0])
    class_weight = dict(enumerate(weight.tolist()))
    expected = (KERAS.build(loss, reduction="none")(logits, targets) * weight[targets]).mean()
    one_hot = torch.nn.functional.one_hot(targets, 5).float()
    for labels in (targets, one_hot):  # Keras finds the loss's shape first, without values
        found = trained(loss, logits, labels, class_weight=class_weight)
        assert found == pytest.approx(expected.item(), rel=1e-5)


@some_losses
def test_an_example_of_weight_0_is_left_out(loss: Loss) -> None:
    logits, targets = draw(dtype=torch.float32)
    weights = np.array([0.0, *np.ones(len(targets) - 1)])
    each = KERAS.build(loss, reduction="none")(logits, targets)
    found = trained(loss, logits, targets, sample_weight=weights)
    assert found == pytest.approx(each[1:].sum().item() / len(each), rel=1e-5)


@some_losses
@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_a_model_in_mixed_precision_gets_its_loss_in_float32(loss: Loss, policy: str) -> None:
    keras = keras_on_torch()
    inputs = torch.eye(3).repeat(8, 1).numpy()
    model = keras.Sequential([keras.layers.Dense(3, dtype=policy)])
    model.compile(optimizer=keras.optimizers.SGD(0.5), loss=own(loss))
    losses = model.fit(inputs, inputs.argmax(-1), epochs=2, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    assert own(loss)(inputs.argmax(-1), model(inputs)).dtype == torch.float32
