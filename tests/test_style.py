"""How losses look, alone and together."""

import pytest

from lossviz import LOSSES, parse_loss
from lossviz.charts.style import style_of, styles_of
from lossviz.losses.loss import Loss

BACKGROUNDS = ("#ffffff", "#10151f")  # .streamlit/config.toml
OWN = [parse_loss(f"(1-p)**{power}") for power in range(2, 60)]


def luminance(color: str) -> float:
    """Relative luminance by WCAG 2, 0 to 1."""
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("loss", [*LOSSES.values(), *OWN], ids=lambda loss: loss.spec)
def test_every_loss_stands_out_against_both_backgrounds(loss: Loss) -> None:
    for background in BACKGROUNDS:
        darker, lighter = sorted([luminance(style_of(loss).color), luminance(background)])
        assert (lighter + 0.05) / (darker + 0.05) >= 3


def test_no_two_losses_of_the_catalogue_look_alike() -> None:
    assert len({style_of(loss) for loss in LOSSES.values()}) == len(LOSSES)


def test_a_parameter_does_not_change_the_look() -> None:
    assert style_of(LOSSES["inverse_power"]) == style_of(LOSSES["inverse_power"].at(k=1.5))


def test_losses_shown_together_never_look_alike_and_the_first_looks_as_it_does_alone() -> None:
    alike = [loss for loss in OWN if style_of(loss).color == style_of(OWN[0]).color]
    assert len(alike) > 6  # more than there are dashes
    for losses in (OWN[:12], alike, [OWN[0], OWN[0], OWN[0]]):
        styles = styles_of(losses)
        assert len(set(styles)) == len(losses)
        assert styles[0] == style_of(losses[0])


def test_losses_that_would_look_alike_keep_their_colour_as_long_as_it_has_a_free_dash() -> None:
    assert {style.color for style in styles_of([OWN[0]] * 6)} == {style_of(OWN[0]).color}
