"""A slider for one parameter of a loss, felt by the charts while it is dragged (``st.slider`` speaks on release only)."""

from collections.abc import Callable

import streamlit as st

from lossviz.losses.loss import Loss
from lossviz.losses.parameter import Parameter
from lossviz.ui.components import read_assets
from lossviz.ui.text import letter

_COMPONENT = st.components.v2.component(
    "lossviz.parameter_slider",
    html="""
<div class="parameter">
  <span class="name"></span><input type="range"><output></output>
  <span class="ends"><span class="least"></span><span class="greatest"></span></span>
</div>
""",
    css=read_assets("parameter_slider.css"),
    js=read_assets("shared.js", "parameter_slider.js"),
    isolate_styles=False,
)


def parameter_slider(
    loss_id: str, loss: Loss, parameter: Parameter, *, color: str, refusals: int, on_release: Callable[[str, str, float], None]
) -> None:
    """Draw the slider.

    Args:
        loss_id: The id under which ``curve_chart`` draws the loss.
        loss: The loss.
        parameter: The one of its parameters that is moved.
        color: Of the loss's curve.
        refusals: Changes when a value was not taken over, so that the browser takes it back.
        on_release: Called with the loss's id, the parameter's name and its new value.
    """
    key = f"slider {loss_id} {parameter.name}"
    minimum, maximum = parameter.slider_range()

    def moved() -> None:
        # A trigger, not a state: a state that comes back to the value of its last report is not reported at all.
        on_release(loss_id, parameter.name, float(st.session_state[key]["value"]))

    data = {
        "id": loss_id,
        "name": parameter.name,
        "letter": letter(parameter.name),
        "owner": loss.name or loss.text,
        "meaning": parameter.meaning,
        "value": parameter.value,
        "minimum": minimum,
        "maximum": maximum,
        "step": parameter.slider_step(),
        "refusals": refusals,
        "color": color,
    }
    _COMPONENT(key=key, data=data, on_value_change=moved)
