"""A table with a row for each loss, as the panels draw it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from lossviz.charts.loss_style import styled_losses
from lossviz.ui.legend_key import legend_key
from lossviz.ui.templates import render


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelRow:
    """A loss's row.

    Attributes:
        loss: The loss as one string.
        legend_key: Its line, as the charts draw it.
        label: Its name and parameters.
        cells: What the table says of it.
    """

    loss: str
    legend_key: Markup
    label: str
    cells: tuple[str, ...]


def panel_table(
    losses: Sequence[str],
    cells: Mapping[str, Sequence[str]],
    *,
    heads: Sequence[str],
    name: str,
) -> Markup:
    """The table as HTML.

    Args:
        losses: All of the comparison, which decides their colours.
        cells: Of the losses that have a row.
        heads: Of the columns, the first of which names the loss.
        name: For screen readers.
    """
    styled = styled_losses(losses)
    rows = [
        PanelRow(
            loss=loss,
            legend_key=legend_key(styled[loss].style),
            label=styled[loss].label,
            cells=tuple(cells[loss]),
        )
        for loss in losses
        if loss in cells
    ]
    return render("train/comparison_panels/panel_table.html", rows=rows, heads=heads, name=name)
