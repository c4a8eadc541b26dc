"""A batch preview shows what the first trial is trained on."""

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

from lossviz.experiments.engine.messages import PreparationProgress
from lossviz.training import trial as trials
from lossviz.training.batch_preview import SHOWN, preview_batch
from lossviz.training.data import image_dataset as images
from lossviz.training.data.dataset import ImageDataset
from lossviz.training.interruption import TrialStopped
from lossviz.training.recipes import seeded_learner
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
