"""All that a comparison's figure shows, as plain records: they can be drawn in another process."""

from __future__ import annotations

from dataclasses import dataclass

from lossviz.charts.comparison_figure.differences import Differences, differences
from lossviz.charts.comparison_figure.learning_lines import LossLines, learning_lines
from lossviz.experiments.figure_caption import Caption, caption, figure_title
from lossviz.experiments.files.snapshot import ComparisonSnapshot
from lossviz.experiments.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureContent:
    """What a figure shows of a comparison.

    Attributes:
        title: What the comparison is called.
        caption: What stands under the figure.
        lines: The learning curves of each loss, in the comparison's order.
        differences: Those to the baseline; None where there is one loss only.
        settings: How it was trained.
    """

    title: str
    caption: Caption
    lines: tuple[LossLines, ...]
    differences: Differences | None
    settings: Settings


def figure_content(snapshot: ComparisonSnapshot) -> FigureContent:
    """What a figure shows of a comparison as it stands."""
    return FigureContent(
        title=figure_title(snapshot),
        caption=caption(snapshot),
        lines=tuple(learning_lines(snapshot)),
        differences=differences(snapshot.judgement),
        settings=snapshot.data.comparison.settings,
    )
