"""A batch preview shows what the first trial is trained on; and the number of trainings that fit in
memory is estimated without leaving a trace.
"""

import io
from pathlib import Path

import numpy as np
import pytest
import torch
from fastai.callback.core import Callback
from fastai.learner import Learner
from PIL import Image
from torch import Tensor
from torch.nn import functional as F

from lossviz import LOSSES, objective
from lossviz.experiments.engine.messages import PreparationProgress
from lossviz.training import memory
from lossviz.training import trial as trials
from lossviz.training.batch_preview import SHOWN, preview_batch
from lossviz.training.data import image_dataset as images
from lossviz.training.data.dataset import ImageDataset
from lossviz.training.interruption import TrialStopped
from lossviz.training.memory import trials_fitting_in_memory
from lossviz.training.recipes import LOAD, LoadOptions, seeded_learner
from tests.support.pictures import save_pictures
from tests.support.trials import settings_of, train

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture
def album(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    monkeypatch.setattr(images, "cache_folder", lambda: tmp_path / "stores")
    return {"folder": str(save_pictures(tmp_path / "album")), "batch_size": 16}


def previewed(recipe: str, **changes: object) -> list[tuple[Tensor, str, str]]:
    """Each image's pixels, [3, height, width] from 0 to 255, its true class and its label."""
    reported: list[PreparationProgress] = []
    images = preview_batch(recipe, settings_of(recipe, **changes), cores=1, emit=reported.append)
    files = [Image.open(io.BytesIO(image.png)) for image in images]
    assert {file.format for file in files} == {"PNG"}
    assert all(0 <= progress.share <= 1 for progress in reported)
    return [
        (torch.from_numpy(np.array(file)).permute(2, 0, 1), image.true_class, image.label)
        for file, image in zip(files, images, strict=True)
    ]


class _First(Callback):
    order = 99

    def before_batch(self) -> None:
        if self.learn.training and not hasattr(self, "batch"):
            self.batch = (Tensor(self.learn.xb[0]).clone(), Tensor(self.learn.yb[0]).clone())


def first_batch(
    monkeypatch: pytest.MonkeyPatch, recipe: str, **changes: object
) -> tuple[Tensor, Tensor]:
    """The first batch that a trial of seed 0 is trained on."""
    first = _First()

    def spied(*plan: object) -> Learner:
        learner = seeded_learner(*plan)
        learner.add_cb(first)
        return learner

    monkeypatch.setattr(trials, "seeded_learner", spied)
    train(recipe, loss="dot_product", **changes)
    return first.batch


def shown_as(batch: Tensor) -> list[Tensor]:
    scale = max(1, -(-96 // batch.shape[-1]))
    large = F.interpolate(batch, scale_factor=scale, mode="nearest").expand(-1, 3, -1, -1)
    return list((large.clamp(0, 1) * 255).round().byte())


@pytest.mark.parametrize("recipe", ["digits", "folder"])
def test_what_is_shown_is_to_the_pixel_the_first_batch_that_is_trained_on(
    recipe: str, album: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    changes = album if recipe == "folder" else {"label_noise": 0.3}
    shown = previewed(recipe, **changes)
    batch, labels = first_batch(monkeypatch, recipe, **changes)
    assert len(shown) == SHOWN == 12
    names = tuple("abc") if recipe == "folder" else tuple("0123456789")
    assert [name for _, _, name in shown] == [names[target] for target in labels[:SHOWN].tolist()]
    for (pixels, _, _), trained in zip(shown, shown_as(batch), strict=False):
        assert torch.equal(pixels, trained)


def test_small_images_are_enlarged_and_large_ones_are_not(album: dict[str, object]) -> None:
    assert {pixels.shape for pixels, _, _ in previewed("digits")} == {(3, 96, 96)}
    assert {
        pixels.shape for pixels, _, _ in previewed("folder", **{**album, "image_size": 128})
    } == {(3, 128, 128)}


def test_labels_that_noise_has_changed_are_shown_beside_the_true_ones() -> None:
    plain, noisy = previewed("digits"), previewed("digits", label_noise=0.6)
    assert all(true == label for _, true, label in plain)
    assert [true for _, true, _ in noisy] == [true for _, true, _ in plain]
    assert 2 <= sum(true != label for _, true, label in noisy) <= 11


def test_a_pretrained_network_s_normalisation_is_undone(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same digits, normalised for a pretrained network, look as they do without."""
    from lossviz.training import batch_preview

    monkeypatch.setattr(
        batch_preview,
        "seeded_learner",
        lambda recipe, settings, source, loss, seed: shown_learner(source, loss, seed),
    )
    normalised = previewed("digits", network="squeezenet1_1", pretrained=True, image_size=32)
    plain = previewed("digits", network="squeezenet1_1", pretrained=False, image_size=32)
    for (one, *_), (other, *_) in zip(normalised, plain, strict=True):
        assert (one.int() - other.int()).abs().max() <= 1  # one step of 255, by rounding


def shown_learner(source: ImageDataset, loss, seed: int) -> Learner:
    """With weights from chance, as those of ImageNet are not on this machine."""
    return seeded_learner(
        "digits",
        settings_of("digits", network="squeezenet1_1", pretrained=False, image_size=32),
        source,
        loss,
        seed,
    )


def test_a_preview_can_be_stopped_while_images_are_decoded(album: dict[str, object]) -> None:
    with pytest.raises(TrialStopped):
        preview_batch(
            "folder",
            settings_of("folder", **album),
            cores=1,
            emit=lambda _: None,
            stop_requested=lambda: True,
        )


def learner_of(network: str, size: int, **changes: object) -> Learner:
    settings = settings_of(
        "digits", network=network, pretrained=network == "letters", image_size=size, **changes
    )
    return seeded_learner(
        "digits",
        settings,
        LOAD["digits"](settings, LoadOptions()),
        objective(LOSSES["cross_entropy"]),
        0,
    )


@pytest.mark.parametrize(("network", "size"), [("letters", 8), ("resnet18", 32)])
def test_estimating_the_memory_leaves_weights_running_means_and_gradients_as_they_were(
    network: str, size: int
) -> None:
    learner = learner_of(network, size)
    before = {name: value.clone() for name, value in learner.model.state_dict().items()}
    assert any("running_mean" in name for name in before)
    fitting = trials_fitting_in_memory(learner)
    after = learner.model.state_dict()
    assert after.keys() == before.keys()
    assert all(torch.equal(after[name], value) for name, value in before.items())
    assert all(parameter.grad is None for parameter in learner.model.parameters())
    free_mb, weights_mb = (
        memory._free_mb(torch.device("cpu")),
        sum(value.numel() * value.element_size() for value in before.values()) / 2**20,
    )
    assert 1 <= fitting <= 0.8 * free_mb / (3 * weights_mb)


def test_larger_batches_fit_less_often_and_a_full_memory_still_holds_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    small, large = (
        trials_fitting_in_memory(learner_of("resnet18", 96, batch_size=size)) for size in (2, 128)
    )
    print("resnet18 at 96 px: batches of 2 fit", small, "times, of 128", large)
    assert 1 <= large < small
    monkeypatch.setattr(memory, "_free_mb", lambda _: 10.0)
    assert trials_fitting_in_memory(learner_of("letters", 8)) == 1
    monkeypatch.setattr(memory, "_free_mb", lambda _: None)  # a system that does not say
    assert trials_fitting_in_memory(learner_of("letters", 8)) == 1


def test_an_earlier_peak_as_of_decoding_images_does_not_count() -> None:
    before = memory._peak_mb(torch.device("cpu"))
    large = torch.ones(2**28, dtype=torch.uint8)
    del large
    assert memory._peak_mb(torch.device("cpu")) >= before + 200
    held = memory._held_mb(torch.device("cpu"))
    assert memory._peak_mb(torch.device("cpu")) < held + 50
