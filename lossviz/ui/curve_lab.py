"""The lab of curves: chart and, beside it, a card for each loss with its formula, its sliders and what one should know of it."""

from collections.abc import Mapping

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lossviz.charts.style import LossStyle, styles_of
from lossviz.losses.loss import CLASSES, Loss, Reference
from lossviz.losses.parameter import Parameter
from lossviz.ui.components.curve_chart import curve_chart
from lossviz.ui.components.parameter_slider import parameter_slider
from lossviz.ui.findings import at_once, on_request, show_findings
from lossviz.ui.state import move_parameter, read_selection
from lossviz.ui.text import letter, plain

_DASHES = {"solid": (9,), "dash": (9, 6), "dot": (3, 3), "dashdot": (9, 4, 3, 4), "longdash": (13, 6), "longdashdot": (13, 4, 3, 4)}  # line, gap, …
_NAMED = 3  # losses of all classes that the chart's caption names


def curve_lab(losses: Mapping[str, Loss], view: str) -> None:
    """Draw chart and cards; a released slider changes the visitor's loss. Cards with sliders come first: they are what the hand looks for."""
    refusals = read_selection().refusals
    left, right = st.columns([2, 1], gap="medium")
    with left, st.container(key="sticky-curves"):
        curve_chart(losses, view=view, key="curves", refusals=refusals)
        if caption := caption_of_classes(list(losses.values())):
            st.caption(caption)
    styles = dict(zip(losses, styles_of(list(losses.values())), strict=True))
    with right:
        cards = {
            loss_id: loss_card(loss_id, loss, styles[loss_id], refusals=refusals)
            for loss_id, loss in sorted(losses.items(), key=lambda item: not item[1].parameters)
        }
    for loss_id, card in cards.items():  # when every slider is there: the checks take a fifth of a second a loss at their first look
        with card:
            know_more(loss_id, losses[loss_id])


def caption_of_classes(losses: list[Loss]) -> str:
    """What the curves of losses that look at all classes assume, as Markdown; empty where there is none.

    >>> from lossviz import LOSSES
    >>> caption_of_classes([LOSSES["cosine"], LOSSES["brier"]])
    'Cosine and Brier score look at all classes: drawn for 37 classes, the others sharing 1 − p evenly.'
    """
    concerned = [loss for loss in losses if loss.formula.of_classes]
    if not concerned:
        return ""
    *names, last = [plain(loss.name or loss.text) for loss in concerned]
    named = f"{', '.join(names)} and {last}" if names else last
    if len(concerned) > _NAMED:
        named = f"{len(concerned)} of these losses"
    elif concerned[0].name:
        named = named[0].upper() + named[1:]
    return f"{named} look{'s' * (not names)} at all classes: drawn for {CLASSES} classes, the others sharing 1 − p evenly."


def loss_card(loss_id: str, loss: Loss, style: LossStyle, *, refusals: int) -> DeltaGenerator:
    """One loss: its mark in the chart, its name, formula, sliders and meaning. Returns the card, to which more can be added."""
    card = st.container(border=True, gap="xsmall")
    with card:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.html(f'<div class="lossviz-name">{swatch(style)}<strong>{loss.name or "your own"}</strong></div>', width="content")
            st.latex(f"f(p) = {loss.latex}", width="content")
        for parameter in loss.parameters:
            parameter_slider(loss_id, loss, parameter, color=style.color, refusals=refusals, on_release=move_parameter)
        if loss.meaning:
            st.caption(plain(loss.meaning))
    return card


def know_more(loss_id: str, loss: Loss) -> None:
    """What may spoil a training with the loss, and the rest folded away."""
    show_findings(at_once(loss))
    notes = on_request(loss)
    parameters = [parameter for parameter in loss.parameters if parameter.meaning or parameter.specials]
    if not (notes or parameters or loss.use or loss.beware or loss.reference):
        return
    with st.expander("More", type="compact", key=f"more {loss_id}"):
        if loss.use:
            st.caption(plain(loss.use))
        if loss.beware:
            st.caption(f"**Beware:** {plain(loss.beware)}")
        for parameter in parameters:
            st.caption(_explained(parameter))
        show_findings(notes)
        if loss.reference:
            st.caption(_cited(loss.reference))


def _explained(parameter: Parameter) -> str:
    """A parameter's meaning, and its values that have a name."""
    specials = " · ".join(f"{special.value:.4g}: {plain(special.name)}" for special in parameter.specials)
    return f"**{letter(parameter.name)}:** {plain(parameter.meaning)}" + f"  \n{specials}" * bool(specials)


def _cited(reference: Reference) -> str:
    return f"{plain(reference.authors)} {reference.year}, [{plain(reference.title)}]({reference.link}), {plain(reference.equation)}"


def swatch(style: LossStyle) -> str:
    """A short line as the chart draws it, as HTML."""
    lengths = _DASHES[style.dash]
    stops, at = [], 0.0
    for i, length in enumerate(lengths):
        stops.append(f"{style.color if i % 2 == 0 else 'transparent'} {at}px {at + length}px")
        at += length
    return (
        '<span aria-hidden="true" style="display:inline-block;width:38px;height:3px;margin-right:.6rem;vertical-align:middle;'
        f'background:repeating-linear-gradient(to right,{",".join(stops)})"></span>'
    )
