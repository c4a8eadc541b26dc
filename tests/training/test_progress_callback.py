"""What a trial tells of its way: phases, evaluations, the curve of its batches; and the learning
rate that it takes.
"""

import gc
import math
import tempfile
from pathlib import Path

import pytest
import torch
from fastai.learner import Learner

from lossviz import LOSSES, objective
from lossviz.experiments.records import HISTOGRAM_BINS, Phase, Preparation
from lossviz.training.preparation import find_learning_rate, prepare
from lossviz.training.progress_callback import POINTS, TrialStopped
from lossviz.training.recipes import LOAD, LoadOptions, seeded_learner
from lossviz.training.trial import run_trial
from tests.support.trials import RecordedTrial, settings_of, train

pytestmark = pytest.mark.usefixtures("one_thread")
BATCHES = 1438 // 64  # an epoch of digits
# when it loads an optimiser
BY_FASTAI = pytest.mark.filterwarnings("ignore:numpy.core is deprecated:DeprecationWarning")
FROZEN, UNFROZEN = Phase.FROZEN, Phase.UNFROZEN


@pytest.fixture(scope="module")
def once() -> RecordedTrial:
    return train()


@pytest.mark.parametrize("evaluations", [2, 3, 10])
def test_more_evaluations_are_told_and_change_nothing_of_the_training(
    once: RecordedTrial, evaluations: int
) -> None:
    told = train(evaluations=evaluations)
    assert told.error_rates == once.error_rates
    assert told.fingerprints == once.fingerprints
    assert told.points == once.points
    assert len(told.evaluations) == 2 * evaluations
    at = [evaluation.at for evaluation in told.evaluations]
    assert at == pytest.approx(
        [(number + 1) / evaluations for number in range(2 * evaluations)], abs=0.5 / BATCHES + 1e-9
    )
    assert [
        evaluation for evaluation in told.evaluations if evaluation.at in (1, 2)
    ] == once.evaluations


def test_every_evaluation_counts_every_image_that_is_judged_on(once: RecordedTrial) -> None:
    assert [evaluation.error_rate for evaluation in once.evaluations] == pytest.approx(
        once.error_rates
    )
    for evaluation in train(evaluations=3).evaluations:
        assert sum(evaluation.histogram) == 359
        assert len(evaluation.histogram) == HISTOGRAM_BINS
        # a class with more than a half is the largest
        surely_right = sum(evaluation.histogram[HISTOGRAM_BINS // 2 + 1 :])
        assert surely_right <= (1 - evaluation.error_rate) * 359 + 1e-9


def test_where_batches_are_fewer_than_evaluations_each_batch_is_judged_once() -> None:
    told = train(batch_size=1024, evaluations=10)  # one batch an epoch
    assert [evaluation.at for evaluation in told.evaluations] == [1, 2]


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
    learner, told = trained_learner(frozen_epochs=frozen, unfrozen_epochs=unfrozen)
    assert [metrics.phase for metrics in told.epochs] == phases
    assert (
        [metrics.epoch for metrics in told.epochs]
        == [evaluation.at for evaluation in told.evaluations]
        == list(range(1, len(phases) + 1))
    )
    assert told.points[-1].at == len(phases)
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


def trained_learner(**changes: object) -> tuple[Learner, RecordedTrial]:
    told = RecordedTrial([])
    settings = settings_of("digits", **changes)
    return (
        run_trial(
            recipe="digits",
            loss="cross_entropy",
            seed=0,
            settings=settings,
            emit=lambda *event: told.events.append(event),
        ),
        told,
    )


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
    told = train(mixed_precision=True)
    assert (told.fingerprints, told.points, told.evaluations) == (
        once.fingerprints,
        once.points,
        once.evaluations,
    )


@pytest.mark.parametrize("network", ["squeezenet1_1", "resnet18"])
def test_digits_can_be_learned_by_torchvision_s_networks_from_scratch(network: str) -> None:
    told = train(network=network, pretrained=False, image_size=32, frozen_epochs=0, batch_size=256)
    assert (
        told.origin == f"{network}, from scratch; 1,438 images to learn from, 359 to be judged on"
    )
    assert len(told.error_rates) == 1


def found(**changes: object) -> Preparation:
    settings = settings_of("digits", learning_rate=None, **changes)
    return prepare(recipe="digits", settings=settings, cores=2, trials=6, emit=lambda *_: None)


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
    events: list[tuple] = []
    run_trial(
        recipe="digits",
        loss="cross_entropy",
        seed=0,
        settings=settings_of("digits", learning_rate=None),
        learning_rate=ready.learning_rate,
        emit=lambda *event: events.append(event),
    )
    assert max(point.learning_rate for point in RecordedTrial(events).points) == pytest.approx(
        ready.learning_rate, rel=0.05
    )


@pytest.mark.slow
@BY_FASTAI
def test_looking_for_a_learning_rate_brings_the_weights_back(
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
    told: list[tuple[str, float]] = []
    learner.freeze()  # as fastai leaves a pretrained vision_learner
    rate = find_learning_rate(
        learner, settings, tell=lambda *said: told.append(said), check=lambda: None
    )
    assert told[0] == ("looking for a learning rate: batch 1 of at most 100", 0.01)
    # it looked with all layers learning
    assert all(parameter.requires_grad for parameter in learner.model.parameters())
    assert all(
        torch.equal(value, before[name]) for name, value in learner.model.state_dict().items()
    )
    assert 1e-5 < rate < 1
    assert list(tmp_path.iterdir()) == []


@BY_FASTAI
# fastai ends its folder with the object only
@pytest.mark.filterwarnings("ignore:Implicitly cleaning up:ResourceWarning")
def test_looking_for_a_learning_rate_can_be_stopped_and_leaves_nothing_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    stages: list[str] = []
    settings = settings_of("digits", learning_rate=None)
    with pytest.raises(TrialStopped):
        prepare(
            recipe="digits",
            settings=settings,
            cores=2,
            trials=6,
            emit=lambda _, fields: stages.append(fields["stage"]),
            stop_requested=lambda: (
                stages[-1:] == ["looking for a learning rate: batch 5 of at most 100"]
            ),
        )
    gc.collect()
    assert list(tmp_path.iterdir()) == []
