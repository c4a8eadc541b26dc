"""What the pets cost is what their own code downloads and trains."""

from dataclasses import replace
from pathlib import Path

import pytest

from lossviz.experiments.networks import NETWORKS
from lossviz.experiments.pets_cost import (
    PETS_IMAGES,
    PHOTOS_MB,
    pets_downloads,
    trial_without_gpu_s,
)
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.settings import Settings

PETS = get_recipe("pets").settings


def changed(**changes: object) -> Settings:
    return replace(PETS, **changes)


@pytest.mark.parametrize("in_config", ["data", "elsewhere"])
def test_photos_count_where_fastai_s_configuration_puts_them_and_all_are_there(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, in_config: str
) -> None:
    monkeypatch.setenv("FASTAI_HOME", str(tmp_path))
    if in_config != "data":
        (tmp_path / "config.ini").write_text(f"[DEFAULT]\ndata = {in_config}\n")
    images = tmp_path / in_config / "oxford-iiit-pet" / "images"
    images.mkdir(parents=True)
    for number in range(PETS_IMAGES - 1):
        (images / f"{number}.jpg").touch()
    assert pets_downloads(PETS).photos_mb == PHOTOS_MB, "one is missing"
    (images / "last.jpg").touch()
    assert pets_downloads(PETS).photos_mb == 0


def test_only_pretrained_weights_that_are_not_here_are_downloaded(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setenv("FASTAI_HOME", str(tmp_path))
    assert pets_downloads(PETS).weights_mb == round(NETWORKS["resnet18"].weights_megabytes)
    assert pets_downloads(changed(pretrained=False)).weights_mb == 0
    weights = tmp_path / "hub" / "checkpoints" / NETWORKS["resnet18"].weights_file
    weights.parent.mkdir(parents=True)
    weights.touch()
    assert pets_downloads(PETS).weights_mb == 0


def test_the_time_grows_with_epochs_evaluations_and_pixels_and_falls_with_cores() -> None:
    two_cores = trial_without_gpu_s(PETS, cores=2)
    assert 9 * 60 < two_cores < 16 * 60, "about 12 minutes"
    assert trial_without_gpu_s(PETS, cores=8) == pytest.approx(two_cores / 4)
    assert trial_without_gpu_s(changed(image_size=112), cores=2) == pytest.approx(two_cores / 4)
    longer = trial_without_gpu_s(changed(unfrozen_epochs=3), cores=2)
    assert longer == pytest.approx(2 * two_cores, rel=0.02)
    assert trial_without_gpu_s(changed(evaluations=1), cores=2) < two_cores
