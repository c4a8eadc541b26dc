"""The styles of losses, alone and together."""

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lossviz import LOSSES, parse_loss
from lossviz.charts.loss_style import LossStyle, distinct_styles, style_for
from lossviz.losses.loss import Loss

# Background, the background of fields, and text: .streamlit/config.toml
THEMES = {
    "light": ("#ffffff", "#f3f5f9", "#172033"),
    "dark": ("#10151f", "#1a2230", "#e8ecf4"),
}
# What is left of linear RGB where one kind of cone is missing (Machado, Oliveira, Fernandes 2009,
# "A physiologically-based model for simulation of color vision deficiency", table 1, severity 1).
EYES = {
    "all cones": np.eye(3),
    "no long waves (protanopia)": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "no middle waves (deuteranopia)": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "no short waves (tritanopia)": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}
# From linear RGB to the perceptual OKLab (Ottosson 2020), with L from 0 to 1.
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
LEAST_DISTANCE = 0.12  # 0.02 can just be told apart side by side
TYPED = [f"(1-p)**{power}" for power in range(2, 60)]
ALL = [*LOSSES.values(), *map(parse_loss, TYPED)]


def linear(color: str) -> np.ndarray:
    """Linear RGB, 0 to 1."""
    channels = np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    return TO_LAB @ np.cbrt(TO_CONES @ rgb)


def from_lab(color: np.ndarray) -> np.ndarray:
    rgb = np.linalg.inv(TO_CONES) @ (np.linalg.inv(TO_LAB) @ color) ** 3
    return np.clip(rgb, 0, 1)


def contrast(one: np.ndarray, other: np.ndarray) -> float:
    """Of two colours in linear RGB, by WCAG 2: 1 to 21."""
    darker, lighter = sorted(float(color @ [0.2126, 0.7152, 0.0722]) for color in (one, other))
    return (lighter + 0.05) / (darker + 0.05)


def distance(one: LossStyle, other: LossStyle, eyes: str) -> float:
    """Of two colours in OKLab, as these eyes see them."""
    seen = [
        lab(np.clip(np.array(EYES[eyes]) @ linear(style.color), 0, 1)) for style in (one, other)
    ]
    return float(np.linalg.norm(seen[0] - seen[1]))


@pytest.mark.parametrize("theme", THEMES)
def test_every_loss_stands_out_against_the_background(theme: str) -> None:
    background = linear(THEMES[theme][0])
    for loss in ALL:
        assert contrast(linear(style_for(loss).color), background) >= 3, loss.spec


@pytest.mark.parametrize("theme", THEMES)
def test_text_in_the_colour_of_a_loss_can_be_read_on_every_background(theme: str) -> None:
    *backgrounds, text = THEMES[theme]
    for loss in ALL:
        style = style_for(loss)
        assert style.text_color == f"color-mix(in oklab, {style.color} 65%, currentColor)"
        mixed = from_lab(0.65 * lab(linear(style.color)) + 0.35 * lab(linear(text)))
        for background in backgrounds:
            assert contrast(mixed, linear(background)) >= 4.5, loss.spec


def test_cross_entropy_is_not_the_dimmest_line_in_the_dark() -> None:
    background = linear(THEMES["dark"][0])
    contrasts = {
        key: contrast(linear(style_for(loss).color), background) for key, loss in LOSSES.items()
    }
    assert contrasts["cross_entropy"] > 4.5
    assert contrasts["cross_entropy"] > sorted(contrasts.values())[len(contrasts) // 3]


def test_a_parameter_does_not_change_the_style() -> None:
    assert style_for(LOSSES["inverse_power"]) == style_for(
        LOSSES["inverse_power"].with_values(k=1.5)
    )


@given(st.lists(st.sampled_from(ALL), min_size=2, max_size=12))
def test_any_twelve_losses_differ_in_colour_and_those_of_one_dash_to_all_eyes(
    losses: list[Loss],
) -> None:
    """Typed losses and losses that stand there twice among them."""
    for one, other in itertools.combinations(distinct_styles(losses), 2):
        for eyes in EYES if one.dash == other.dash else ["all cones"]:
            assert distance(one, other, eyes) >= LEAST_DISTANCE, (one, other, eyes)


def test_no_two_dashes_can_be_taken_for_each_other() -> None:
    dashes = {style.dash for style in distinct_styles(ALL[:24])}
    assert dashes == {"solid", "dash", "dot", "dashdot"}  # none of plotly's two long ones


@given(st.lists(st.sampled_from(ALL), min_size=1, max_size=12))
def test_a_loss_keeps_its_style_unless_one_before_it_has_that(losses: list[Loss]) -> None:
    wanted = list(map(style_for, losses))
    for place, style in enumerate(distinct_styles(losses)):
        assert style == wanted[place] or wanted[place] in wanted[:place]


def test_more_than_twelve_losses_differ_too() -> None:
    styles = distinct_styles(ALL[:48])
    assert len(set(styles)) == 48
    assert len(distinct_styles([ALL[0]] * 60)) == 60
