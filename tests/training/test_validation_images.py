"""Images that are asked for by row are, to the pixel, those that a trial is validated on."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from torch import Tensor

from lossviz import LOSSES, objective
from lossviz.errors import InvalidInput
from lossviz.experiments.engine.messages import PreviewImage
from lossviz.training.data import image_dataset
from lossviz.training.interruption import TrialStopped
from lossviz.training.png import png_of
from lossviz.training.recipes import LOAD, LoadOptions, seeded_learner
from lossviz.training.validation_images import render_images
from tests.support.pictures import save_pictures
from tests.support.trials import settings_of

pytestmark = pytest.mark.usefixtures("one_thread")


@pytest.fixture
def album(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    monkeypatch.setattr(image_dataset, "cache_folder", lambda: tmp_path / "stores")
    return {"folder": str(save_pictures(tmp_path / "album"))}


def rendered(recipe: str, rows: list[int], **changes: object) -> tuple[PreviewImage, ...]:
    settings = settings_of(recipe, **changes)
    return render_images(recipe, settings, rows, cores=1, emit=lambda _: None)


def validated(recipe: str, **changes: object) -> tuple[list[int], Tensor, list[str]]:
    """The first rows that a trial is validated on, its images and the names of their classes."""
    settings = settings_of(recipe, **changes)
    source = LOAD[recipe](settings, LoadOptions())
    learner = seeded_learner(recipe, settings, source, objective(LOSSES["cross_entropy"]), 0)
    images, targets = learner.dls.valid.one_batch()
    names = [source.classes[target] for target in targets[:4].tolist()]
    return learner.dls.valid_ds.rows[:4].tolist(), images[:4].as_subclass(Tensor), names


@pytest.mark.parametrize("recipe", ["digits", "folder"])
def test_they_are_what_the_network_gets_without_noise_in_the_order_of_the_rows(
    recipe: str, album: dict[str, object]
) -> None:
    changes = album if recipe == "folder" else {"label_noise": 0.6}
    rows, images, names = validated(recipe, **changes)
    found = rendered(recipe, rows[::-1], **changes)[::-1]
    assert [image.png for image in found] == [png_of(image) for image in images]
    assert [image.true_class for image in found] == [image.label for image in found] == names


def test_a_pretrained_network_s_normalisation_is_left_out() -> None:
    """It is not applied, so it need not be undone; without the weights on this machine."""
    changes = {"network": "squeezenet1_1", "image_size": 32}
    one, other = (
        rendered("digits", [0, 5], pretrained=pretrained, **changes) for pretrained in (True, False)
    )
    assert one == other
    assert np.array(Image.open(io.BytesIO(one[0].png))).shape == (96, 96, 3)


def test_a_row_that_is_not_there_is_refused_with_what_to_do() -> None:
    with pytest.raises(InvalidInput, match=r"no image 1797: there are 1,797 images.*train again"):
        rendered("digits", [3, 1797])


def test_rendering_can_be_stopped_while_images_are_decoded(album: dict[str, object]) -> None:
    with pytest.raises(TrialStopped):
        render_images(
            "folder",
            settings_of("folder", **album),
            [0],
            cores=1,
            emit=lambda _: None,
            stop_requested=lambda: True,
        )
