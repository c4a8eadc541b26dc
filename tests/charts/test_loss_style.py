"""The styles of losses, alone and together."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lossviz import LOSSES, parse_loss
from lossviz.charts.loss_style import LossStyle, distinct_styles, style_for
from lossviz.losses.loss import Loss
from tests.support.color_vision import (
    EYES,
    LEAST_DISTANCE,
    THEMES,
    contrast,
    from_lab,
    lab,
    linear,
    seen_distance,
)

TYPED = [f"(1-p)**{power}" for power in range(2, 60)]
ALL = [*LOSSES.values(), *map(parse_loss, TYPED)]


def distance(one: LossStyle, other: LossStyle, eyes: str) -> float:
    """Of their colours, as these eyes see them."""
    return seen_distance(linear(one.color), linear(other.color), eyes)


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
