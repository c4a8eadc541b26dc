"""The card of one loss: its formula and sliders, what can be done with it, what is known of it."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lossviz.charts.loss_style import LossStyle
from lossviz.losses.catalogue import LOSSES
from lossviz.losses.loss import Loss
from lossviz.losses.parameter import Parameter
from lossviz.losses.reference import Reference
from lossviz.ui.components.parameter_slider.component import parameter_slider
from lossviz.ui.curves.code_export import show_code
from lossviz.ui.curves.findings import folded_findings, immediate_findings, show_findings
from lossviz.ui.legend_key import legend_key
from lossviz.ui.markdown import escape_markdown, greek_letter
from lossviz.ui.state.actions import keep_selection, rename_loss, set_parameter
from lossviz.ui.templates import render


def loss_card(
    loss_id: str, loss: Loss, style: LossStyle, *, start: Loss, refusals: int
) -> DeltaGenerator:
    """Draw a loss's legend key, name, formula, sliders and meaning.

    Args:
        loss_id: Its id.
        loss: The loss.
        style: How its curve is drawn.
        start: The same loss with the parameters to which a double-click leads back.
        refusals: See ``parameter_slider``.

    Returns:
        The card, to which more can be added.
    """
    card = st.container(border=True, gap="xsmall")
    with card:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            title = render(
                "curves/loss_card.html",
                legend_key=legend_key(style),
                name=loss.name or "your own",
            )
            st.html(title, width="content")
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
    """Draw what may spoil a training with the loss, what can be done with it, and the rest folded
    away.
    """
    show_findings(immediate_findings(loss, classes))
    _draw_actions(loss_id, loss)
    with st.expander("More", type="compact", key=f"more {loss_id}"):
        if loss.key is None:
            _draw_name_field(loss_id, loss)
        if loss.when_to_use:
            st.caption(escape_markdown(loss.when_to_use))
        if loss.caveat:
            st.caption(f"**Beware:** {escape_markdown(loss.caveat)}")
        for parameter in loss.parameters:
            if parameter.meaning or parameter.special_values:
                st.caption(_parameter_text(parameter))
        show_findings(folded_findings(loss, classes))
        if loss.reference:
            st.caption(_citation(loss.reference))


def _draw_actions(loss_id: str, loss: Loss) -> None:
    with st.container(
        horizontal=True, gap="small", vertical_alignment="center", key=f"actions-{loss_id}"
    ):
        wants_code = st.button(
            "Code",
            key=f"code {loss_id}",
            icon=":material/code:",
            type="tertiary",
            help="For PyTorch, fastai or Keras",
            on_click=keep_selection,
        )
        if wants_code:
            show_code(loss)
        is_baseline = loss.key == "cross_entropy"
        baseline = [] if is_baseline else [LOSSES["cross_entropy"].spec]
        st.page_link(
            "pages/train.py",
            label="Train",
            icon=":material/model_training:",
            query_params={"loss": [*baseline, loss.spec]},
            help=None if is_baseline else "Side by side with cross-entropy",
        )


def _draw_name_field(loss_id: str, loss: Loss) -> None:
    key = f"name {loss_id}"
    st.text_input(
        "Name",
        loss.name,
        key=key,
        placeholder="call it something",
        on_change=lambda: rename_loss(loss_id, st.session_state[key]),
    )


def _parameter_text(parameter: Parameter) -> str:
    """A parameter's meaning, and its values that have a name, as Markdown."""
    text = f"**{greek_letter(parameter.name)}:** {escape_markdown(parameter.meaning)}"
    special_values = " · ".join(
        f"{special.value:.4g}: {escape_markdown(special.name)}"
        for special in parameter.special_values
    )
    return f"{text}  \n{special_values}" if special_values else text


def _citation(reference: Reference) -> str:
    authors, title = escape_markdown(reference.authors), escape_markdown(reference.title)
    equation = escape_markdown(reference.equation)
    return f"{authors} {reference.year}, [{title}]({reference.link}), {equation}"
