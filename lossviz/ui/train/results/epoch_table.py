"""One trial epoch by epoch, as a table."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from lossviz.experiments.records import EpochMetrics
from lossviz.ui.number_text import error_percent, in_one_notation, seconds_texts
from lossviz.ui.templates import render


def epoch_table(epochs: Sequence[EpochMetrics], *, images: int | None) -> Markup:
    """The article's table, as HTML: an epoch a row, the frozen phase before the unfrozen.

    Args:
        epochs: Of one trial.
        images: Its validation images; None where they are not known.
    """
    losses = in_one_notation([x for one in epochs for x in (one.train_loss, one.valid_loss)])
    rows = zip(
        epochs,
        losses[::2],
        losses[1::2],
        [error_percent(one.error_rate, images) for one in epochs],
        seconds_texts([one.seconds for one in epochs]),
        strict=True,
    )
    return render("train/results/epoch_table.html", rows=list(rows))
