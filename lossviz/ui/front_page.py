"""The front page: one question, and a loss under the visitor's hand that answers it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import streamlit as st

from lossviz.charts.loss_style import LossStyle
from lossviz.losses.catalogue import LOSSES
from lossviz.losses.loss import Loss
from lossviz.losses.parameter import Parameter, SpecialValue
from lossviz.ui.components.curve_chart.component import Picture, curve_chart
from lossviz.ui.components.weight_sentence.component import weight_sentence
from lossviz.ui.curves.weighing import EASY_P, HARD_P
from lossviz.ui.legend_key import legend_key
from lossviz.ui.loss_controls import colored_card, parameter_sliders, styles_by_id
from lossviz.ui.state.actions import keep_own_loss
from lossviz.ui.state.selection import Selection
from lossviz.ui.templates import render
from lossviz.ui.text import draw_text

PICTURE: Final = Picture(
    y_title="weight of an example",
    places={HARD_P: f"badly wrong, p = {HARD_P:g}", EASY_P: f"nearly right, p = {EASY_P:g}"},
)
WEIGHT: Final = r"\text{weight} = p^{-k}"
INVITATION: Final = "**Drag k**, or press ▶, and see how much weight your loss gives to mistakes:"
# The article's losses, each up to scale and shift. Its weight is p^-k, so every curve goes through
# the same point at p = 1, and heights compare.
FAMILY: Final = Loss(
    key=None,
    name="your loss",
    text="(p**-k-1)/k",
    parameters=(
        Parameter(
            name="k",
            value=0.2,
            minimum=-1.0,
            maximum=1.0,
            meaning="Larger: a low p gets more weight relative to a high one.",
            special_values=(
                SpecialValue(value=-1.0, name="dot product", equals="dot_product"),
                SpecialValue(value=0.0, name="cross-entropy", equals="cross_entropy"),
                SpecialValue(value=1.0, name="inverse", equals="inverse"),
            ),
        ),
    ),
)
_KNOWN: Final = ("dot_product", "cross_entropy", "inverse")


def family_now(losses: Mapping[str, Loss]) -> Loss:
    """The family with the k that the visitor has given it, if any.

    Args:
        losses: All that are on offer, by id.
    """
    own = losses.get(FAMILY.text)
    if own is None:
        return FAMILY
    (parameter,) = FAMILY.parameters
    k = min(max(own.values["k"], parameter.minimum), parameter.maximum)
    return FAMILY.with_values(k=k)


def front_page(selection: Selection) -> None:
    """Draw the chart and, beside it, the sentences with the slider."""
    own = family_now(selection.losses)
    losses = {**{key: LOSSES[key] for key in _KNOWN}, FAMILY.text: own}
    styles = styles_by_id(losses)
    left, right = st.columns([2, 1], gap="medium", vertical_alignment="center")
    with left:
        curve_chart(
            losses,
            styles,
            views=("weight",),
            key="front",
            refusals=selection.rejections,
            picture=PICTURE,
        )
    with right:
        _draw_control(own, styles[FAMILY.text], selection.rejections)


def _draw_control(own: Loss, style: LossStyle, refusals: int) -> None:
    with colored_card("front", style):
        draw_text(INVITATION)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            title = render("loss_title.html", legend_key=legend_key(style), name=own.name)
            st.html(title, width="content")
            st.latex(WEIGHT, width="content")
        parameter_sliders(
            FAMILY.text,
            own,
            style,
            start=FAMILY,
            refusals=refusals,
            on_release=lambda _, name, value: keep_own_loss(own.with_values(**{name: value})),
        )
        weight_sentence(FAMILY.text, own, key="front sentence", refusals=refusals)
