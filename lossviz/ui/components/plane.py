"""The plane with its two arrows and their read-outs, redrawn in the browser while the prediction is dragged."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import streamlit as st

from lossviz.charts.style import style_of
from lossviz.losses.catalogue import get_loss
from lossviz.ui.components import read_assets

Point: TypeAlias = tuple[float, float]

_HTML = """
<div class="lossviz-plane">
  <div class="drawing">
    <svg class="plane" role="group" aria-label="The plane of predictions"></svg>
    <p class="hint">Drag the arrow’s head. Keys: arrows, Shift for bigger steps, End for the target.</p>
  </div>
  <div class="readouts"></div>
</div>
"""

_COMPONENT = st.components.v2.component(
    "lossviz.plane",
    html=_HTML,
    css=read_assets("plane.css"),
    js=read_assets("plane_measures.js", "plane.js"),
    isolate_styles=False,
)


def plane(*, prediction: Point, target: Point, on_segment: bool, moves: int, key: str, on_release: Callable[[Point], None]) -> None:
    """Draw the target and a prediction that can be dragged, with every measure beside it.

    Args:
        prediction: Where Python has put the prediction, each of p1 and p2 in [0, 1].
        target: Not the zero vector.
        on_segment: Whether the prediction is kept on p1 + p2 = 1.
        moves: How often Python has moved the prediction. The browser takes ``prediction`` over only when this has changed, so a slow answer to
            one drag never pulls the arrow back during the next.
        key: Constant for one plane on a page.
        on_release: Called with where the reader has let the prediction go.
    """

    def released() -> None:
        # A trigger, not a state: a state that comes back to the value of its last report (drag, preset, drag back) is not reported at all.
        x, y = st.session_state[key]["prediction"]
        on_release((float(x), float(y)))

    colors = tuple((name, style_of(get_loss(name)).color) for name in ("cross_entropy", "dot_product"))  # a dict would make Streamlit import pandas
    data = {"prediction": prediction, "target": target, "on_segment": on_segment, "moves": moves, "colors": colors}
    _COMPONENT(key=key, data=data, on_prediction_change=released)
