"""The lab of curves: chart and, beside it, a card for each loss with its formula, its sliders and
what one should know of it.
"""

import html
from collections.abc import Mapping, Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lossviz.charts.curves import without_logarithm
from lossviz.charts.loss_style import LossStyle, distinct_styles
from lossviz.charts.scales import SCALES
from lossviz.charts.views import VIEWS
from lossviz.losses.catalogue import LOSSES
from lossviz.losses.loss import Loss
from lossviz.losses.parameter import Parameter
from lossviz.losses.reference import Reference
from lossviz.ui.components.curve_chart.component import curve_chart
from lossviz.ui.components.parameter_slider.component import parameter_slider
from lossviz.ui.curves.code_export import show_code
from lossviz.ui.curves.findings import folded_findings, immediate_findings, show_findings
from lossviz.ui.curves.formula_field import formula_field
from lossviz.ui.legend_key import legend_key
from lossviz.ui.markdown import escape_markdown, greek_letter
from lossviz.ui.state.actions import keep_selection, rename_loss, set_parameter
from lossviz.ui.state.chart_settings import ChartSettings
from lossviz.ui.state.selection import Selection

_NAMED = 3  # losses that a caption names


def curve_lab(selection: Selection, *, at: float | None = None) -> None:
    """Draw chart and cards; a released slider changes the visitor's loss. Cards with sliders come
    first: they are what the hand looks for.

    Args:
        selection: The losses, and how they are looked at.
        at: Where the chart's cursor stands at first, 1/K if it is None.
    """
    losses, chart = selection.shown, selection.chart
    styles = styles_by_id(losses)
    left, right = st.columns([2, 1], gap="medium")
    with left, st.container(key="sticky-curves"):
        curve_chart(
            losses,
            styles,
            views=chart.views,
            key="curves",
            refusals=selection.rejections,
            scale=chart.scale,
            logs=chart.logs,
            classes=chart.classes,
            at=at,
        )
        for caption in (
            caption_of_classes(list(losses.values()), chart.classes),
            *captions_of_logarithms(list(losses.values()), chart),
        ):
            if caption:
                st.caption(caption)
    with right:
        with st.container(border=True, gap="small"):
            formula_field(drawn=True)
        if not losses:
            st.info("Choose a loss above, or type one of your own.")
        cards = {
            loss_id: loss_card(
                loss_id,
                loss,
                styles[loss_id],
                start=selection.starts[loss_id],
                refusals=selection.rejections,
            )
            for loss_id, loss in sorted(losses.items(), key=lambda item: not item[1].parameters)
        }
    # when every slider is there: the checks take a fifth of a second a loss at their first look
    for loss_id, card in cards.items():
        with card:
            loss_details(loss_id, losses[loss_id], chart.classes)


def styles_by_id(losses: Mapping[str, Loss]) -> dict[str, LossStyle]:
    """How losses that are shown together look."""
    return dict(zip(losses, distinct_styles(list(losses.values())), strict=True))


def caption_of_classes(losses: Sequence[Loss], classes: int) -> str:
    """What the curves of losses that depend on more than p assume, as Markdown; empty where there
    is none.

    >>> caption_of_classes([LOSSES["cosine"], LOSSES["brier"]], 37)
    'Cosine and Brier score depend on more than p: drawn for 37 classes, the others sharing 1 − p evenly.'
    """
    concerned = [loss for loss in losses if loss.formula.depends_on_class_count]
    if not concerned:
        return ""
    depend = "depend" if len(concerned) > 1 else "depends"
    return (
        f"{_names(concerned)} {depend} on more than p: drawn for {classes} classes, the others"
        " sharing 1 − p evenly."
    )


def captions_of_logarithms(losses: Sequence[Loss], chart: ChartSettings) -> list[str]:
    """What a logarithmic axis cannot show, as Markdown.

    >>> captions_of_logarithms([LOSSES["dot_product"]], ChartSettings(logs=("y",)))
    ['A logarithmic axis shows positive values only: the penalty of dot product has none.']
    """
    if "y" not in chart.logs:
        return []
    captions = []
    for view in chart.views:
        lost = without_logarithm(
            losses, VIEWS[view], scale=SCALES[chart.scale], logs=chart.logs, classes=chart.classes
        )
        if lost:
            names = _names(lost)
            names = names if lost[0].key is None else names[0].lower() + names[1:]
            captions.append(
                f"A logarithmic axis shows positive values only: the {view} of {names} has none."
            )
    return captions


