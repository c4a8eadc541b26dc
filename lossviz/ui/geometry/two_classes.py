"""Two classes: target and prediction as arrows in the plane."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import streamlit as st

from lossviz.charts.loss_style import LossStyle
from lossviz.geometry.vectors import angle_deg, dot
from lossviz.ui.components.arrow_plane.component import plane
from lossviz.ui.geometry.presets import current_preset
from lossviz.ui.state.actions import on_drag_end, set_geometry
from lossviz.ui.state.geometry_state import MODES, GeometryState, Vector
from lossviz.ui.state.selection import Selection, read_selection

TARGETS: Final[Mapping[str, Vector]] = MappingProxyType(
    {"[0, 1]": (0.0, 1.0), "[1, 0]": (1.0, 0.0)}
)
# the probability of the target's class
PREDICTIONS: Final = MappingProxyType({"Worst": 0.0, "Unsure": 0.5, "Good": 0.99})
_MODE = "plane mode"
_TARGET = "plane target"
_PREDICTION = "plane preset"
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
    " a prediction that is too sure. What each loss charges is what it costs on average."
)
EVEN_TARGET: Final = (
    "**The target is shared evenly.** The cosine is still greatest where the arrow points to it."
    " The dot product is the same for every prediction: it tells none of them apart. What each loss"
    " charges is what it costs on average."
)


def prediction_for(geometry: GeometryState, p: float) -> Vector:
    """The prediction that gives this probability to the target's class.

    >>> prediction_for(GeometryState(target=(1.0, 0.0)), 0.99)
    (0.99, 0.01)
    """
    rest = round(1.0 - p, 2)
    return (rest, p) if geometry.target[1] >= geometry.target[0] else (p, rest)


def two_classes(selection: Selection, styles: Mapping[str, LossStyle]) -> None:
    """Draw the controls, and the plane."""
    geometry = selection.geometry
    is_one_hot = sorted(geometry.target) == [0.0, 1.0]
    with st.container(horizontal=True, gap="medium", key="geometry_controls"):
        _pick_mode(geometry)
        _pick_target(geometry)
        if geometry.mode != "logits" and is_one_hot:
            _pick_prediction(geometry)
    plane(
        geometry,
        selection.shown,
        styles,
        moves=selection.geometry_version,
        refusals=selection.rejections,
        on_release=on_drag_end,
    )
    st.markdown(about_the_plane(geometry))
    st.markdown(about_the_article())


def about_the_plane(geometry: GeometryState) -> str:
    """What to try where the arrows stand, as Markdown."""
    if geometry.mode != "segment" or sorted(geometry.target) == [0.0, 1.0]:
        return SENTENCES[geometry.mode]
    return EVEN_TARGET if geometry.target[0] == geometry.target[1] else SHARED_TARGET


def _pick_mode(geometry: GeometryState) -> None:
    st.session_state[_MODE] = geometry.mode
    st.segmented_control(
        "The prediction may go",
        MODES,
        format_func=MODES.__getitem__,
        key=_MODE,
        required=True,
        on_change=_on_mode_change,
    )


def _pick_target(geometry: GeometryState) -> None:
    st.session_state[_TARGET] = current_preset(TARGETS, geometry.target)
    st.pills("Put the target at", TARGETS, key=_TARGET, on_change=_on_target_preset)


def _pick_prediction(geometry: GeometryState) -> None:
    predictions = {name: prediction_for(geometry, p) for name, p in PREDICTIONS.items()}
    labels = {
        name: f"{name} [{', '.join(f'{value:g}' for value in prediction)}]"
        for name, prediction in predictions.items()
    }
    st.session_state[_PREDICTION] = current_preset(predictions, geometry.prediction)
    st.pills(
        "Put the prediction at",
        labels,
        format_func=labels.__getitem__,
        key=_PREDICTION,
        wrap=True,
        on_change=_on_prediction_preset,
    )


def _on_mode_change() -> None:
    set_geometry(read_selection().geometry.in_mode(st.session_state[_MODE]))


def _on_target_preset() -> None:
    if name := st.session_state[_TARGET]:  # None: the one that is lit was pressed again
        set_geometry(read_selection().geometry.moved("target", TARGETS[name]))


def _on_prediction_preset() -> None:
    if name := st.session_state[_PREDICTION]:
        geometry = read_selection().geometry
        set_geometry(geometry.moved("prediction", prediction_for(geometry, PREDICTIONS[name])))


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
