"""What a trial reports of each validation image at its end, and what a temperature changes."""

import numpy as np
import pytest
import torch
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax

from lossviz.experiments.records import Predictions
from lossviz.training import predictions as module
from lossviz.training.data.dataset import seeded_generator
from lossviz.training.data.digits import load_images
from lossviz.training.data.loaders import ImageSubset
from lossviz.training.interruption import TrialDiverged, TrialStopped
from lossviz.training.predictions import PredictionRecorder
from lossviz.training.temperature import (
    MAX_TEMPERATURE,
    MIN_TEMPERATURE,
    fit_temperature,
    scale_temperature,
)
from lossviz.training.trial import run_trial
from tests.support.trials import RecordedTrial, train

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture(scope="module")
def recorded() -> RecordedTrial:
    return train(evaluations=1)


@pytest.fixture(scope="module")
def predictions(recorded: RecordedTrial) -> Predictions:
    (predictions,) = recorded.predictions
    return predictions


def test_each_validation_image_is_predicted_once(predictions: Predictions) -> None:
    assert len(predictions.rows) == len(set(predictions.rows)) == 359
    assert list(predictions.targets) == load_images()[1][list(predictions.rows)].tolist()


def test_predictions_agree_with_the_last_evaluation(
    recorded: RecordedTrial, predictions: Predictions
) -> None:
    last = recorded.evaluations[-1]
    pairs = list(zip(predictions.predicted, predictions.targets, strict=True))
    assert sum(predicted != target for predicted, target in pairs) == round(359 * last.error_rate)
    assert np.mean(-np.log(predictions.p_true)) == pytest.approx(last.nll)
    histogram = np.histogram(predictions.p_true, last.bin_edges)[0]
    assert tuple(histogram) == last.histogram
    for (predicted, target), p_true, confidence in zip(
        pairs, predictions.p_true, predictions.confidence, strict=True
    ):
        assert p_true == confidence if predicted == target else p_true <= confidence


def test_a_trial_that_diverges_or_is_stopped_predicts_nothing() -> None:
    for loss, stops, error in (
        ("p**-60", False, TrialDiverged),
        ("cross_entropy", True, TrialStopped),
    ):
        reported = RecordedTrial()
        with pytest.raises(error):
            run_trial(
                recipe="digits",
                loss=loss,
                seed=0,
                emit=reported.record,
                stop_requested=lambda stops=stops, reported=reported: (
                    stops and bool(reported.epochs)
                ),
            )
        assert reported.predictions == []


def recorder_of(images: int, *, seed: int = 0) -> PredictionRecorder:
    subset = ImageSubset(None, torch.arange(images) * 3, torch.arange(images) % 4, split_idx=1)
    recorder = PredictionRecorder(subset, seed=seed)
    logits = torch.randn(images, 4, generator=torch.Generator().manual_seed(1))
    for part in logits.split(7):
        recorder.add(part)
    return recorder


def test_of_very_many_images_a_part_that_the_seed_draws_is_reported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    everything = recorder_of(50).predictions()
    monkeypatch.setattr(module, "MAX_PREDICTIONS", 20)
    part = recorder_of(50).predictions()
    assert len(part.rows) == 20
    assert part.rows == recorder_of(50).predictions().rows
    assert part.rows != recorder_of(50, seed=1).predictions().rows
    p_true = dict(zip(everything.rows, everything.p_true, strict=True))
    assert part.p_true == tuple(p_true[row] for row in part.rows)


def sample(
    scale: float, *, images: int = 400, classes: int = 5
) -> tuple[torch.Tensor, torch.Tensor]:
    """Logits that are ``scale`` times too large, and targets drawn from the right ones."""
    generator = torch.Generator().manual_seed(11)
    logits = 2 * torch.randn(images, classes, generator=generator)
    targets = torch.multinomial(logits.softmax(1), 1, generator=generator).flatten()
    return scale * logits, targets


def nll(logits: torch.Tensor, targets: torch.Tensor, temperature: float = 1.0) -> float:
    log_p = log_softmax(logits.numpy().astype(float) / temperature, axis=1)
    return -log_p[np.arange(len(targets)), targets.numpy()].mean()


@pytest.mark.parametrize("scale", [0.2, 1.0, 3.0, 8.0])
def test_the_fitted_temperature_is_scipy_s_minimum_of_the_likelihood(scale: float) -> None:
    logits, targets = sample(scale)
    reference = minimize_scalar(
        lambda log_temperature: nll(logits, targets, np.exp(log_temperature)),
        bounds=(np.log(MIN_TEMPERATURE), np.log(MAX_TEMPERATURE)),
        method="bounded",
        options={"xatol": 1e-10},
    )
    assert fit_temperature(logits, targets) == pytest.approx(np.exp(reference.x), rel=1e-5)
    assert 0.8 * scale < fit_temperature(logits, targets) < 1.25 * scale


def test_where_no_temperature_is_best_the_fit_ends_at_a_bound() -> None:
    logits = torch.tensor([[1.0, 0.0]])
    assert fit_temperature(logits, torch.tensor([0])) == pytest.approx(MIN_TEMPERATURE)
    assert fit_temperature(logits, torch.tensor([1])) == pytest.approx(MAX_TEMPERATURE)


def test_it_is_fitted_on_one_half_and_measured_on_the_other() -> None:
    logits, targets = sample(3.0, images=401)
    scaling = scale_temperature(logits, targets, seed=5)
    assert scaling is not None
    assert scaling.images == 201
    assert scaling == scale_temperature(logits, targets, seed=5)
    assert scaling != scale_temperature(logits, targets, seed=6)
    assert scaling.nll_after < scaling.nll_before
    assert scaling.brier_after < scaling.brier_before
    order = torch.randperm(401, generator=seeded_generator(5, 3))
    fitted, measured = order[:200], order[200:]
    assert scaling.temperature == fit_temperature(logits[fitted], targets[fitted])
    assert scaling.nll_before == pytest.approx(nll(logits[measured], targets[measured]))
    assert scaling.nll_after == pytest.approx(
        nll(logits[measured], targets[measured], scaling.temperature)
    )


def test_one_image_has_no_halves() -> None:
    assert scale_temperature(torch.zeros(1, 3), torch.tensor([0]), seed=0) is None
