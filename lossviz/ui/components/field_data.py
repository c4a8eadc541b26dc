"""Losses as the browser needs them to work out their values and gradients over whole distributions."""

from collections.abc import Mapping
from typing import Any

from lossviz.charts.style import LossStyle, style_of
from lossviz.losses.catalogue import get_loss
from lossviz.losses.loss import Loss
from lossviz.ui.swatch import dash_array, swatch


def field_data(losses: Mapping[str, Loss], styles: Mapping[str, LossStyle]) -> tuple[dict[str, Any], ...]:
    """What ``readField`` of fields.js reads, a loss each, in their order.

    Args:
        losses: By their id, to which ``parameter_slider`` refers.
        styles: How each looks.
    """
    return tuple(  # no list: Streamlit would import pandas, 70 MB, to see whether it is a data frame
        {
            "id": loss_id,
            "name": loss.name or loss.text,
            "color": styles[loss_id].color,
            "dash": dash_array(styles[loss_id]),
            "swatch": swatch(styles[loss_id]),
            "values": dict(loss.values),
            "penalty": loss.formula.one_hot.penalty,
            "own": loss.formula.one_hot.own,
            "parts": loss.formula.one_hot.parts,
        }
        for loss_id, loss in losses.items()
    )


def measure_colors() -> tuple[tuple[str, str], ...]:
    """The colours of the measures that are losses too."""
    return tuple((name, style_of(get_loss(name)).color) for name in ("cosine", "dot_product"))
