"""What a trial reports: phases, evaluations, the training curve; and the learning rate it takes."""

import gc
import math
import tempfile
import time
from pathlib import Path

import pytest
import torch

from lossviz import LOSSES, objective
from lossviz.experiments.confidence_bins import BINS
from lossviz.experiments.engine.messages import Evaluated, PreparationProgress, TrialEvent
from lossviz.experiments.records import Evaluation, Phase, Preparation
from lossviz.training import trial as trials
from lossviz.training.interruption import TrialStopped
from lossviz.training.preparation import find_learning_rate, prepare
from lossviz.training.recipes import LOAD, LoadOptions, seeded_learner
from lossviz.training.report_callback import ReportCallback
from lossviz.training.training_losses import POINTS
from lossviz.training.trial import run_trial
from tests.support.trials import (
    RecordedTrial,
    settings_of,
    train,
    train_learner,
    without_seconds,
)

pytestmark = pytest.mark.usefixtures("one_thread")
BATCHES = 1438 // 64  # an epoch of digits
SMALL = {"imbalance": 100.0, "evaluations": 1}  # a quarter of the images
# when it loads an optimiser
BY_FASTAI = pytest.mark.filterwarnings("ignore:numpy.core is deprecated:DeprecationWarning")
FROZEN, UNFROZEN = Phase.FROZEN, Phase.UNFROZEN


@pytest.fixture(scope="module")
def once() -> RecordedTrial:
    return train()


