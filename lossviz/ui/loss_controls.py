"""What a page shows of a loss whose parameters can be changed: its title, and a slider for each."""

from collections.abc import Callable, Mapping

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lossviz.charts.loss_style import LossStyle, distinct_styles
from lossviz.errors import LossvizError
from lossviz.losses.loss import Loss
from lossviz.ui.components.parameter_slider.component import parameter_slider
from lossviz.ui.legend_key import legend_key
from lossviz.ui.markdown import escape_markdown
from lossviz.ui.state.actions import set_parameter
from lossviz.ui.state.view import is_shown
from lossviz.ui.templates import render


def styles_by_id(losses: Mapping[str, Loss]) -> dict[str, LossStyle]:
    """The styles of losses that are shown together."""
    return dict(zip(losses, distinct_styles(list(losses.values())), strict=True))


def colored_card(name: str, style: LossStyle) -> DeltaGenerator:
    """An empty card in a loss's colour.

    Args:
        name: Letters, digits and dashes that tell it from the other cards of the page.
        style: How the loss is drawn.
    """
    key = f"card-{name}"
    card = st.container(border=True, gap="xsmall", key=key)
    card.html(
        f"<style>.st-key-{key}"
        f" {{ --loss: {style.color}; --loss-text: {style.text_color}; }}</style>"
    )
    return card


def loss_title(loss: Loss, style: LossStyle) -> None:
    """Draw a loss's legend key, its name and its formula in one row."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        title = render(
            "loss_title.html", legend_key=legend_key(style), name=loss.name or "your own"
        )
        st.html(title, width="content")
        st.latex(f"f(p) = {loss.latex}", width="content")


def parameter_sliders(
    loss_id: str,
    loss: Loss,
    style: LossStyle,
    *,
    start: Loss,
    refusals: int,
    playable: bool = True,
    on_release: Callable[[str, str, float], None] = set_parameter,
) -> None:
    """Draw a slider for each of a loss's parameters, unless the view hides them; what is released
    becomes the visitor's loss.

    Args:
        loss_id: Its id.
        loss: The loss.
        style: How its curve is drawn.
        start: The same loss with the parameters to which a double-click leads back.
        refusals: See ``parameter_slider``.
        playable: The same.
        on_release: The same; an error that it raises stands below the sliders, and the whole page
            runs again, as its charts take the value back too.
    """
    refusal = f"refused value of {loss_id}"

    def release(loss_id: str, name: str, value: float) -> None:
        try:
            on_release(loss_id, name, value)
        except LossvizError as error:
            st.session_state[refusal] = str(error)
            st.rerun()

    parameters = loss.parameters if is_shown("sliders") else ()
    for parameter in parameters:
        parameter_slider(
            loss_id,
            loss,
            parameter,
            start=start.values.get(parameter.name, parameter.value),
            color=style.color,
            refusals=refusals,
            on_release=release,
            playable=playable,
        )
    if reason := st.session_state.pop(refusal, None):  # until the page runs again
        st.error(escape_markdown(reason), icon=":material/error:")
