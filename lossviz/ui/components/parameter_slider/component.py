"""A slider for one number, felt by the charts while it is dragged (``st.slider`` speaks on release
only).
"""

import math
from collections.abc import Callable
from typing import Any

import streamlit as st

from lossviz.losses.greek import greek_letter
from lossviz.losses.loss import DEFAULT_CLASSES, Loss
from lossviz.losses.parameter import MAX_VALUE, Parameter
from lossviz.ui.components import read_assets
from lossviz.ui.static_files import import_module

_COMPONENT = st.components.v2.component(
    "lossviz.parameter_slider",
    html=read_assets("parameter_slider/index.html"),
    css=read_assets("shared/range.css", "parameter_slider/style.css"),
    js=import_module("parameter_slider/index.js"),
    isolate_styles=False,
)


def parameter_slider(
    loss_id: str,
    loss: Loss,
    parameter: Parameter,
    *,
    start: float,
    color: str,
    refusals: int,
    on_release: Callable[[str, str, float], None],
    playable: bool = True,
) -> None:
    """Draw the slider of a loss's parameter.

    Args:
        loss_id: The id under which ``curve_chart`` draws the loss.
        loss: The loss.
        parameter: The one of its parameters that is moved.
        start: The value that a double-click brings back.
        color: Of the loss's curve.
        refusals: Changes when a value was not taken over, so that the browser takes it back.
        on_release: Called with the loss's id, the parameter's name and its new value.
        playable: Whether it can sweep by itself, for charts that follow.
    """
    _slider(
        f"slider {loss_id} {parameter.name}",
        lambda value: on_release(loss_id, parameter.name, value),
        **slider_data(loss_id, loss, parameter, start=start, playable=playable),
        color=color,
        refusals=refusals,
    )


def slider_data(
    loss_id: str, loss: Loss, parameter: Parameter, *, start: float, playable: bool
) -> dict[str, Any]:
    """What slider.js draws of a loss's parameter, but for its colour.

    Args and names as ``parameter_slider``.
    """
    least, greatest = parameter.slider_range()
    return {
        "id": loss_id,
        "name": parameter.name,
        "letter": greek_letter(parameter.name),
        "caption": "",
        "label": f"{greek_letter(parameter.name)} of {loss.title}",
        "meaning": parameter.meaning,
        "value": parameter.value,
        "start": start,
        "least": least,
        "greatest": greatest,
        "minimum": parameter.minimum if math.isfinite(parameter.minimum) else -MAX_VALUE,
        "maximum": parameter.maximum if math.isfinite(parameter.maximum) else MAX_VALUE,
        "step": parameter.slider_step(),
        "marks": tuple((special.value, special.name) for special in parameter.special_values),
        "whole": False,
        "logarithmic": False,
        "playable": playable,
    }


def classes_slider(
    classes: int, *, least: int, greatest: int, on_release: Callable[[int], None]
) -> None:
    """Draw the slider of the number of classes K, on a logarithmic track."""
    _slider(
        "slider classes",
        lambda value: on_release(round(value)),
        id="",
        name="K",
        letter="K",
        caption="Number of classes",
        label="K, number of classes",
        meaning="How many classes the network tells apart.",
        value=classes,
        start=DEFAULT_CLASSES,
        least=least,
        greatest=greatest,
        minimum=least,
        maximum=greatest,
        step=1,
        whole=True,
        logarithmic=True,
        playable=False,
        marks=(),
        color="var(--st-primary-color)",
        refusals=0,
    )


def _slider(key: str, on_release: Callable[[float], None], **data: Any) -> None:
    def moved() -> None:
        # A trigger, not a state: a state that comes back to the value of its last report is not
        # reported at all.
        on_release(float(st.session_state[key]["value"]))

    _COMPONENT(key=key, data=data, on_value_change=moved)
