"""The card of one loss: its formula and sliders, what can be done with it, what is known of it."""

from typing import Protocol

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lossviz.charts.curves import curve_uid
from lossviz.charts.loss_style import LossStyle
from lossviz.errors import InvalidInput
from lossviz.losses.catalogue import LOSSES
from lossviz.losses.greek import greek_letter
from lossviz.losses.loss import Loss
from lossviz.losses.parameter import Parameter
from lossviz.losses.reference import Reference
from lossviz.ui.curves.code_export import show_code
from lossviz.ui.curves.findings import folded_findings, immediate_findings, show_findings
from lossviz.ui.curves.moving_loss import moving_loss
from lossviz.ui.curves.released import details_of
from lossviz.ui.fragments import fragment
from lossviz.ui.glossary.page_words import words_of_part
from lossviz.ui.loss_controls import colored_card, loss_title, parameter_sliders
from lossviz.ui.markdown import escape_markdown
from lossviz.ui.state.actions import keep_selection, rename_loss
from lossviz.ui.state.selection import read_selection, view_query
from lossviz.ui.text import draw_caption

_WAYS_TO_TRAIN = (
    ("pages/playground.py", "Watch it learn", ":material/toys:"),
    ("pages/train.py", "Train", ":material/model_training:"),
)
_RENAMED = "a loss was renamed"  # state: the whole page is to show its new name


class DrawSliders(Protocol):
    """As ``parameter_sliders``."""

    def __call__(
        self, loss_id: str, loss: Loss, style: LossStyle, *, start: Loss, refusals: int
    ) -> None:
        """Draw a slider for each of a loss's parameters."""


def loss_card(
    loss_id: str,
    loss: Loss,
    style: LossStyle,
    *,
    start: Loss,
    refusals: int,
    draw_sliders: DrawSliders = parameter_sliders,
) -> DeltaGenerator:
    """Draw a loss's legend key, name, formula, sliders and meaning.

    Args:
        loss_id: Its id.
        loss: The loss.
        style: How its curve is drawn.
        start: The same loss with the parameters to which a double-click leads back.
        refusals: See ``parameter_slider``.
        draw_sliders: Draws its sliders.

    Returns:
        The card, to which more can be added.
    """
    card = colored_card(curve_uid(loss), style)
    with card:
        loss_title(loss, style)
        draw_sliders(loss_id, loss, style, start=start, refusals=refusals)
        if loss.meaning:
            draw_caption(escape_markdown(loss.meaning))
    return card


def loss_details(loss_id: str) -> None:
    """Draw what may spoil a training with a chosen loss, what can be done with it, and the rest
    folded away.

    What is found of the loss follows its parameters while they move.
    """
    fragment(_draw_part, key=details_of(loss_id))(loss_id)


def _draw_part(loss_id: str) -> None:
    selection = read_selection()
    loss, classes = selection.losses[loss_id], selection.chart.classes
    if st.session_state.pop(_RENAMED, False):
        st.rerun()
    with words_of_part(f"card of {loss_id}"), st.container(gap="xsmall"):
        _draw_details(loss_id, loss, classes)


def _draw_details(loss_id: str, loss: Loss, classes: int) -> None:
    moving = moving_loss(loss_id, loss) if loss.parameters else loss
    show_findings(immediate_findings(moving, classes))
    _draw_actions(loss_id, loss)
    with st.expander("More", type="compact", key=f"more {loss_id}"):
        if loss.key is None:
            _draw_name_field(loss_id, loss)
        if loss.when_to_use:
            draw_caption(escape_markdown(loss.when_to_use))
        if loss.caveat:
            draw_caption(f"**Beware:** {escape_markdown(loss.caveat)}")
        for parameter in loss.parameters:
            if parameter.meaning or parameter.special_values:
                draw_caption(_parameter_text(parameter))
        show_findings(folded_findings(moving, classes))
        if loss.reference:
            draw_caption(_citation(loss.reference))


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
        for path, label, icon in _WAYS_TO_TRAIN:
            st.page_link(
                path,
                label=label,
                icon=icon,
                query_params=view_query() | {"loss": [*baseline, loss.spec]},
                help=None if is_baseline else "Side by side with cross-entropy",
            )


def _draw_name_field(loss_id: str, loss: Loss) -> None:
    key, error_key = f"name {loss_id}", f"name error {loss_id}"

    def rename() -> None:
        try:
            rename_loss(loss_id, st.session_state[key])
        except InvalidInput as error:
            st.session_state[error_key] = str(error)
        else:
            st.session_state.pop(error_key, None)
            st.session_state[_RENAMED] = True

    st.text_input("Name", loss.name, key=key, placeholder="call it something", on_change=rename)
    if error := st.session_state.get(error_key):
        st.error(escape_markdown(error), icon=":material/error:")


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
