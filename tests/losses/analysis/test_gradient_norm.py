"""How strongly a loss pulls is what the books and random logits say."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lossviz import get_loss, parse_loss
from lossviz.losses.analysis.gradient_norm import hard_example_share, lipschitz
from lossviz.losses.loss import Loss
from tests.support.loss_cases import catalogue_losses


def test_the_lipschitz_constants_are_those_of_the_literature() -> None:
    assert lipschitz(get_loss("cross_entropy")) == pytest.approx(math.sqrt(2), rel=1e-12)
    assert lipschitz(get_loss("dot_product")) == pytest.approx(math.sqrt(2) / 4, rel=1e-9)
    assert lipschitz(get_loss("mean_absolute_error")) == pytest.approx(math.sqrt(2) / 2, rel=1e-9)
    assert lipschitz(get_loss("inverse")) == math.inf


def test_a_normalised_loss_is_steepest_where_logits_lie_far_apart() -> None:
    logits = np.zeros((1, 37))
    logits[0, :2] = -200.0, 5.0
    norm = float(np.linalg.norm(get_loss("normalised_cross_entropy").value_and_gradient(logits)[1]))
    assert norm > 0.033
    assert lipschitz(get_loss("normalised_cross_entropy"), classes=37) >= norm


@pytest.mark.parametrize("text", ["where(p<0.5,1-p,2-p)", "where(max(pj)>p,1-p,0)"])
def test_a_loss_that_jumps_has_no_lipschitz_constant(text: str) -> None:
    assert lipschitz(parse_loss(text)) == math.inf


@settings(max_examples=40)
@given(catalogue_losses(), st.sampled_from([2, 3, 5, 10]), st.integers(0, 2**32 - 1))
def test_no_two_predictions_differ_by_more_than_the_lipschitz_constant_allows(
    loss: Loss, classes: int, seed: int
) -> None:
    random = np.random.default_rng(seed)
    spread = random.choice([0.3, 1.0, 3.0, 8.0], size=(400, 1))
    first = spread * random.standard_normal((400, classes))
    second = first + random.choice([1e-3, 0.1, 1.0], size=(400, 1)) * random.standard_normal(
        (400, classes)
    )
    change = np.abs(loss.value_and_gradient(first)[0] - loss.value_and_gradient(second)[0])
    distance = np.linalg.norm(first - second, axis=1)
    sizes = np.abs(loss.value_and_gradient(first)[0])
    allowed = lipschitz(loss, classes=classes) * distance
    assert (change <= allowed * (1 + 1e-6) + 1e-13 * sizes).all()


def test_the_steeper_a_loss_is_at_zero_the_larger_is_the_share_of_hard_examples() -> None:
    shares = [
        hard_example_share(get_loss(key))
        for key in ("dot_product", "generalized", "cross_entropy", "inverse_power", "inverse")
    ]
    assert shares == sorted(shares)
    assert len(set(shares)) == len(shares)
    assert hard_example_share(get_loss("focal"), classes=2) > hard_example_share(
        get_loss("cross_entropy"), classes=2
    )


def test_a_loss_without_gradient_has_no_share_of_hard_examples() -> None:
    assert math.isnan(hard_example_share(get_loss("truncated", k=0.95), classes=1000))
