"""The colour and dash of each loss, the same on every page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from zlib import crc32

from lossviz.losses.catalogue import LOSSES
from lossviz.losses.functions import is_function, loss_label
from lossviz.losses.loss import Loss
from lossviz.losses.parsing import loss_from_spec

_TEXT_SHARE = 65  # percent of the colour in text; more falls below 4.5 to 1 on a page's backgrounds


@dataclass(frozen=True, slots=True, kw_only=True)
class LossStyle:
    """How a loss is drawn.

    Attributes:
        color: Hex colour; contrast at least 3 to 1 against the light and the dark background.
        dash: Plotly's name of the dash, so that colour is never the only mark.
    """

    color: str
    dash: str

    @property
    def text_color(self) -> str:
        """The colour for text, in CSS; contrast at least 4.5 to 1 against every background.

        It is mixed with the colour that the text would have without it, so one value serves light
        and dark. CSS only: plotly cannot read it.
        """
        return f"color-mix(in oklab, {self.color} {_TEXT_SHARE}%, currentColor)"


@dataclass(frozen=True, slots=True, kw_only=True)
class StyledLoss:
    """A loss of a comparison and how it is drawn there.

    Attributes:
        label: What it is called.
        style: How it is drawn.
        loss: The formula; None of a function of a user's own, of which there is none.
    """

    label: str
    style: LossStyle
    loss: Loss | None


_DASHES = ("solid", "dash", "dot", "dashdot")  # no two that are taken for each other
# Colours that lie far apart in OKLab; those of one dash also where one kind of cone is missing. So
# twelve losses, each with a style of its own, can be told apart whichever twelve they are.
_FEATURED = {
    "cross_entropy": LossStyle(color="#2284ff", dash="solid"),
    "dot_product": LossStyle(color="#e46d00", dash="dash"),
    "inverse": LossStyle(color="#db3b5a", dash="dot"),
    "inverse_power": LossStyle(color="#2fa199", dash="dashdot"),
    "generalized": LossStyle(color="#b37fa4", dash="dash"),
}
_OTHERS = (
    LossStyle(color="#aa32a1", dash="solid"),
    LossStyle(color="#939711", dash="dashdot"),
    LossStyle(color="#6f54d2", dash="dash"),
    LossStyle(color="#667003", dash="solid"),
    LossStyle(color="#3175ac", dash="dot"),
    LossStyle(color="#9b5049", dash="dashdot"),
    LossStyle(color="#a977fa", dash="dot"),
)
_PLACES = {key: place for place, key in enumerate(key for key in LOSSES if key not in _FEATURED)}


def style_for(loss: Loss) -> LossStyle:
    """The style of a loss, whatever its parameters: by its key or, if typed, by its text.

    Losses share styles; ``distinct_styles`` gives those that are drawn together one each.
    """
    if loss.key in _FEATURED:
        return _FEATURED[loss.key]
    if loss.key is None:
        return _other_style(loss.text)
    return _OTHERS[_PLACES[loss.key] % len(_OTHERS)]


def _other_style(text: str) -> LossStyle:
    """The style of what has no place in the catalogue."""
    return _OTHERS[crc32(text.encode()) % len(_OTHERS)]


def distinct_styles(losses: Sequence[Loss]) -> list[LossStyle]:
    """The styles of losses that are drawn together: no two alike.

    Of losses that share a style the first keeps it, and the others get styles that none of these
    losses has. Beyond twelve, colours come again with another dash.
    """
    return _distinct([style_for(loss) for loss in losses])


def all_colors() -> tuple[LossStyle, ...]:
    """A style of each colour, in the order in which ``distinct_styles`` gives them to losses whose
    own style is taken.
    """
    return (*_OTHERS, *_FEATURED.values())


def _distinct(wanted: Sequence[LossStyle]) -> list[LossStyle]:
    free = (style for style in _all_styles() if style not in wanted)
    return [
        style if style not in wanted[:place] else next(free, style)
        for place, style in enumerate(wanted)
    ]


def _all_styles() -> Iterator[LossStyle]:
    """Every colour once, then every colour with its next dash, and so on."""
    for turn in range(len(_DASHES)):
        for style in all_colors():
            place = (_DASHES.index(style.dash) + turn) % len(_DASHES)
            yield replace(style, dash=_DASHES[place])


def styled_losses(specs: Sequence[str]) -> dict[str, StyledLoss]:
    """The losses of a comparison with their styles, by spec."""
    losses = [None if is_function(spec) else loss_from_spec(spec) for spec in specs]
    labels = [loss_label(spec) for spec in specs]
    wanted = [
        style_for(loss) if loss else _other_style(label)
        for loss, label in zip(losses, labels, strict=True)
    ]
    return {
        spec: StyledLoss(label=label, style=style, loss=loss)
        for spec, label, style, loss in zip(specs, labels, _distinct(wanted), losses, strict=True)
    }
