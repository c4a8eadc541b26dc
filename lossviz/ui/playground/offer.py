"""The losses that the playground can train with, as the browser reads them.

All of the catalogue is sent when the page opens, so that the browser needs nobody to change a loss.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from lossviz.charts.loss_style import LossStyle, all_colors, style_for
from lossviz.language.tree import to_json
from lossviz.losses.catalogue import FAMILIES, LOSSES
from lossviz.losses.loss import DEFAULT_CLASSES, PROBE_P, Loss
from lossviz.ui.components.parameter_slider.component import slider_data
from lossviz.ui.legend_key import dash_array, legend_key
from lossviz.ui.state.page_state import ARTICLE, MAX_LOSSES
from lossviz.ui.state.selection import Selection


@cache
def offer_json() -> str:
    """What offer.js reads: the catalogue, and what the browser must know to choose from it.

    Where a loss must be finite (``probes``, with ``classes`` classes), so that a parameter's value
    that makes no loss is refused as ``Loss`` refuses it; the losses that an address need not name
    (``start``); how many it can name (``most``).
    """
    return _text(
        {
            "families": [
                {"name": family.name, "losses": [offered(loss) for loss in family.losses]}
                for family in FAMILIES
            ],
            "styles": [_style_data(style) for style in all_colors()],
            "probes": PROBE_P.tolist(),
            "classes": DEFAULT_CLASSES,
            "start": [LOSSES[key].spec for key in ARTICLE],
            "most": MAX_LOSSES,
        }
    )


def choice_json(selection: Selection) -> str:
    """The losses that are chosen, and the visitor's own, chosen or not."""
    own = [loss_id for loss_id in selection.losses if loss_id not in LOSSES]
    return _text(
        {
            name: [
                offered(selection.losses[loss_id], start=selection.starts[loss_id])
                for loss_id in ids
            ]
            for name, ids in (("chosen", selection.chosen), ("own", own))
        }
    )


def offered(loss: Loss, *, start: Loss | None = None) -> dict[str, Any]:
    """A loss as ``OfferedLoss`` of offer.js describes it.

    Args:
        loss: The loss.
        start: The same with the values to which a double-click on a slider leads back; None for
            those that it has.
    """
    gradient = loss.formula.one_hot
    start_values = (start or loss).values
    return {
        "id": loss.id,
        "key": loss.key or "",
        "name": loss.title,
        "text": loss.text,
        "style": all_colors().index(style_for(loss)),
        "values": dict(loss.values),
        "sliders": [
            slider_data(loss.id, loss, parameter, start=start_values[parameter.name], playable=True)
            for parameter in loss.parameters
        ],
        "penalty": to_json(gradient.penalty),
        "own": to_json(gradient.own),
        "parts": [(to_json(part.outer), to_json(part.inner)) for part in gradient.parts],
    }


def _style_data(style: LossStyle) -> dict[str, str]:
    return {
        "color": style.color,
        "textColor": style.text_color,
        "dash": dash_array(style),
        "swatch": str(legend_key(style)),
    }


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
