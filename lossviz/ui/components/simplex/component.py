"""The triangle of predictions over three classes, with the paths of all losses to the truth.

The browser redraws it while something is dragged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from lossviz.charts.loss_style import LossStyle
from lossviz.losses.analysis.properness import MIN_GAIN
from lossviz.losses.loss import Loss
from lossviz.ui.components import read_assets
from lossviz.ui.components.shared.geometry_component import loss_data, mount
from lossviz.ui.state.geometry_state import LEAST_START_P, GeometryState
from lossviz.ui.static_files import import_module

_COMPONENT = st.components.v2.component(
    "lossviz.simplex",
    html=read_assets("simplex/index.html"),
    css=read_assets("shared/range.css", "shared/geometry.css", "simplex/style.css"),
    js=import_module("simplex/index.js"),
    isolate_styles=False,
)


def simplex(
    geometry: GeometryState,
    losses: Mapping[str, Loss],
    styles: Mapping[str, LossStyle],
    *,
    maps: Sequence[str],
    truths: Mapping[str, Sequence[float]],
    starts: Mapping[str, Sequence[float]],
    moves: int,
    refusals: int,
    on_release: Callable[[str, Sequence[float]], None],
) -> None:
    """Draw one loss or two as maps of their expected value over all predictions, with the
    gradient's arrows, and the paths of all losses to the truth; or one step of their introduction.

    The expected value of a prediction q under the truth t is ``Σ_k t_k f(q; class k is the right
    answer)``. The descent is ``dz/dτ = −dS/dz`` in the logits, seen through the softmax, or ``dp/dτ
    = −dS/dp`` along p1 + p2 + p3 = 1; τ is learning rate × steps. With equal first steps
    each loss is multiplied by what makes its first step as long as cross-entropy's, so that a
    constant factor in a formula changes nothing.

    Args:
        geometry: Where truth and prediction stand, and what the gradient moves.
        losses: By their id.
        styles: How each looks.
        maps: The ids of the one or two that are drawn as maps.
        truths: Where a button puts the truth.
        starts: Where a button of the first step puts the prediction.
        moves: See ``plane``.
        refusals: See ``parameter_slider``.
        on_release: Called with "truth" or "start", and where the reader has released it.
    """
    mount(
        _COMPONENT,
        key="geometry_simplex",
        on_release=on_release,
        truth=geometry.truth,
        start=geometry.start,
        step=geometry.step,
        truths=_places(truths),
        starts=_places(starts),
        by=geometry.gradient_space,
        race=geometry.race,
        maps=tuple(maps),
        moves=moves,
        refusals=refusals,
        least_start_p=LEAST_START_P,
        least_gain=MIN_GAIN,
        losses=loss_data(losses, styles),
    )


def _places(places: Mapping[str, Sequence[float]]) -> tuple[tuple[str, tuple[float, ...]], ...]:
    return tuple((label, tuple(place)) for label, place in places.items())
