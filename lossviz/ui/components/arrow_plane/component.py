"""The plane with its two arrows, their numbers and their curves, redrawn while they are dragged."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

import streamlit as st

from lossviz.charts.loss_style import LossStyle
from lossviz.losses.loss import Loss
from lossviz.ui.components import read_assets
from lossviz.ui.components.shared.geometry_component import loss_data, measure_colors, mount
from lossviz.ui.state.geometry_state import LARGEST_LOGIT, LEAST_TARGET_LENGTH, GeometryState
from lossviz.ui.static_files import import_module

_COMPONENT = st.components.v2.component(
    "lossviz.plane",
    html=read_assets("arrow_plane/index.html"),
    css=read_assets("shared/geometry.css", "arrow_plane/style.css"),
    js=import_module("arrow_plane/index.js"),
    isolate_styles=False,
)


def plane(
    geometry: GeometryState,
    losses: Mapping[str, Loss],
    styles: Mapping[str, LossStyle],
    *,
    targets: Mapping[str, Sequence[float]] = MappingProxyType({}),
    predictions: Mapping[str, float] = MappingProxyType({}),
    moves: int,
    refusals: int,
    on_release: Callable[[str, Sequence[float]], None],
    key: str = "geometry_plane",
    rows: Sequence[str] = (),
) -> None:
    """Draw target and prediction as arrows that can be dragged, with every measure and every loss
    as a number and as a curve over the angle.

    The drawing carries ``data-drawn``: the prediction as it stands there.

    Args:
        geometry: Where the arrows stand, and how the prediction is held.
        losses: By their id.
        styles: How each looks.
        targets: Where a button puts the target.
        predictions: The probability that a button gives to the target's class.
        moves: How often anything but the reader has moved an arrow. Until the answer to a drag
            comes, only a change of this puts an arrow elsewhere (``pending_value.js``).
        refusals: See ``parameter_slider``.
        on_release: Called with "prediction", "target" or "logits", and where the reader has
            released it.
        key: Constant for one drawing on a page.
        rows: Keys of the measures that are shown, of measure_table.js. Where it is not empty there
            are no curves and no losses, and the target cannot be moved.
    """
    mount(
        _COMPONENT,
        key=key,
        on_release=on_release,
        rows=tuple(rows),
        prediction=geometry.prediction,
        target=geometry.target,
        logits=geometry.logits,
        mode=geometry.mode,
        targets=tuple((label, tuple(target)) for label, target in targets.items()),
        predictions=tuple(predictions.items()),
        moves=moves,
        refusals=refusals,
        least_target_length=LEAST_TARGET_LENGTH,
        largest_logit=LARGEST_LOGIT,
        losses=loss_data(losses, styles),
        colors=measure_colors(),
    )
