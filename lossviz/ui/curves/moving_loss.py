"""A loss as its parameters are while a hand or ▶ moves them."""

from __future__ import annotations

from typing import TypedDict

import streamlit as st

from lossviz.errors import LossvizError
from lossviz.losses.loss import Loss
from lossviz.ui.components.parameter_report.component import parameter_report
from lossviz.ui.state.actions import keep_selection

_MOVEMENTS = "parameters that move"  # state: each loss's movement by its id


class _Movement(TypedDict):
    """What is known of a movement.

    Attributes:
        values: The parameters that have moved.
        reports: How often the browser has reported it.
    """

    values: dict[str, float]
    reports: int


def end_movements() -> None:
    """Forget what has moved: the losses are what they are, as the whole page runs or a parameter
    was released.
    """
    st.session_state.pop(_MOVEMENTS, None)


def moving_loss(loss_id: str, loss: Loss) -> Loss:
    """The loss with the parameters that it has in the browser; in a fragment, which runs again as
    they move.

    Args:
        loss_id: The id under which ``parameter_slider`` moves them.
        loss: As it was before.
    """
    movements: dict[str, _Movement] = st.session_state.setdefault(_MOVEMENTS, {})
    movement = movements.setdefault(loss_id, _Movement(values={}, reports=0))

    def on_move(name: str, value: float) -> None:
        keep_selection()
        movement["values"][name] = value
        movement["reports"] += 1

    def on_rest() -> None:
        keep_selection()
        movement["values"].clear()
        movement["reports"] += 1

    parameter_report(loss_id, answered=movement["reports"], on_move=on_move, on_rest=on_rest)
    try:
        return loss.with_values(**movement["values"])
    except LossvizError:  # no loss has these values: the chart shows none either
        return loss
