"""What an evaluation measures, against computations of its own."""

import math

import numpy as np
import pytest
import torch

from lossviz import LOSSES, get_loss, objective
from lossviz.experiments.confidence_bins import BINS, bin_edges
from lossviz.experiments.records import Evaluation
from lossviz.losses.objective.module import Objective
from lossviz.training.evaluation import ValidationSums

CLASSES = 7


def answers(images: int = 200, *, scale: float = 4.0) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(3)
    logits = scale * torch.randn(images, CLASSES, generator=generator)
    return logits, torch.randint(CLASSES, (images,), generator=generator)


def evaluated(
    logits: torch.Tensor, targets: torch.Tensor, *, loss: str = "cross_entropy", batch: int = 64
) -> Evaluation:
    sums = ValidationSums(Objective(get_loss(loss), reduction="none"))
    for part in zip(logits.split(batch), targets.split(batch), strict=True):
        sums.add(*part)
    return sums.evaluation(at=0.5, seconds=1.5)


def test_it_measures_what_numpy_does() -> None:
    logits, targets = answers()
    measured = evaluated(logits, targets)
    exponents = np.exp(logits.numpy().astype(float))
    p = exponents / exponents.sum(1, keepdims=True)
    true_class = np.eye(CLASSES)[targets.numpy()]
    p_true = (p * true_class).sum(1)
    assert (measured.at, measured.seconds) == (0.5, 1.5)
    assert measured.error_rate == np.mean(p.argmax(1) != targets.numpy())
    assert measured.nll == pytest.approx(np.mean(-np.log(p_true)))
    assert measured.brier == pytest.approx(np.mean(((p - true_class) ** 2).sum(1)))
    edges = bin_edges(BINS)
    assert measured.histogram == tuple(np.histogram(p_true, edges)[0])
    # cross-entropy's gradient in the logits is p - target
    pulls = np.abs(p - true_class).sum(1) / 2
    assert measured.gradient == pytest.approx(
        np.histogram(p_true, edges, weights=pulls)[0], abs=1e-4
    )


@pytest.mark.parametrize("loss", LOSSES)
def test_the_mean_loss_is_the_objective_s_and_the_gradient_that_of_each_image(loss: str) -> None:
    logits, targets = answers(40)
    measured = evaluated(logits, targets, loss=loss)
    assert measured.valid_loss == pytest.approx(
        objective(get_loss(loss))(logits, targets).item(), rel=1e-5
    )
    total = 0.0
    for image, target in zip(logits, targets, strict=True):
        leaf = image[None].clone().requires_grad_()
        objective(get_loss(loss))(leaf, target[None]).backward()
        total += leaf.grad.abs().sum().item() / 2
    assert sum(measured.gradient) == pytest.approx(total, rel=1e-4)


@pytest.mark.parametrize("loss", ["dot_product", "inverse", "inverse_power", "generalized"])
def test_for_a_loss_of_p_alone_an_image_counts_as_much_as_the_loss_pulls(loss: str) -> None:
    logits, targets = answers(60, scale=2.0)
    p_true = logits.double().softmax(1).gather(1, targets[:, None]).flatten().numpy()
    pulls = np.abs(get_loss(loss).pull(p_true))
    assert sum(evaluated(logits, targets, loss=loss).gradient) == pytest.approx(
        pulls.sum(), rel=1e-4
    )


def test_how_images_are_shared_out_among_batches_does_not_matter() -> None:
    logits, targets = answers()
    one, other = evaluated(logits, targets, batch=200), evaluated(logits, targets, batch=7)
    assert (one.error_rate, one.histogram) == (other.error_rate, other.histogram)
    for name in ("nll", "brier", "valid_loss", "gradient"):
        assert getattr(one, name) == pytest.approx(getattr(other, name), rel=1e-5, abs=1e-6)


def test_the_likelihood_stays_finite_and_right_where_p_underflows() -> None:
    logits = torch.tensor([[0.0, 2000.0], [0.0, 0.0]])
    measured = evaluated(logits, torch.tensor([0, 0]))
    assert measured.nll == pytest.approx((2000 + math.log(2)) / 2)
    assert measured.brier == pytest.approx((2.0 + 0.5) / 2)
    assert measured.valid_loss == pytest.approx(measured.nll)
    assert measured.histogram[0] == 1


def test_a_loss_that_overflows_is_infinite_and_has_no_shares_of_a_gradient() -> None:
    measured = evaluated(torch.tensor([[0.0, 2000.0]]), torch.tensor([0]), loss="inverse")
    assert measured.valid_loss == math.inf
    assert measured.gradient == ()
    assert measured.nll == pytest.approx(2000)
