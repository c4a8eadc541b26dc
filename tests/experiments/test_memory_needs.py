"""What cannot fit in memory is refused before it starts, and says why."""

from dataclasses import replace

import pytest

from lossviz.errors import InvalidInput
from lossviz.experiments.memory_needs import least_memory_mb, require_memory
from lossviz.experiments.networks import NETWORKS
from lossviz.experiments.recipes import get_recipe

DIGITS = get_recipe("digits").settings
PETS = get_recipe("pets").settings


def test_the_digits_fit_in_690_mb_and_no_network_of_torchvision_in_1_gb() -> None:
    require_memory(DIGITS, 690, has_accelerator=False)
    for network in NETWORKS:
        with pytest.raises(InvalidInput, match=f"training {network} takes at least"):
            require_memory(replace(PETS, network=network), 1024, has_accelerator=False)


def test_the_refusal_says_what_there_is_and_what_to_do() -> None:
    with pytest.raises(InvalidInput) as refusal:
        require_memory(PETS, 1024, has_accelerator=False)
    assert "there are 1,024 MB here; choose the digits" in str(refusal.value)
    with pytest.raises(InvalidInput, match=r"training the digits .* give lossviz more memory"):
        require_memory(DIGITS, 256, has_accelerator=False)


def test_what_is_known_of_no_machine_is_refused_by_none() -> None:
    require_memory(replace(PETS, network="regnet_y_128gf"), None, has_accelerator=False)


def test_an_accelerator_keeps_the_parameters_itself() -> None:
    large = replace(PETS, network="regnet_y_128gf")
    assert least_memory_mb(large) > 10_000
    require_memory(large, 4096, has_accelerator=True)
