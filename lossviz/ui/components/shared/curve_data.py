"""A loss as the scripts of the curves read it."""

from typing import Any

from lossviz.language.tree import to_json
from lossviz.losses.greek import greek_letter
from lossviz.losses.loss import Loss


def curve_data(loss_id: str, loss: Loss) -> dict[str, Any]:
    """What ``readCurve`` of curves.js reads.

    Args:
        loss_id: The id under which ``parameter_slider`` moves the loss.
        loss: The loss.
    """
    return {
        "id": loss_id,
        "name": loss.title,
        "values": dict(loss.values),
        "letters": {name: greek_letter(name) for name in loss.values},
        "penalty": to_json(loss.formula.even.penalty),
        "weight": to_json(loss.formula.even.weight),
    }
