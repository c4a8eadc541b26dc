"""How a recipe is trained: what is refused, and how it reads."""

from dataclasses import replace
from pathlib import Path

import pytest

from lossviz.errors import InvalidInput
from lossviz.experiments.descriptions import describe_comparison
from lossviz.experiments.plan import completed_preparation, plan_comparison
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.records import Preparation
from lossviz.experiments.settings import RANGES

DIGITS = get_recipe("digits").settings


@pytest.mark.parametrize("name", RANGES)
def test_each_range_includes_its_ends_and_what_lies_beyond_is_refused_by_name(
    name: str,
) -> None:
    minimum, maximum = RANGES[name]
    other = {"unfrozen_epochs": 1} if name == "frozen_epochs" else {}
    for value in (minimum, maximum):
        assert getattr(replace(DIGITS, **{**other, name: value}), name) == value
    for value in (minimum - 1, maximum + 1, float("nan")):
        with pytest.raises(InvalidInput, match=f"{name.replace('_', ' ')} must lie between"):
            replace(DIGITS, **{**other, name: value})


def test_without_any_epoch_nothing_would_be_trained() -> None:
    with pytest.raises(InvalidInput, match="nothing would be trained"):
        replace(DIGITS, frozen_epochs=0, unfrozen_epochs=0)


def described(
    *, recipe: str = "digits", preparation: Preparation | None = None, **changes: object
) -> list[str]:
    settings = replace(get_recipe(recipe).settings, **changes)
    comparison = plan_comparison(
        id="c", recipe=recipe, losses=["inverse"], seeds=1, created_at=0.0, settings=settings
    )
    return describe_comparison(comparison, preparation or Preparation()).split(" · ")


def test_a_description_says_what_is_trained_and_leaves_out_what_was_not_done_to_the_data() -> None:
    assert described() == [
        "Handwritten digits",
        "small residual network, pretrained",
        "epochs: 1 of the last layer, 1 of all layers",
        "Adam",
        "learning rate 0.004",
        "batches of 64",
        "8 × 8 pixels",
    ]


def test_a_description_says_what_was_done_to_the_data_and_where_it_lies(
    tmp_path: Path,
) -> None:
    parts = described(
        recipe="folder",
        folder=str(tmp_path),
        label_noise=0.2,
        imbalance=10.0,
        mixed_precision=True,
        unfrozen_epochs=1,
    )
    assert parts[:3] == [
        f"A folder of your own images ({tmp_path})",
        "resnet18, from scratch",
        "epoch: 1 of all layers",
    ]
    assert parts[7:] == ["20% of the training labels wrong", "classes 10 to 1", "mixed precision"]


def test_a_learning_rate_is_described_as_far_as_it_is_known() -> None:
    assert "learning rate to be found" in described(learning_rate=None)
    known = completed_preparation(cores=4, trials=2, learning_rate=0.00347)
    assert described(learning_rate=None, preparation=known)[4:5] == [
        "learning rate 0.0035, found by lr_find"
    ]
    assert described(preparation=known)[-1] == "2 at once, 2 threads each"
    assert (
        described(preparation=completed_preparation(cores=1, trials=1))[-1]
        == "1 at once, 1 thread each"
    )
