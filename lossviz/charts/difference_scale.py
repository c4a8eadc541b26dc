"""The scale of the differences to the baseline, which all losses of a comparison share."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_STEPS: Final = (1, 2, 5, 10)
_ENDS: Final = 4  # steps that a scale is long, more or less
_LONGEST: Final = 2.0  # an interval that goes on further than this is cut, by the dots' reach


@dataclass(frozen=True, slots=True, kw_only=True)
class DifferenceScale:
    """How differences of the error rate are written and drawn.

    Attributes:
        unit: What is counted.
        images: Validation images; None where they are not known, so that points are counted.
        least: The left end, at most 0, in the unit.
        greatest: The right end, at least 0; the two differ.
        margin: Differences within plus and minus this count as the same, in the unit.
    """

    unit: str
    images: int | None
    least: float
    greatest: float
    margin: float

    def of(self, difference: float) -> float:
        """A difference of the error rate in the unit."""
        return difference * (self.images or 100)


def difference_scale(
    rows: Sequence[tuple[Sequence[float], tuple[float, float] | None]],
    *,
    margin: float | None,
    images: int | None,
) -> DifferenceScale:
    """A scale from one round number to another, with every seed on it, 0 and the margin.

    Intervals are on it too unless they reach more than twice as far as all else: one of two or
    three seeds would push everything together.

    Args:
        rows: Each loss's differences of the error rate, seed by seed, and their interval.
        margin: In error rate; None where none is known.
        images: Validation images, None where they are not known.
    """
    factor = images or 100
    margin = margin or 0.0
    dots = [factor * difference for differences, _ in rows for difference in differences]
    reach = max(map(abs, [*dots, 1.5 * factor * margin]), default=0.0) or 1.0
    ends = [
        max(-_LONGEST * reach, min(_LONGEST * reach, factor * end))
        for _, interval in rows
        for end in interval or ()
    ]
    values = [*dots, *ends, -1.5 * factor * margin, 1.5 * factor * margin]
    least, greatest = min(0.0, *values), max(0.0, *values)
    if least == greatest:
        least, greatest = -1.0, 1.0
    step = _round_step((greatest - least) / _ENDS)
    return DifferenceScale(
        unit="images" if images else "points",
        images=images,
        least=step * math.floor(least / step),
        greatest=step * math.ceil(greatest / step),
        margin=factor * margin,
    )


def _round_step(size: float) -> float:
    """The smallest of 1, 2, 5, 10, 20, … that is no smaller."""
    power = 10.0 ** math.floor(math.log10(size))
    return next(step * power for step in _STEPS if step * power >= size)
