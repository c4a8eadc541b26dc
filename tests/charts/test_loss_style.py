"""The styles of losses, alone and together."""

import itertools

import numpy as np
import pytest

from lossviz import LOSSES, parse_loss
from lossviz.charts.loss_style import distinct_styles, style_for
from lossviz.losses.loss import Loss
from lossviz.ui.loss_picker import FEATURED

BACKGROUNDS = ("#ffffff", "#10151f")  # .streamlit/config.toml
# What is left of linear RGB where one kind of cone is missing (Machado, Oliveira, Fernandes 2009,
# table 1, severity 1).
EYES = {
    "all cones": np.eye(3),
    "no long waves": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "no middle waves": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "no short waves": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
# From linear RGB to the perceptual OKLab (Ottosson 2020).
TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
OWN = [parse_loss(f"(1-p)**{power}") for power in range(2, 60)]


def linear(color: str) -> np.ndarray:
    """Linear RGB, 0 to 1."""
    channels = np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def luminance(color: str) -> float:
    """Relative luminance by WCAG 2, 0 to 1."""
    return float(linear(color) @ [0.2126, 0.7152, 0.0722])


def seen(color: str, eyes: str) -> np.ndarray:
    """The colour in OKLab, times 100, as these eyes see it."""
    return 100 * TO_LAB @ np.cbrt(TO_CONES @ np.clip(np.array(EYES[eyes]) @ linear(color), 0, 1))


@pytest.mark.parametrize("loss", [*LOSSES.values(), *OWN], ids=lambda loss: loss.spec)
def test_every_loss_stands_out_against_both_backgrounds(loss: Loss) -> None:
    for background in BACKGROUNDS:
        darker, lighter = sorted([luminance(style_for(loss).color), luminance(background)])
        assert (lighter + 0.05) / (darker + 0.05) >= 3


def test_no_two_losses_of_the_catalogue_have_the_same_style() -> None:
    assert len({style_for(loss) for loss in LOSSES.values()}) == len(LOSSES)


def test_a_parameter_does_not_change_the_style() -> None:
    assert style_for(LOSSES["inverse_power"]) == style_for(
        LOSSES["inverse_power"].with_values(k=1.5)
    )


def test_losses_drawn_together_differ_and_the_first_keeps_its_style() -> None:
    alike = [loss for loss in OWN if style_for(loss).color == style_for(OWN[0]).color]
    assert len(alike) > 6  # more than there are dashes
    for losses in (OWN[:12], alike, [OWN[0], OWN[0], OWN[0]]):
        styles = distinct_styles(losses)
        assert len(set(styles)) == len(losses)
        assert styles[0] == style_for(losses[0])


def test_a_loss_keeps_its_colour_as_long_as_it_has_a_free_dash() -> None:
    assert {style.color for style in distinct_styles([OWN[0]] * 6)} == {style_for(OWN[0]).color}


@pytest.mark.parametrize("eyes", EYES)
def test_colours_differ_for_colour_blind_readers_too(eyes: str) -> None:
    """A distance of 2 can just be told apart side by side; those that the article compares are five
    times as far from each other.
    """
    featured = [style_for(LOSSES[key]).color for key in FEATURED]
    others = sorted({style_for(loss).color for key, loss in LOSSES.items() if key not in FEATURED})
    for colors, least in ((featured, 10), (others, 8)):
        for one, other in itertools.combinations(colors, 2):
            assert np.linalg.norm(seen(one, eyes) - seen(other, eyes)) >= least, (one, other)
