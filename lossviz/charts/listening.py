"""Which images each loss learned from, as the browser draws it: its penalty over the odds of p,
with the validation images on it, and below that who gave the gradient.

On this axis the slope of the penalty is the pull: where the curve is flat an image gives no
gradient.
"""

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import Final, TypedDict

import numpy as np

from lossviz.charts.loss_style import styled_losses
from lossviz.experiments.analysis.listening import (
    HARD_BELOW,
    Listening,
    hard_images_sentence,
    listening_sentence,
)
from lossviz.experiments.confidence_bins import DOUBLINGS, bin_edges
from lossviz.losses.evaluation import Array
from lossviz.losses.loss import DEFAULT_CLASSES, Loss

TICKS: Final = (0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999)  # of p
_END: Final = DOUBLINGS + 1  # of the axis, on either side
_STEPS: Final = 5  # of the curve, within each doubling
_PLACES: Final = np.linspace(-_END, _END, 2 * _END * _STEPS + 1)
_DIGITS: Final = 4  # of the shares


class LossMoment(TypedDict):
    """One loss at one moment.

    Attributes:
        images: How many images each bin holds.
        gradient: Each bin's share of the gradient; empty where it was not measured.
        seeds: How many networks are summed up.
        sentence: What that means.
    """

    images: list[int]
    gradient: list[float]
    seeds: int
    sentence: str


class Moment(TypedDict):
    """All losses at one moment.

    Attributes:
        at: Epochs done.
        sentence: Which images each learned from.
        losses: By the loss as one string; those that have come so far.
    """

    at: float
    sentence: str
    losses: dict[str, LossMoment]


class LossCurve(TypedDict):
    """A loss's penalty over the axis.

    Attributes:
        loss: The loss as one string.
        label: Its name.
        color: Of its curve.
        dash: Plotly's name of its dash.
        heights: The penalty at evenly spaced places of the axis; None where it is not finite.
        low: The lowest penalty that the drawing shows.
        high: The highest.
    """

    loss: str
    label: str
    color: str
    dash: str
    heights: list[float | None]
    low: float
    high: float


class Picture(TypedDict):
    """All that is drawn.

    Attributes:
        end: The axis goes from -end to end: how often the odds of p double from 1.
        edges: Of the bins, as places on the axis.
        names: Each bin in words.
        ticks: Places and their p.
        guessing: Where p is 1 / classes; None where their number is not known.
        hard: Below which place an image counts as badly wrong.
        hard_name: The same as a probability.
        epochs: Of the whole training.
        seeds: How many networks each loss has at most.
        curves: The losses.
        moments: In time order.
    """

    end: int
    edges: list[float]
    names: list[str]
    ticks: list[tuple[float, str]]
    guessing: float | None
    hard: float
    hard_name: str
    epochs: int
    seeds: int
    curves: list[LossCurve]
    moments: list[Moment]


def listening_picture(
    losses: Sequence[str],
    moments: Sequence[Mapping[str, Listening]],
    *,
    drawn: Sequence[str],
    seeds: int,
    epochs: int,
    classes: int | None,
) -> Picture:
    """What the browser draws.

    Args:
        losses: All of the comparison, which decides their colours.
        moments: In time order, each loss's sum by the loss; a loss that has not come so far is not
            in it.
        drawn: Which of the losses to draw.
        seeds: How many networks of each loss are summed up in the end.
        epochs: Of the whole training.
        classes: Number of classes; None where it is not known.
    """
    styled = styled_losses(losses)
    found = [one for moment in moments for loss, one in moment.items() if loss in drawn]
    bins = max((len(one.histogram) for one in found), default=len(bin_edges(20)) - 1)
    edges = bin_edges(bins)
    curves: list[LossCurve] = []
    for loss in drawn:
        counts = [moment[loss].histogram for moment in moments if loss in moment]
        least = min(
            (next(place for place, count in enumerate(row) if count) for row in counts if any(row)),
            default=0,
        )
        heights = _heights(styled[loss].loss, _PLACES, classes)
        low, high = _range(heights, lowest_place=odds_place(edges[least]))
        curves.append(
            {
                "loss": loss,
                "label": styled[loss].label,
                "color": styled[loss].style.color,
                "dash": styled[loss].style.dash,
                "heights": [
                    float(f"{height:.5g}") if math.isfinite(height) else None
                    for height in heights.tolist()
                ],
                "low": low,
                "high": high,
            }
        )
    labels = {loss: styled[loss].label for loss in drawn}
    return {
        "end": _END,
        "edges": [odds_place(edge) for edge in edges],
        "names": [f"{low:.3g} to {high:.3g}" for low, high in pairwise(edges)],
        "ticks": [(odds_place(p), f"{p:g}") for p in TICKS],
        "guessing": odds_place(1 / classes) if classes else None,
        "hard": odds_place(float(HARD_BELOW)),
        "hard_name": str(HARD_BELOW),
        "epochs": epochs,
        "seeds": seeds,
        "curves": curves,
        "moments": [_moment(tuple(moment.items()), tuple(labels.items())) for moment in moments],
    }


@lru_cache(maxsize=1024)  # at each poll all but the newest are as before
def _moment(
    by_loss: tuple[tuple[str, Listening], ...], named: tuple[tuple[str, str], ...]
) -> Moment:
    moment, labels = dict(by_loss), dict(named)
    shown = {loss: moment[loss] for loss in labels if loss in moment}
    return {
        "at": round(next(iter(moment.values())).at, 3),
        "sentence": listening_sentence({labels[loss]: one for loss, one in shown.items()}),
        "losses": {
            loss: {
                "images": list(one.histogram),
                "gradient": [round(share, _DIGITS) for share in one.gradient_shares],
                "seeds": one.seeds,
                "sentence": hard_images_sentence(one),
            }
            for loss, one in shown.items()
        },
    }


def odds_place(p: float) -> float:
    """Where p lies on the axis: how often its odds double from 1; the ends where the axis ends.

    >>> [odds_place(p) for p in (0.0, 0.2, 0.5, 1.0)]
    [-13, -2.0, 0.0, 13]
    """
    if p in (0.0, 1.0):
        return _END if p else -_END
    return math.log2(p / (1 - p))


def _heights(loss: Loss | None, places: Array, classes: int | None) -> Array:
    if loss is None:  # a function, of which only what it did was measured
        return np.full(len(places), np.nan)
    log_p = -np.log1p(np.exp2(-places))
    return loss.evaluate("penalty", log_p, classes=classes or DEFAULT_CLASSES)


def _range(heights: Array, *, lowest_place: float) -> tuple[float, float]:
    """From the lowest penalty to the highest where any image ever stood, and to its right."""
    shown = heights[(lowest_place - 1e-9 <= _PLACES) & np.isfinite(heights)]
    if not len(shown):
        return 0.0, 1.0
    low, high = float(shown.min()), float(shown.max())
    return (low, high) if low < high else (low, low + 1.0)