@pytest.fixture(scope="module")
def unevaluated() -> RecordedTrial:
    """A trial that evaluates at the end of each epoch only, as fastai does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ReportCallback, "_evaluate", lambda _: None)
        patch.setattr(trials, "initial_logits", lambda *_: None)
        return train(evaluations=1)


@pytest.mark.parametrize("evaluations", [1, 3, 10])
def test_evaluations_before_and_during_the_training_change_nothing_of_it(
    unevaluated: RecordedTrial, evaluations: int
) -> None:
    recorded = train(evaluations=evaluations)
    assert recorded.error_rates == unevaluated.error_rates
    assert recorded.fingerprints == unevaluated.fingerprints
    assert without_seconds(recorded.points) == without_seconds(unevaluated.points)
    at = [evaluation.at for evaluation in recorded.evaluations]
    assert at == pytest.approx(
        [number / evaluations for number in range(2 * evaluations + 1)], abs=0.5 / BATCHES + 1e-9
    )
    assert without_seconds(
        evaluation for evaluation in recorded.evaluations if evaluation.at in (1, 2)
    ) == without_seconds(unevaluated.evaluations)


def test_the_first_evaluation_is_before_any_training_and_the_same_for_all_losses(
    once: RecordedTrial,
) -> None:
    first = once.evaluations[0]
    assert (first.at, first.seconds) == (0, 0)
    assert first.error_rate > 0.8  # of ten classes
    assert first.nll == pytest.approx(first.valid_loss)  # of cross-entropy
    other = train(loss="dot_product", frozen_epochs=0).evaluations[0]
    shared = ("at", "error_rate", "histogram", "brier", "nll")
    assert [getattr(other, name) for name in shared] == [getattr(first, name) for name in shared]
    assert other.valid_loss != first.valid_loss


def test_what_is_shared_by_all_trials_is_what_the_network_itself_says(
    once: RecordedTrial, monkeypatch: pytest.MonkeyPatch
) -> None:
    shared = once.evaluations[0]
    monkeypatch.setattr(trials, "initial_logits", lambda *_: None)
    own = train(evaluations=1, imbalance=100.0).evaluations[0]
    assert (own.error_rate, own.histogram) == (shared.error_rate, shared.histogram)
    for name in ("nll", "brier", "valid_loss", "gradient"):
        assert getattr(own, name) == pytest.approx(getattr(shared, name), rel=1e-5)


def test_ten_points_beside_the_first_are_the_default_of_the_digits(once: RecordedTrial) -> None:
    assert len(once.evaluations) == 11


def test_seconds_grow_from_the_beginning_of_the_training(once: RecordedTrial) -> None:
    for records in (once.evaluations[1:], once.points):
        seconds = [record.seconds for record in records]
        assert seconds == sorted(seconds)
        assert 0 < seconds[0] < seconds[-1]
    duration = sum(metrics.seconds for metrics in once.epochs)
    assert duration <= once.evaluations[-1].seconds


def test_seconds_begin_after_the_evaluation_that_is_before_any_training() -> None:
    reported: list[tuple[float, Evaluation]] = []

    def note(event: TrialEvent) -> None:
        if isinstance(event, Evaluated):
            reported.append((time.perf_counter(), event.evaluation))

    run_trial(
        recipe="digits",
        loss="cross_entropy",
        seed=0,
        settings=settings_of("digits", **SMALL),
        emit=note,
    )
    (began, _), *_, (ended, last) = reported
    assert last.seconds <= ended - began


def test_every_evaluation_counts_every_validation_image(once: RecordedTrial) -> None:
    at_the_end = [evaluation for evaluation in once.evaluations if evaluation.at in (1, 2)]
    for evaluation, metrics in zip(at_the_end, once.epochs, strict=True):
        assert evaluation.error_rate == pytest.approx(metrics.error_rate)
        assert evaluation.valid_loss == pytest.approx(metrics.valid_loss)
    for evaluation in once.evaluations:
        assert sum(evaluation.histogram) == 359
        assert len(evaluation.histogram) == len(evaluation.gradient) == BINS
        # a class with more than a half is the largest
        surely_right = sum(evaluation.histogram[BINS // 2 + 1 :])
        assert surely_right <= (1 - evaluation.error_rate) * 359 + 1e-9


def test_a_trial_says_how_many_images_an_epoch_learns_from(once: RecordedTrial) -> None:
    assert once.image_counts == (BATCHES * 64, 359)


def test_where_batches_are_fewer_than_evaluations_each_batch_is_evaluated_once_and_it_is_said() -> (
    None
):
    recorded = train(batch_size=1024, evaluations=10)  # one batch an epoch
    assert [evaluation.at for evaluation in recorded.evaluations] == [0, 1, 2]
    assert recorded.origin.endswith(
        "; 1 evaluation per epoch instead of 10, as an epoch has one batch"
    )
    assert recorded.image_counts == (1024, 359)


@pytest.mark.parametrize(
    ("frozen", "unfrozen", "phases"),
    [
        (0, 1, [UNFROZEN]),
        (1, 0, [FROZEN]),
        (0, 2, [UNFROZEN] * 2),
        (2, 0, [FROZEN] * 2),
        (2, 1, [FROZEN, FROZEN, UNFROZEN]),
    ],
)
def test_either_phase_can_be_left_out(frozen: int, unfrozen: int, phases: list[Phase]) -> None:
    learner, recorded = train_learner(frozen_epochs=frozen, unfrozen_epochs=unfrozen, **SMALL)
    assert [metrics.phase for metrics in recorded.epochs] == phases
    assert (
        [metrics.epoch for metrics in recorded.epochs]
        == [evaluation.at for evaluation in recorded.evaluations[1:]]
        == list(range(1, len(phases) + 1))
    )
    assert recorded.points[-1].at == len(phases)
    body = seeded_learner(
        "digits",
        settings_of("digits"),
        LOAD["digits"](settings_of("digits"), LoadOptions()),
        learner.loss_func,
        0,
    ).model[0]
    first = next(body.parameters())
    # a frozen body stays as it was
    assert torch.equal(first, next(learner.model.parameters())) == (unfrozen == 0)


@pytest.mark.slow
@pytest.mark.parametrize(("epochs", "size"), [(2, 16), (7, 8)])
def test_the_curve_has_at_most_200_points_that_reach_the_end(epochs: int, size: int) -> None:
    recorded = train(unfrozen_epochs=epochs - 1, batch_size=size, **SMALL)
    points, (images, _) = recorded.points, recorded.image_counts
    batches = epochs * images // size
    assert len(points) == math.ceil(batches / math.ceil(batches / POINTS)) <= POINTS
    at = [point.at for point in points]
    assert at == sorted(set(at))
    assert at[0] > 0
    assert at[-1] == epochs


def test_learning_rates_follow_the_schedule(once: RecordedTrial) -> None:
    """``fine_tune``: the frozen fit warms up to the base rate; the unfrozen one goes up to half of
    it and down to nearly nothing.
    """
    rates = [point.learning_rate for point in once.points]
    frozen, unfrozen = rates[:BATCHES], rates[BATCHES:]
    assert frozen == sorted(frozen)
    assert frozen[0] == pytest.approx(4e-3 / 25)
    assert frozen[-1] > 0.95 * 4e-3
    top = unfrozen.index(max(unfrozen))
    assert max(unfrozen) == pytest.approx(2e-3, rel=0.02)
    assert unfrozen[: top + 1] == sorted(unfrozen[: top + 1])
    assert unfrozen[top:] == sorted(unfrozen[top:], reverse=True)
    assert unfrozen[-1] < 0.05 * 2e-3


def test_mixed_precision_changes_nothing_without_an_accelerator(once: RecordedTrial) -> None:
    recorded = train(mixed_precision=True)
    assert recorded.fingerprints == once.fingerprints
    assert without_seconds(recorded.points) == without_seconds(once.points)
    assert without_seconds(recorded.evaluations) == without_seconds(once.evaluations)


@pytest.mark.parametrize("network", ["squeezenet1_1", "resnet18"])
def test_digits_can_be_learned_by_torchvision_s_networks_from_scratch(network: str) -> None:
    recorded = train(
        network=network,
        pretrained=False,
        image_size=32,
        frozen_epochs=0,
        batch_size=256,
        **SMALL,
    )
    assert recorded.origin == (
        f"{network}, from scratch; 354 training images, 359 validation images, each epoch"
        " leaves out 98 training images, chosen anew, which would not fill a batch of 256"
    )
    assert len(recorded.error_rates) == 1


def found(**changes: object) -> Preparation:
    settings = settings_of("digits", learning_rate=None, batch_size=16, **SMALL, **changes)
    return prepare(recipe="digits", settings=settings, cores=2, emit=lambda _: None)


@pytest.mark.slow
@BY_FASTAI
def test_a_learning_rate_that_is_left_open_is_found_the_same_twice_and_nothing_stays_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    ready = found()
    assert 1e-4 < ready.learning_rate < 1
    assert ready.learning_rate == found().learning_rate
    assert list(tmp_path.iterdir()) == []
    recorded = train(found_rate=ready.learning_rate, learning_rate=None, batch_size=16, **SMALL)
    assert max(point.learning_rate for point in recorded.points) == pytest.approx(
        ready.learning_rate, rel=0.05
    )


@pytest.mark.slow
@BY_FASTAI
def test_the_search_for_a_learning_rate_restores_the_weights(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = settings_of("digits", frozen_epochs=0)
    learner = seeded_learner(
        "digits",
        settings,
        LOAD["digits"](settings, LoadOptions()),
        objective(LOSSES["cross_entropy"]),
        0,
    )
    before = {name: value.clone() for name, value in learner.model.state_dict().items()}
    reported: list[tuple[str, float]] = []
    learner.freeze()  # as fastai leaves a pretrained vision_learner
    rate = find_learning_rate(
        learner,
        settings,
        on_progress=lambda *progress: reported.append(progress),
        check_stop=lambda: None,
    )
    assert reported[0] == ("searching for a learning rate: batch 1 of at most 100", 0.01)
    # all layers learned during the search
    assert all(parameter.requires_grad for parameter in learner.model.parameters())
    assert all(
        torch.equal(value, before[name]) for name, value in learner.model.state_dict().items()
    )
    assert 1e-5 < rate < 1
    assert list(tmp_path.iterdir()) == []


@BY_FASTAI
# fastai ends its folder with the object only
@pytest.mark.filterwarnings("ignore:Implicitly cleaning up:ResourceWarning")
def test_the_search_for_a_learning_rate_can_be_stopped_and_leaves_nothing_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    reported: list[PreparationProgress] = []
    settings = settings_of("digits", learning_rate=None)
    with pytest.raises(TrialStopped):
        prepare(
            recipe="digits",
            settings=settings,
            cores=2,
            emit=reported.append,
            stop_requested=lambda: (
                bool(reported)
                and reported[-1].stage == "searching for a learning rate: batch 5 of at most 100"
            ),
        )
    gc.collect()
    assert list(tmp_path.iterdir()) == []
