"""A trial is fixed by recipe, loss and seed; trials of one seed differ in nothing but the loss."""

import hashlib
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
import torch
from fastai.callback.core import Callback
from fastai.learner import Learner
from safetensors.torch import load_file
from torch import Tensor

from lossviz import LOSSES, objective
from lossviz.errors import LossvizError
from lossviz.experiments.recipes import RECIPES, get_recipe
from lossviz.experiments.records import Phase
from lossviz.training.data.digits import load_images
from lossviz.training.interruption import TrialDiverged, TrialStopped
from lossviz.training.networks.digits_network import make_body, make_head
from lossviz.training.networks.pretrain_letters import WEIGHTS, render_letters
from lossviz.training.recipes import LOAD, LoadOptions, seeded_learner
from lossviz.training.trial import run_trial
from tests.support.trials import RecordedTrial, train

SHA256 = "6db80d1f45f4e0659c4eb32dd3eb075955b6cad7c5643886fc6293763222a2f1"


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """As in a trial's process: sums depend on how they are shared out."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


class _Seen(Exception):
    """The first batch has been seen; there is no need to train on."""


class _Witness(Callback):
    order = -100

    def before_batch(self) -> None:
        self.batch = (self.learn.xb[0].clone(), self.learn.yb[0].clone())
        self.weights = {
            name: value.clone() for name, value in self.learn.model.state_dict().items()
        }
        raise _Seen("enough")


@dataclass(frozen=True)
class Start:
    """How a training begins."""

    weights: dict[str, Tensor]
    batch: tuple[Tensor, Tensor]
    validation: tuple[Tensor, Tensor]


def digits_learner(loss: str, seed: int = 0, **changes: object) -> Learner:
    settings = replace(get_recipe("digits").settings, **changes)
    return seeded_learner(
        "digits", settings, LOAD["digits"](settings, LoadOptions()), objective(LOSSES[loss]), seed
    )


def start(loss: str, seed: int, **changes: object) -> Start:
    witness, learner = _Witness(), digits_learner(loss, seed, **changes)
    with pytest.raises(_Seen), learner.no_bar(), learner.no_logging():
        learner.fine_tune(1, cbs=[witness])
    return Start(witness.weights, witness.batch, learner.dls.valid.one_batch())


def same(one: object, other: object) -> bool:
    if isinstance(one, Tensor):
        return torch.equal(one, other)
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return all(map(same, one, other))


@pytest.fixture(scope="module")
def recorded() -> RecordedTrial:
    return train()


@pytest.mark.parametrize("seed", [0, 7])
def test_the_same_seed_gives_every_loss_the_same_split_weights_and_first_batch(seed: int) -> None:
    first, *others = [start(loss, seed) for loss in LOSSES]
    for other in others:
        assert same(first.validation, other.validation)
        assert same(first.weights, other.weights)
        assert same(first.batch, other.batch)


def test_another_seed_gives_another_split_other_weights_and_another_batch() -> None:
    one, other = start("cross_entropy", 0), start("cross_entropy", 1)
    assert not same(one.validation, other.validation)
    assert not same(one.weights, other.weights)
    assert not same(one.batch, other.batch)


def test_the_heads_initial_weights_come_from_the_seed_alone_and_the_bodys_from_the_file() -> None:
    weights = start("inverse", 5).weights
    torch.manual_seed(5)  # no loader has drawn from it
    make_body()
    head = make_head(10).state_dict()
    assert same({name: weights[f"1.{name}"] for name in head}, head)
    assert same({name: weights[f"0.{name}"] for name in load_file(WEIGHTS)}, load_file(WEIGHTS))


def test_the_same_trial_twice_gives_the_same_numbers(recorded: RecordedTrial) -> None:
    torch.randn(17)  # what was drawn before does not matter
    for once, again in zip(recorded.epochs, train().epochs, strict=True):
        assert (once.train_loss, once.valid_loss, once.error_rate) == (
            again.train_loss,
            again.valid_loss,
            again.error_rate,
        )


def test_another_seed_gives_other_numbers(recorded: RecordedTrial) -> None:
    assert recorded.epochs[-1].valid_loss != train(seed=1).epochs[-1].valid_loss


def test_epochs_are_counted_over_both_phases(recorded: RecordedTrial) -> None:
    assert [(metrics.phase, metrics.epoch) for metrics in recorded.epochs] == [
        (Phase.FROZEN, 1),
        (Phase.UNFROZEN, 2),
    ]
    assert all(metrics.seconds > 0 for metrics in recorded.epochs)


def test_fine_tuning_learns(recorded: RecordedTrial) -> None:
    frozen, unfrozen = recorded.epochs
    assert unfrozen.error_rate < frozen.error_rate
    assert unfrozen.error_rate < 0.4  # guessing gives 0.9


def test_progress_grows_to_the_end(recorded: RecordedTrial) -> None:
    shares = recorded.shares
    assert len(shares) >= 2
    assert shares == sorted(shares)
    assert 0 < shares[0] < shares[-1] <= 1


@pytest.mark.parametrize("stop_at", [1, 5])
def test_a_stop_in_the_frozen_phase_ends_the_trial_there(stop_at: int) -> None:
    recorded = RecordedTrial()
    calls = 0

    def stop_requested() -> bool:
        nonlocal calls
        calls += 1
        return calls >= stop_at

    with pytest.raises(TrialStopped):
        run_trial(
            recipe="digits",
            loss="cross_entropy",
            seed=0,
            emit=recorded.record,
            stop_requested=stop_requested,
        )
    assert calls == stop_at  # no further batch, frozen or not
    assert recorded.epochs == []


@pytest.mark.parametrize(
    ("loss", "place"), [("p**-60", "batch 1 of epoch 1"), ("exp(20/p - 20)/1e9", "epoch 1")]
)
def test_a_loss_that_overflows_ends_the_trial_and_names_the_place(loss: str, place: str) -> None:
    with pytest.raises(
        TrialDiverged, match=rf"the training loss became (inf|nan) at .*{place}"
    ) as caught:
        train(loss=loss)
    assert isinstance(caught.value, LossvizError)


def test_a_recipe_says_what_is_trained_and_a_learner_trains_it() -> None:
    assert RECIPES.keys() == LOAD.keys()
    recipe = get_recipe("digits")
    learner = digits_learner("inverse")
    images, targets = load_images()
    assert images.shape == (1797, 1, 8, 8)
    assert (images.min(), images.max()) == (0, 1)
    assert len(learner.dls.train.dataset) == 1438
    assert len(learner.dls.valid.dataset) == 359
    assert len(images) == len(targets) == 1438 + 359
    assert learner.dls.train.bs == recipe.settings.batch_size
    assert learner.model(images[:2]).shape == (2, recipe.classes)
    assert targets.unique().tolist() == list(range(recipe.classes))


def test_training_and_validation_images_are_the_whole_set_once() -> None:
    learner = digits_learner("inverse")
    batches = [x for x, _ in learner.dls.train] + [x for x, _ in learner.dls.valid]
    dropped = len(learner.dls.train.dataset) - sum(len(x) for x in batches[:-1])
    assert dropped == 1438 % 64  # fastai drops the last, incomplete training batch
    assert len(batches) == 1438 // 64 + 1
    seen = [tuple(image.flatten().tolist()) for x in batches for image in x]
    everything = [tuple(image.flatten().tolist()) for image in load_images()[0]]
    assert len(set(everything)) == len(everything), (
        "digits has no image twice, or this test needs another way to tell them apart"
    )
    assert len(set(seen)) == len(seen) == len(everything) - dropped


def test_the_packed_weights_are_the_ones_that_were_made() -> None:
    assert hashlib.sha256(WEIGHTS.read_bytes()).hexdigest() == SHA256
    assert WEIGHTS.stat().st_size < 1_000_000


def test_letters_are_drawn_from_the_seed_alone() -> None:
    images, targets = render_letters(60, 0)
    assert images.shape == (60, 1, 8, 8)
    assert (images.amax((1, 2, 3)) <= 1).all()
    assert (images.amax((1, 2, 3)) > 0.5).all()
    assert targets.tolist() == [*range(52), *range(8)]
    assert torch.equal(images, render_letters(60, 0)[0])
    assert not torch.equal(images, render_letters(60, 1)[0])


@pytest.mark.heavy
@pytest.mark.slow
def test_the_script_that_makes_the_weights_makes_the_same_bytes_twice(tmp_path: Path) -> None:
    files = [tmp_path / "once.safetensors", tmp_path / "again.safetensors"]
    command = [
        sys.executable,
        "-m",
        "lossviz.training.networks.pretrain_letters",
        "--count",
        "600",
        "--epochs",
        "1",
        "--out",
    ]
    makers = [
        subprocess.Popen([*command, file], cwd=Path(__file__).parents[2], stdout=subprocess.DEVNULL)
        for file in files
    ]
    assert [maker.wait() for maker in makers] == [0, 0]
    assert files[0].read_bytes() == files[1].read_bytes()
    assert files[0].stat().st_size == WEIGHTS.stat().st_size
