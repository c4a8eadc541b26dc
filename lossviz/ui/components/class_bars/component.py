"""A prediction over many classes as bars, with the pull on each logit, its angle, and its losses.

The browser redraws it while a bar is dragged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from lossviz.charts.loss_style import LossStyle
from lossviz.losses.loss import Loss
from lossviz.ui.components import read_assets
from lossviz.ui.components.shared.geometry_component import loss_data, measure_colors, mount
from lossviz.ui.state.geometry_state import ARTICLE, LEAST_TRUE_P, GeometryState
from lossviz.ui.static_files import import_module

_TRUE_CLASS = 1  # counted from 0; the article's
_ARTICLE_SHARES = tuple(
    p / (1 - ARTICLE[_TRUE_CLASS]) for place, p in enumerate(ARTICLE) if place != _TRUE_CLASS
)
_COMPONENT = st.components.v2.component(
    "lossviz.classes",
    html=read_assets("class_bars/index.html"),
    css=read_assets("shared/geometry.css", "class_bars/style.css"),
    js=import_module("class_bars/index.js"),
    isolate_styles=False,
)


def classes_bars(
    geometry: GeometryState,
    losses: Mapping[str, Loss],
    styles: Mapping[str, LossStyle],
    *,
    classes: int,
    places: Sequence[tuple[str, float | None, str]] = (),
    moves: int,
    refusals: int,
    on_release: Callable[[str, Sequence[float]], None],
    key: str = "geometry_classes",
    rows: Sequence[str] = (),
) -> None:
    """Draw a prediction over many classes, of which the second is right; the others share the rest
    evenly, or as in the article.

    At the angle θ to the target the right class has ``p = s / (s + tan θ)``, where s is the length
    of the others' shares: 1/sqrt(K − 1) if even.

    Args:
        geometry: The right class's probability, and how the others share.
        losses: By their id.
        styles: How each looks.
        classes: Number of classes K, 4 or more.
        places: Of buttons: label, the right class's probability (None: 1/K), key of ``OTHERS``.
        moves: See ``plane``.
        refusals: See ``parameter_slider``.
        on_release: Called with "p_true", and where the reader has released it, or with "preset"
            and which of ``places`` is wanted.
        key: Constant for one drawing on a page.
        rows: See ``plane``; with them the axis is linear, and no pull or angle is drawn.
    """
    mount(
        _COMPONENT,
        key=key,
        on_release=on_release,
        rows=tuple(rows),
        p_true=geometry.p_true,
        others=geometry.others,
        classes=classes,
        places=tuple(places),
        moves=moves,
        refusals=refusals,
        least_p=LEAST_TRUE_P,
        true_class=_TRUE_CLASS,
        article_shares=_ARTICLE_SHARES,
        losses=loss_data(losses, styles),
        colors=measure_colors(),
    )
