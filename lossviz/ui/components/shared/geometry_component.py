"""What the drawings of the geometry page share: the losses, and the report of what was moved."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from lossviz.charts.loss_style import LossStyle, style_for
from lossviz.language.tree import to_json
from lossviz.losses.catalogue import get_loss
from lossviz.losses.loss import Loss
from lossviz.ui.legend_key import dash_array, legend_key


def loss_data(
    losses: Mapping[str, Loss], styles: Mapping[str, LossStyle]
) -> tuple[dict[str, Any], ...]:
    """What ``readLoss`` of loss_evaluation.js reads, a loss each, in their order.

    Args:
        losses: By their id, to which ``parameter_slider`` refers.
        styles: How each looks.
    """
    # no list: Streamlit would import pandas, 70 MB, to see whether it is a data frame
    return tuple(
        {
            "id": loss_id,
            "name": loss.title,
            "color": styles[loss_id].color,
            "dash": dash_array(styles[loss_id]),
            "swatch": legend_key(styles[loss_id]),
            "values": dict(loss.values),
            "penalty": to_json(loss.formula.one_hot.penalty),
            "own": to_json(loss.formula.one_hot.own),
            "parts": tuple(
                (to_json(part.outer), to_json(part.inner)) for part in loss.formula.one_hot.parts
            ),
        }
        for loss_id, loss in losses.items()
    )


def measure_colors() -> tuple[tuple[str, str], ...]:
    """The colours of the measures that are losses too."""
    return tuple((name, style_for(get_loss(name)).color) for name in ("cosine", "dot_product"))


def mount(
    component: Callable[..., Any],
    *,
    key: str,
    on_release: Callable[[str, Sequence[float]], None],
    **data: Any,
) -> None:
    """Draw a component whose arrows can be dragged.

    Args:
        component: As ``st.components.v2.component`` made it.
        key: Constant for one drawing on a page.
        on_release: Called with the name of an arrow, and where the reader has let it go.
        data: What the component needs.
    """

    def released() -> None:
        # A trigger, not a state: a state that comes back to the value of its last report (drag,
        # preset, drag back) is not reported at all.
        name, *to = st.session_state[key]["moved"]
        on_release(str(name), [float(value) for value in to])

    component(key=key, data=data, on_moved_change=released)
