"""Two classes: target and prediction as arrows in the plane."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import streamlit as st

from lossviz.charts.loss_style import LossStyle
from lossviz.geometry.vectors import angle_deg, dot
from lossviz.ui.components.arrow_plane.component import plane
from lossviz.ui.state.actions import on_drag_end, set_geometry
from lossviz.ui.state.geometry_state import MODES, GeometryState, Vector
from lossviz.ui.state.selection import Selection, read_selection
from lossviz.ui.state.view import is_shown
from lossviz.ui.text import draw_text

TARGETS: Final[Mapping[str, Vector]] = MappingProxyType(
    {"[0, 1]": (0.0, 1.0), "[1, 0]": (1.0, 0.0)}
)
# the probability of the target's class
PREDICTIONS: Final = MappingProxyType({"worst": 0.0, "unsure": 0.5, "good": 0.99})
_MODE = "plane mode"
SENTENCES: Final = MappingProxyType(
    {
        "segment": (
            "**Turn the arrow away from the target**: dot product, cosine and projection fall with"
            " every degree. Put a minus before any of them: a loss."
        ),
        "free": (
            "**Push the head towards the origin**: the angle and the cosine stay, the dot product"
            " goes to 0. It depends on the length too, the cosine does not."
        ),
        "logits": (
            "**Drag the point along a diagonal**: the arrow stays where it is. The softmax depends"
            " only on how far the logits are apart."
        ),
    }
)

SHARED_TARGET: Final = (
    "**The target is shared between the classes.** The cosine is still greatest where the arrow"
    " points to it. The dot product is not: it grows on towards the likelier class, and so rewards"
    " overconfidence. Each loss shown is its average over the two right answers."
)
EVEN_TARGET: Final = (
    "**The target is shared evenly.** The cosine is still greatest where the arrow points to it."
    " The dot product is the same for every prediction: it tells none of them apart. Each loss"
    " shown is its average over the two right answers."
)


def two_classes(selection: Selection, styles: Mapping[str, LossStyle]) -> None:
    """Draw the plane, and what is said of it."""
    geometry = selection.geometry
    plane(
        geometry,
        selection.shown,
        styles,
        targets=TARGETS,
        predictions=PREDICTIONS,
        moves=selection.geometry_version,
        refusals=selection.rejections,
        on_release=on_drag_end,
    )
    if is_shown("text"):
        draw_text(about_the_plane(geometry))
        draw_text(about_the_article())


def about_the_plane(geometry: GeometryState) -> str:
    """What to try where the arrows stand, as Markdown."""
    if geometry.mode != "segment" or sorted(geometry.target) == [0.0, 1.0]:
        return SENTENCES[geometry.mode]
    return EVEN_TARGET if geometry.target[0] == geometry.target[1] else SHARED_TARGET


def pick_mode(selection: Selection) -> None:
    """Let the visitor choose where the prediction may go."""
    st.session_state[_MODE] = selection.geometry.mode
    st.segmented_control(
        "The prediction may go",
        MODES,
        format_func=MODES.__getitem__,
        key=_MODE,
        required=True,
        on_change=_on_mode_change,
        label_visibility="collapsed",
    )


def _on_mode_change() -> None:
    set_geometry(read_selection().geometry.in_mode(st.session_state[_MODE]))


def about_the_article() -> str:
    """What the article swaps, and what it has right, as Markdown."""
    worst, good, target = [1, 0], [0.01, 0.99], [0, 1]
    return (
        "**Swapped in the article, twice.** For the target [0, 1] it calls [0, 1] the worst"
        " prediction and [0.99, 0.01] a good one. The worst is"
        f" {worst}, at {angle_deg(worst, target):.0f}° and with dot product"
        f" {dot(worst, target):.0f}; a good one is {good}, at {angle_deg(good, target):.1f}° and"
        f" with {dot(good, target):.2f}. And it lets the y value “decrease strictly from 1 to 0"
        " from vector (1,0) to vector (0,1)”: the y value is"
        f" {dot(worst, target):.0f} at (1, 0) and {dot(target, target):.0f} at (0, 1), so it falls"
        " the other way.\n\n"
        "**Right in the article.** From 0° to 90° the cosine falls strictly from 1 to 0. For the"
        " target (0, 1) the projection is just the y value, and the dot product too. So each can be"
        " a loss, with a minus before it. With two classes they look alike; with three they part."
    )
