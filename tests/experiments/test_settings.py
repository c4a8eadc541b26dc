"""How a recipe is trained: what is refused, and how it reads."""

from dataclasses import replace
from pathlib import Path

import pytest

from lossviz.errors import InvalidInput
from lossviz.experiments.descriptions import describe_comparison
from lossviz.experiments.plan import completed_preparation, plan_comparison
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.records import Preparation, RateSearch, Trial, TrialState
from lossviz.experiments.settings import RANGES
from tests.support.records import comparison

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
    planned = plan_comparison(
        id="c", recipe=recipe, losses=["inverse"], seeds=1, created_at=0.0, settings=settings
    )
    return describe_comparison(planned, preparation or Preparation()).split(" · ")


def test_a_description_says_what_is_trained_and_leaves_out_what_was_not_done_to_the_data() -> None:
    assert described() == [
        "Handwritten digits",
        "small residual network, pretrained",
        "epochs: 1 frozen, 1 unfrozen",
        "Adam",
        "learning rate 0.004",
        "batches of 64",
        "8 × 8 pixels",
    ]


def test_a_description_names_the_rate_of_each_loss_and_the_seeds_that_chose_it() -> None:
    planned = comparison(seeds=1, rate_search=RateSearch())
    one, other = planned.trials()

    def described_after(*trials: Trial) -> str:
        return describe_comparison(planned, Preparation(), trials).split(" · ")[4]

    assert described_after(one, other) == (
        "a learning rate for each loss, to be chosen on seeds 1000 and 1001"
    )
    one = replace(one, learning_rate=0.012)
    assert described_after(one, other) == (
        "learning rates chosen on seeds 1000 and 1001: 0.012 (cross-entropy), still searched for"
        " (p**-k, k = 0.2)"
    )
    without = replace(other, state=TrialState.DIVERGED)
    assert described_after(one, without).endswith(
        "0.012 (cross-entropy), none found (p**-k, k = 0.2)"
    )


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
        f"Your own images ({tmp_path})",
        "resnet18, from scratch",
        "epoch: 1 unfrozen",
    ]
    assert parts[7:] == ["20% of the training labels wrong", "classes 10 to 1", "mixed precision"]


def test_the_device_is_said_once_where_all_share_it_and_listed_where_not() -> None:
    planned = comparison(seeds=1)
    one, other = (
        replace(trial, device="NVIDIA H100", precision="32-bit") for trial in planned.trials()
    )

    def last_part(*trials: Trial) -> str:
        return describe_comparison(planned, Preparation(), trials).split(" · ")[-1]

    assert last_part(one, replace(other, device="", precision="")) == "on NVIDIA H100, 32-bit"
    assert last_part(one, replace(other, device="processor")) == (
        "on NVIDIA H100, 32-bit (1 trial); the processor, 32-bit (1 trial)"
    )


def test_a_learning_rate_is_described_as_far_as_it_is_known() -> None:
    assert "learning rate to be found" in described(learning_rate=None)
    known = completed_preparation(Preparation(learning_rate=0.00347), cores=4, trials=2)
    assert described(learning_rate=None, preparation=known)[4:5] == [
        "learning rate 0.00347, found by lr_find"
    ]
    assert described(preparation=known)[-1] == "2 at once, 2 threads each"
    assert (
        described(preparation=completed_preparation(Preparation(), cores=1, trials=1))[-1]
        == "1 at once, 1 thread each"
    )
