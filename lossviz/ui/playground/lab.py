"""What the playground's page shows."""

from __future__ import annotations

from typing import Final

from lossviz.ui.components.playground.component import playground
from lossviz.ui.loss_controls import styles_by_id
from lossviz.ui.state.selection import Selection

MOST_LOSSES: Final = 4  # networks side by side


def playground_lab(selection: Selection) -> None:
    """Draw networks in training with the first of the chosen losses."""
    losses = dict(list(selection.shown.items())[:MOST_LOSSES])
    playground(losses, styles_by_id(losses), play=selection.play)
