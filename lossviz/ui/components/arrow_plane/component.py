"""The plane with its two arrows, their numbers and their curves, redrawn in the browser while a
hand drags them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from lossviz.charts.loss_style import LossStyle
from lossviz.losses.loss import Loss
from lossviz.ui.components import read_assets
from lossviz.ui.components.shared.geometry_component import field_data, measure_colors, mount
from lossviz.ui.state.geometry_state import GeometryState
from lossviz.ui.static_files import import_module

_HTML = """
<div class="lossviz-arrows lossviz-plane">
  <div class="from-z">
    <svg class="logits" role="group" aria-label="The plane of logits"></svg>
    <p class="hint">Drag the point, or Tab to it and use the arrow keys, Shift for bigger steps; End brings the arrow to the target. Along a
    diagonal z2 − z1 stays the same.</p>
  </div>
  <div class="drawing">
    <svg class="plane" role="group" aria-label="The plane of predictions"></svg>
    <p class="hint">Drag an arrow’s head. Keys: Tab to it, arrows, Shift for bigger steps; End brings the prediction to the target.</p>
    <p class="refused" role="status" hidden>The target keeps away from the origin: without a length it would point nowhere.</p>
  </div>
  <div class="charts"></div>
  <div class="readouts"></div>
</div>
"""

_COMPONENT = st.components.v2.component(
    "lossviz.plane",
    html=_HTML,
    css=read_assets("shared/geometry.css", "arrow_plane/style.css"),
    js=import_module("arrow_plane/index.js"),
    isolate_styles=False,
)


def plane(
    geometry: GeometryState,
    losses: Mapping[str, Loss],
    styles: Mapping[str, LossStyle],
    *,
    moves: int,
    refusals: int,
    on_release: Callable[[str, Sequence[float]], None],
) -> None:
    """Draw target and prediction as arrows that can be dragged, with every measure and every loss
    as a number and as a curve over the angle.

    The drawing carries ``data-drawn``: the prediction as it stands there.

    Args:
        geometry: Where the arrows stand, and how the prediction is held.
        losses: By their id.
        styles: How each looks.
        moves: How often anything but the hand has moved an arrow. The browser takes the scene over
            only when this has changed, so that a slow answer to one drag never pulls an arrow back
            during the next.
        refusals: See ``parameter_slider``.
        on_release: Called with "prediction", "target" or "logits", and where the reader has let it
            go.
    """
    mount(
        _COMPONENT,
        key="geometry_plane",
        on_release=on_release,
        prediction=geometry.prediction,
        target=geometry.target,
        logits=geometry.logits,
        mode=geometry.mode,
        moves=moves,
        refusals=refusals,
        fields=field_data(losses, styles),
        colors=measure_colors(),
    )