def _names(losses: Sequence[Loss]) -> str:
    """Their names in a sentence that begins with them; only how many there are where they are too
    many.
    """
    *names, last = [escape_markdown(loss.name or loss.text) for loss in losses]
    if len(losses) > _NAMED:
        return f"{len(losses)} of these losses"
    named = f"{', '.join(names)} and {last}" if names else last
    return named[0].upper() + named[1:] if losses[0].name else named


def loss_card(
    loss_id: str, loss: Loss, style: LossStyle, *, start: Loss, refusals: int
) -> DeltaGenerator:
    """One loss: its mark in the chart, its name, formula, sliders and meaning. Returns the card, to
    which more can be added.

    Args:
        loss_id: Its id.
        loss: The loss.
        style: How it looks.
        start: The same loss with the parameters to which a double-click leads back.
        refusals: See ``parameter_slider``.
    """
    card = st.container(border=True, gap="xsmall")
    with card:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            name = html.escape(loss.name) or "your own"
            st.html(
                f'<div class="lossviz-name">{legend_key(style)}<strong>{name}</strong></div>',
                width="content",
            )
            st.latex(f"f(p) = {loss.latex}", width="content")
        for parameter in loss.parameters:
            parameter_slider(
                loss_id,
                loss,
                parameter,
                start=start.values.get(parameter.name, parameter.value),
                color=style.color,
                refusals=refusals,
                on_release=set_parameter,
            )
        if loss.meaning:
            st.caption(escape_markdown(loss.meaning))
    return card


def loss_details(loss_id: str, loss: Loss, classes: int) -> None:
    """What may spoil a training with the loss; what can be done with it; and the rest folded away."""
    show_findings(immediate_findings(loss, classes))
    with st.container(
        horizontal=True, gap="small", vertical_alignment="center", key=f"actions-{loss_id}"
    ):
        asked = st.button(
            "Code",
            key=f"code {loss_id}",
            icon=":material/code:",
            type="tertiary",
            help="For PyTorch, fastai or Keras",
            on_click=keep_selection,
        )
        if asked:
            show_code(loss)
        against = (
            [LOSSES["cross_entropy"].spec, loss.spec]
            if loss.key != "cross_entropy"
            else [loss.spec]
        )
        st.page_link(
            "pages/train.py",
            label="Train",
            icon=":material/model_training:",
            query_params={"loss": against},
            help="Side by side with cross-entropy" if len(against) > 1 else None,
        )
    with st.expander("More", type="compact", key=f"more {loss_id}"):
        if loss.key is None:
            field = f"name {loss_id}"
            st.text_input(
                "Name",
                loss.name,
                key=field,
                placeholder="call it something",
                on_change=lambda: rename_loss(loss_id, st.session_state[field]),
            )
        if loss.when_to_use:
            st.caption(escape_markdown(loss.when_to_use))
        if loss.caveat:
            st.caption(f"**Beware:** {escape_markdown(loss.caveat)}")
        for parameter in loss.parameters:
            if parameter.meaning or parameter.special_values:
                st.caption(_explained(parameter))
        show_findings(folded_findings(loss, classes))
        if loss.reference:
            st.caption(_cited(loss.reference))


def _explained(parameter: Parameter) -> str:
    """A parameter's meaning, and its values that have a name."""
    special_values = " · ".join(
        f"{special.value:.4g}: {escape_markdown(special.name)}"
        for special in parameter.special_values
    )
    return (
        f"**{greek_letter(parameter.name)}:** {escape_markdown(parameter.meaning)}"
        + f"  \n{special_values}" * bool(special_values)
    )


def _cited(reference: Reference) -> str:
    return (
        f"{escape_markdown(reference.authors)} {reference.year},"
        f" [{escape_markdown(reference.title)}]({reference.link}), {escape_markdown(reference.equation)}"
    )
