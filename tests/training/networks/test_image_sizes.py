"""A network says which images it takes, and which it would."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from lossviz.errors import InvalidInput
from lossviz.training.networks.torchvision_networks import check_image_size, make_torchvision
from tests.support.networks import OFFICIAL_WEIGHTS, SIZE_LIMITED, same, skeleton


def takes(call: Callable[[], object]) -> bool:
    try:
        call()
    except (RuntimeError, ValueError):  # InvalidInput is a ValueError
        return False
    return True


@pytest.mark.parametrize(
    ("name", "size", "fitting"),
    [("alexnet", 8, 64), ("inception_v3", 64, 96), ("vit_b_16", 64, 224), ("vit_b_16", 256, 224)],
)
def test_a_size_that_a_network_cannot_take_is_refused_with_one_that_it_can(
    name: str, size: int, fitting: int
) -> None:
    model = skeleton(name)
    with pytest.raises(
        InvalidInput,
        match=rf"{name} cannot take images of {size} × {size} pixels; {fitting} × {fitting} works",
    ):
        check_image_size(model, size, name=name)
    check_image_size(model, fitting, name=name)


def test_resnets_take_the_digits_as_they_are() -> None:
    check_image_size(make_torchvision("resnet18", classes=10, weights=False), 8, name="resnet18")


@pytest.mark.parametrize("name", SIZE_LIMITED)
def test_the_smallest_size_is_the_one_that_torchvision_states(name: str) -> None:
    model, minimum = skeleton(name), OFFICIAL_WEIGHTS[name].meta["min_size"][0]
    check_image_size(model, minimum, name=name)
    with pytest.raises(InvalidInput):
        check_image_size(model, minimum - 1, name=name)


@pytest.mark.parametrize("name", ["squeezenet1_1", "googlenet", "shufflenet_v2_x0_5"])
def test_a_size_is_taken_where_real_images_of_it_go_through(name: str) -> None:
    model = make_torchvision(name, classes=2, weights=False)
    for size in (8, 14, 15, 16, 17):
        assert takes(lambda size=size: check_image_size(model, size, name=name)) == takes(
            lambda size=size: model(torch.zeros(2, 3, size, size))
        )


def test_checking_a_size_changes_neither_the_network_nor_chance() -> None:
    # has batch normalisation and dropout
    model = make_torchvision("mobilenet_v3_small", classes=2, weights=False)
    model.classifier.eval()
    weights, modes, chance = (
        {k: v.clone() for k, v in model.state_dict().items()},
        [m.training for m in model.modules()],
        torch.get_rng_state(),
    )
    check_image_size(model, 32, name="mobilenet_v3_small")
    assert same(model.state_dict(), weights)
    assert [module.training for module in model.modules()] == modes
    assert torch.equal(torch.get_rng_state(), chance)
    assert {value.device.type for value in model.state_dict().values()} == {"cpu"}


def test_a_network_that_no_size_suits_is_a_bug_and_shows_its_trace() -> None:
    with pytest.raises(RuntimeError, match="reduction dim"):
        check_image_size(nn.Sequential(nn.Flatten(), nn.Linear(7, 2)), 32, name="broken")


class _Choosy(nn.Module):
    """Takes images of 32 and of 128 pixels, and no others."""

    def forward(self, images: Tensor) -> Tensor:
        if images.shape[-1] not in (32, 128):
            raise ValueError("neither 32 nor 128")
        return images


def test_a_larger_size_is_suggested_before_a_smaller_one() -> None:
    with pytest.raises(InvalidInput, match="128 × 128 works"):
        check_image_size(_Choosy(), 48, name="choosy")
    with pytest.raises(InvalidInput, match="128 × 128 works"):
        check_image_size(_Choosy(), 256, name="choosy")
