"""A loss is called proper where SciPy finds nothing better than the truth, else improper."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from lossviz import LOSSES, get_loss, loss_from_spec, parse_loss
from lossviz.losses.analysis.properness import properness
from lossviz.losses.evaluation import Array
from lossviz.losses.loss import Loss
from tests.support.loss_cases import catalogue_losses


def cost(loss: Loss, truth: Array, prediction: Array) -> float:
    """The expected loss of a prediction."""
    classes = len(truth)
    logits = np.broadcast_to(np.log(prediction), (classes, classes))
    return float(truth @ loss.value_and_gradient(logits, np.arange(classes))[0])


@settings(max_examples=40)
@given(catalogue_losses(), st.integers(0, 2**32 - 1), st.sampled_from([2, 3, 5]))
def test_scipy_beats_the_truth_only_where_a_loss_is_called_improper(
    loss: Loss, seed: int, classes: int
) -> None:
    found = properness(loss, classes=classes)
    if not found.is_proper:
        if found.truth:
            truth, better = np.array(found.truth), np.array(found.better_prediction)
            assert truth.sum() == pytest.approx(1)
            assert better.sum() == pytest.approx(1)
            assert cost(loss, truth, truth) == pytest.approx(found.truth_cost, rel=1e-9)
            assert found.better_cost < found.truth_cost
            if better.min() > 1e-300:
                assert cost(loss, truth, better) == pytest.approx(
                    found.better_cost, rel=1e-9, abs=1e-12
                )
        return
    random = np.random.default_rng(seed)
    truth = random.dirichlet(np.ones(classes))
    every = np.arange(classes)

    def cost_and_gradient(logits: Array) -> tuple[float, Array]:
        values, gradients = loss.value_and_gradient(
            np.broadcast_to(logits, (classes, classes)), every
        )
        return float(truth @ values), truth @ gradients

    at_truth = cost_and_gradient(np.log(truth))[0]
    starts = [np.zeros(classes), np.log(truth), *random.standard_normal((3, classes))]
    samples = random.standard_normal((9, classes))
    scale = np.median([abs(cost_and_gradient(start)[0] - at_truth) for start in samples])
    assert (
        at_truth
        - min(minimize(cost_and_gradient, start, jac=True, method="BFGS").fun for start in starts)
        <= 1e-6 * scale
    )


@pytest.mark.parametrize(
    ("spec", "classes", "is_proper"),
    [
        ("(1-p)**2", 2, True),  # half the Brier score
        ("(1-p)**2", 3, False),
        ("-log(p)+(K-3)*(1-p)", 3, True),
        ("-log(p)+(K-3)*(1-p)", 37, False),
        ("huberised:tau=100", 3, False),
        ("huberised:tau=100", 37, False),
        ("-log(p)*where(p<0.00001,0,1)", 37, False),
        ("where(p<1e-9,-log(1e-9),-log(p))", 37, False),
        ("-log(p+1e-12)", 37, False),
        ("asymmetric", 37, False),
        ("cross_entropy", 2, True),
        ("brier", 2, True),
        ("brier", 1000, True),
        ("-20*log(p)", 1000, True),
    ],
)
def test_properness_is_decided_at_the_number_of_classes_that_is_asked_for(
    spec: str, classes: int, is_proper: bool
) -> None:
    assert properness(loss_from_spec(spec), classes=classes).is_proper == is_proper


@pytest.mark.parametrize(
    ("spec", "classes", "misnames"),
    [
        ("hinge", 37, True),
        ("hinge", 3, True),
        ("1-p+max(pj)", 37, True),
        ("log(p)", 37, True),
        ("log(p)", 2, True),
        ("max(pj)-p", 10, True),
        ("where(p<0.5,1,0)", 37, True),
        ("-log(p)*where(p<0.00001,0,1)", 37, True),
        ("dot_product", 37, False),
        ("inverse", 37, False),
        ("focal:gamma=2", 37, False),
        ("label_smoothing", 37, False),
        ("(1-p)**2", 37, False),
        ("p**-0.2", 2, False),
    ],
)
def test_the_likeliest_class_of_the_best_prediction_is_the_truths_or_a_counter_example_is_given(
    spec: str, classes: int, misnames: bool
) -> None:
    found = properness(loss_from_spec(spec), classes=classes)
    assert bool(found.misnamed_truth) == misnames
    if misnames:
        truth, prediction = np.array(found.misnamed_truth), np.array(found.misnaming_prediction)
        named = int(truth.argmax())
        assert prediction[named] <= np.delete(prediction, named).max() * (1 + 1e-6)


@pytest.mark.parametrize("key", ["cross_entropy", "brier", "cosine"])
def test_the_proper_losses_are_called_proper(key: str) -> None:
    assert properness(get_loss(key)).is_proper


@pytest.mark.parametrize(
    "text",
    [
        "sum(pj**2)/2-p",
        "-3*log(p)+7",
        "-p/sqrt(sum(pj**2))",
        "-p**2/sum(pj**3)**(2/3)",
        "-1.5*p**0.5+0.5*sum(pj**1.5)",
    ],
)
def test_proper_scores_of_textbooks_are_called_proper(text: str) -> None:
    # the last two: pseudo-spherical of order 3, Tsallis of order 1.5
    assert properness(parse_loss(text)).is_proper


@pytest.mark.parametrize("key", sorted(set(LOSSES) - {"cross_entropy", "brier", "cosine"}))
def test_all_others_are_called_improper(key: str) -> None:
    found = properness(get_loss(key))
    assert not found.is_proper
    assert found.better_cost < found.truth_cost
