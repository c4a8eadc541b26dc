"""The colour and dash of each loss, the same on every page."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from zlib import crc32

from lossviz.losses.catalogue import LOSSES
from lossviz.losses.loss import Loss
from lossviz.losses.parsing import loss_from_spec


@dataclass(frozen=True, slots=True, kw_only=True)
class LossStyle:
    """How a loss is drawn.

    Attributes:
        color: Hex colour; contrast at least 3 to 1 against the light and the dark background.
        dash: Plotly's name of the dash, so that colour is never the only mark.
    """

    color: str
    dash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StyledLoss:
    """A loss of a comparison and how it is drawn there."""

    loss: Loss
    style: LossStyle


_FEATURED = {
    "cross_entropy": LossStyle(color="#1d62c9", dash="solid"),
    "dot_product": LossStyle(color="#e37327", dash="dash"),
    "inverse": LossStyle(color="#c7293a", dash="dot"),
    "inverse_power": LossStyle(color="#1ca2af", dash="dashdot"),
    "generalized": LossStyle(color="#9f3f88", dash="longdash"),
}
_COLORS = ("#db55e9", "#7277ab", "#90971f", "#09a68b", "#b24830", "#0a746f")  # of all others
_DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
# Neighbours differ in both; all 30 differ, as 6 and 5 share no divisor. None is solid: that is
# cross-entropy's.
_STYLES = tuple(
    LossStyle(color=_COLORS[place % 6], dash=_DASHES[1 + place % 5]) for place in range(30)
)
_OTHERS = [key for key in LOSSES if key not in _FEATURED]
_CATALOGUE = _FEATURED | {key: _STYLES[place % len(_STYLES)] for place, key in enumerate(_OTHERS)}


def style_for(loss: Loss) -> LossStyle:
    """The style of a loss, whatever its parameters: by its key or, if typed, by its text."""
    if loss.key in _CATALOGUE:
        return _CATALOGUE[loss.key]
    return _STYLES[crc32(loss.text.encode()) % len(_STYLES)]


def distinct_styles(losses: Sequence[Loss]) -> list[LossStyle]:
    """The styles of losses that are drawn together.

    One that equals an earlier one gets the next free dash of its colour; where six share a colour,
    another colour.
    """
    styles: list[LossStyle] = []
    for style in map(style_for, losses):
        first = _DASHES.index(style.dash)
        candidates = (
            replace(style, color=color, dash=dash)
            for color in (style.color, *_COLORS)
            for dash in _DASHES[first:] + _DASHES[:first]
        )
        styles.append(next((free for free in candidates if free not in styles), style))
    return styles


def styled_losses(specs: Sequence[str]) -> dict[str, StyledLoss]:
    """The losses of a comparison with their styles, by spec."""
    losses = [loss_from_spec(spec) for spec in specs]
    styled = zip(losses, distinct_styles(losses), strict=True)
    return {
        spec: StyledLoss(loss=loss, style=style)
        for spec, (loss, style) in zip(specs, styled, strict=True)
    }
