"""What the catalogue's cards show, as plain data for the browser."""

import json
from functools import cache
from typing import TypedDict

import numpy as np

from lossviz.charts.loss_style import LossStyle, style_for
from lossviz.losses.catalogue import FAMILIES
from lossviz.losses.greek import greek_letter
from lossviz.losses.loss import Loss
from lossviz.ui.legend_key import dash_array
from lossviz.ui.mathml import to_mathml

WIDTH, HEIGHT = 96, 56  # of a card's curve, in its own units
_P = np.concatenate([np.geomspace(0.01, 0.1, 12, endpoint=False), np.linspace(0.1, 1.0, 31)])
_SEEN = _P >= 0.03  # nearer to 0 some losses are so high that the rest would be flat
# What readers look for, and the words of the catalogue that mean it.
_SYNONYMS = {
    "noise noisy mislabelled": ("labels are wrong", "labels may be wrong", "wrong labels", "noisy"),
    "imbalance imbalanced rare": ("imbalance", "outnumber", "majority"),
    "calibration overconfidence": ("too certain", "overconfiden", "probabilities themselves"),
}


class Card(TypedDict):
    """A loss as a card shows it.

    Attributes:
        id: See ``Selection``.
        name: What people call it; its formula if it has no name.
        formula: MathML.
        text: The formula as it is typed.
        meaning: One sentence; empty for a visitor's own loss.
        source: Authors and year; empty where there are none.
        words: All that a search may find, in small letters.
        color: Of its curve.
        dash: Of its curve, as SVG's ``stroke-dasharray``.
        curve: The penalty over p from 0 to 1, as the ``d`` of a path in ``WIDTH`` by ``HEIGHT``.
    """

    id: str
    name: str
    formula: str
    text: str
    meaning: str
    source: str
    words: str
    color: str
    dash: str
    curve: str


@cache
def catalogue_json() -> str:
    """The catalogue's families with their cards."""
    families = [
        {
            "name": family.name,
            "about": family.about,
            "cards": [card_of(loss, style_for(loss), family=family.name) for loss in family.losses],
        }
        for family in FAMILIES
    ]
    return json.dumps(families, ensure_ascii=False)


def card_of(loss: Loss, style: LossStyle, *, family: str = "") -> Card:
    """A loss's card.

    Args:
        loss: The loss.
        style: How its curve is drawn.
        family: The name of the family among which it stands.
    """
    return Card(
        id=loss.id,
        name=loss.title,
        formula=to_mathml(loss.latex),
        text=loss.text,
        meaning=loss.meaning,
        source=loss.reference.short if loss.reference else "",
        words=_words_of(loss, family),
        color=style.color,
        dash=dash_array(style),
        curve=_curve_of(loss),
    )


def _words_of(loss: Loss, family: str) -> str:
    parameters = [
        f"{parameter.name} {greek_letter(parameter.name)}" for parameter in loss.parameters
    ]
    texts = [family, loss.name, loss.key or "", loss.text, loss.meaning]
    texts += [loss.when_to_use, *parameters]
    if loss.reference:
        texts += [loss.reference.authors, str(loss.reference.year), loss.reference.title]
    words = " ".join(texts).lower().replace("–", "-")
    synonyms = [
        synonym for synonym, meant in _SYNONYMS.items() if any(phrase in words for phrase in meant)
    ]
    return " ".join([words, *synonyms])


def _curve_of(loss: Loss) -> str:
    """The penalty's shape: each loss fills its card, as their sizes cannot be compared."""
    penalty = loss.penalty(_P)
    seen = penalty[_SEEN & np.isfinite(penalty)]
    if not seen.size:
        return ""
    least, most = float(seen.min()), float(seen.max())
    height = (penalty - least) / (most - least or 1.0)
    points = [
        f"{WIDTH * p:.1f},{HEIGHT * (1 - min(above, 2.0)):.1f}"
        for p, above in zip(_P, height, strict=True)
        if np.isfinite(above)
    ]
    return f"M{'L'.join(points)}"
