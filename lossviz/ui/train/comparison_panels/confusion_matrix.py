"""Which classes are taken for which: a matrix of counts, or the pairs that are confused most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from markupsafe import Markup

from lossviz.experiments.analysis.error_analysis import Counts, most_confused
from lossviz.ui.templates import render

MOST_CLASSES: Final = 12  # with more a matrix is no longer read
_MOST_PAIRS: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixCell:
    """How many images of one class are taken for one class.

    Attributes:
        count: So many.
        kind: Whether that is right.
        share: Of the greatest number of errors in a cell, in percent, which its colour shows.
    """

    count: int
    kind: Literal["right", "wrong"]
    share: int


def confusion_matrix(counts: Counts, names: Sequence[str], *, name: str) -> Markup:
    """The matrix as HTML.

    Args:
        counts: Shape [actual, predicted].
        names: Of the classes.
        name: For screen readers.
    """
    greatest = max((one.images for one in most_confused(counts, most=1)), default=1)
    rows = [
        [
            MatrixCell(
                count=count,
                kind="right" if actual == predicted else "wrong",
                share=round(100 * count / greatest),
            )
            for predicted, count in enumerate(row)
        ]
        for actual, row in enumerate(counts.tolist())
    ]
    return render(
        "train/comparison_panels/confusion_matrix.html", rows=rows, labels=names, name=name
    )


def confused_pairs(counts: Counts, names: Sequence[str]) -> list[str]:
    """The pairs that are confused most, a sentence each.

    >>> import numpy as np
    >>> confused_pairs(np.array([[5, 1], [0, 7]]), ["cat", "dog"])
    ['cat taken for dog: 1 of 6']
    """
    return [
        f"{names[one.actual]} taken for {names[one.predicted]}: {one.images:,} of {one.of:,}"
        for one in most_confused(counts, most=_MOST_PAIRS)
    ]
