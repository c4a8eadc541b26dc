"""What a trial reports: phases, evaluations, the training curve; and the learning rate it takes."""

import gc
import math
import tempfile
from pathlib import Path

import pytest
import torch

from lossviz import LOSSES, objective
from lossviz.experiments.confidence_bins import BINS
from lossviz.experiments.engine.messages import PreparationProgress
from lossviz.experiments.records import Phase, Preparation
from lossviz.training.interruption import TrialStopped
from lossviz.training.preparation import find_learning_rate, prepare
from lossviz.training.recipes import LOAD, LoadOptions, seeded_learner
from lossviz.training.report_callback import POINTS
from tests.support.trials import RecordedTrial, settings_of, train, train_learner

pytestmark = pytest.mark.usefixtures("one_thread")
BATCHES = 1438 // 64  # an epoch of digits
# when it loads an optimiser
BY_FASTAI = pytest.mark.filterwarnings("ignore:numpy.core is deprecated:DeprecationWarning")
FROZEN, UNFROZEN = Phase.FROZEN, Phase.UNFROZEN


@pytest.fixture(scope="module")
def once() -> RecordedTrial:
    return train()


@pytest.mark.parametrize("evaluations", [2, 3, 10])
def test_more_evaluations_are_reported_and_change_nothing_of_the_training(
    once: RecordedTrial, evaluations: int
) -> None:
    recorded = train(evaluations=evaluations)
    assert recorded.error_rates == once.error_rates
    assert recorded.fingerprints == once.fingerprints
    assert recorded.points == once.points
    assert len(recorded.evaluations) == 2 * evaluations
    at = [evaluation.at for evaluation in recorded.evaluations]
    assert at == pytest.approx(
        [(number + 1) / evaluations for number in range(2 * evaluations)], abs=0.5 / BATCHES + 1e-9
    )
    assert [
        evaluation for evaluation in recorded.evaluations if evaluation.at in (1, 2)
    ] == once.evaluations


def test_every_evaluation_counts_every_validation_image(once: RecordedTrial) -> None:
    assert [evaluation.error_rate for evaluation in once.evaluations] == pytest.approx(
        once.error_rates
    )
    for evaluation in train(evaluations=3).evaluations:
        assert sum(evaluation.histogram) == 359
        assert len(evaluation.histogram) == BINS
        # a class with more than a half is the largest
        surely_right = sum(evaluation.histogram[BINS // 2 + 1 :])
        assert surely_right <= (1 - evaluation.error_rate) * 359 + 1e-9


def test_where_batches_are_fewer_than_evaluations_each_batch_is_evaluated_once() -> None:
    recorded = train(batch_size=1024, evaluations=10)  # one batch an epoch
    assert [evaluation.at for evaluation in recorded.evaluations] == [1, 2]


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
    learner, recorded = train_learner(frozen_epochs=frozen, unfrozen_epochs=unfrozen)
    assert [metrics.phase for metrics in recorded.epochs] == phases
    assert (
        [metrics.epoch for metrics in recorded.epochs]
        == [evaluation.at for evaluation in recorded.evaluations]
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
@pytest.mark.parametrize(("epochs", "size"), [(2, 64), (4, 16), (7, 32)])
def test_the_curve_has_at_most_200_points_that_reach_the_end(epochs: int, size: int) -> None:
    points = train(unfrozen_epochs=epochs - 1, batch_size=size).points
    batches = epochs * (1438 // size)
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
    assert (recorded.fingerprints, recorded.points, recorded.evaluations) == (
        once.fingerprints,
        once.points,
        once.evaluations,
    )


@pytest.mark.parametrize("network", ["squeezenet1_1", "resnet18"])
def test_digits_can_be_learned_by_torchvision_s_networks_from_scratch(network: str) -> None:
    recorded = train(
        network=network, pretrained=False, image_size=32, frozen_epochs=0, batch_size=256
    )
    assert recorded.origin == (
        f"{network}, from scratch; 1,438 images to learn from, 359 to be validated on, each epoch"
        " leaves out 158 of the former, drawn anew, which would not fill a batch of 256"
    )
    assert len(recorded.error_rates) == 1


def found(**changes: object) -> Preparation:
    settings = settings_of("digits", learning_rate=None, **changes)
    return prepare(recipe="digits", settings=settings, cores=2, trials=6, emit=lambda _: None)


@pytest.mark.slow
@BY_FASTAI
def test_a_learning_rate_that_is_left_open_is_found_the_same_twice_and_nothing_stays_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    ready = found()
    assert 1e-4 < ready.learning_rate < 1
    assert ready == found()
    assert list(tmp_path.iterdir()) == []
    _, recorded = train_learner("digits", found_rate=ready.learning_rate, learning_rate=None)
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
            trials=6,
            emit=reported.append,
            stop_requested=lambda: (
                bool(reported)
                and reported[-1].stage == "searching for a learning rate: batch 5 of at most 100"
            ),
        )
    gc.collect()
    assert list(tmp_path.iterdir()) == []
