"""The tables of a comparison: all trials at a glance, and one trial epoch by epoch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from lossviz.charts.loss_style import distinct_styles
from lossviz.experiments.records import Comparison, EpochMetrics, Trial, TrialState
from lossviz.experiments.results import History
from lossviz.losses.parsing import loss_from_spec
from lossviz.ui.legend_key import legend_key
from lossviz.ui.templates import render


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialCell:
    """A trial in the grid.

    Attributes:
        state: Where it stands, which decides its colour; None where that cannot be read.
        text: Its error rate or its state, in a few characters.
        reason: Why it ended as it did; empty where there is nothing to say.
    """

    state: TrialState | None
    text: str
    reason: str


_UNREADABLE = TrialCell(
    state=None, text="unreadable", reason="its row is not in the database, or cannot be read"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LossRow:
    """The trials of one loss in the grid.

    Attributes:
        legend_key: The loss's line, as the charts draw it.
        label: Its name and parameters.
        cells: Its trials, a seed each.
    """

    legend_key: Markup
    label: str
    cells: tuple[TrialCell, ...]


def trial_grid(comparison: Comparison, trials: Sequence[Trial], history: History) -> Markup:
    """All trials at a glance, as HTML: a row a loss, a column a seed."""
    losses = [loss_from_spec(spec) for spec in comparison.losses]
    by_place = {(trial.loss, trial.seed): trial for trial in trials}
    seeds = range(comparison.seeds)
    rows = [
        LossRow(
            legend_key=legend_key(style),
            label=loss.label,
            cells=tuple(_cell(by_place.get((spec, seed)), history) for seed in seeds),
        )
        for spec, loss, style in zip(
            comparison.losses, losses, distinct_styles(losses), strict=True
        )
    ]
    return render("train/trial_grid.html", seeds=seeds, rows=rows)


def _cell(trial: Trial | None, history: History) -> TrialCell:
    if trial is None:
        return _UNREADABLE
    text = str(trial.state)
    if trial.state is TrialState.RUNNING:
        text = f"{trial.progress:.0%} done"
    elif trial.state is TrialState.FINISHED and history.get(trial.id):
        text = f"{history[trial.id][-1].error_rate:.4f}"
    return TrialCell(state=trial.state, text=text, reason=trial.reason)


def epoch_table(epochs: Sequence[EpochMetrics]) -> Markup:
    """The article's table, as HTML: an epoch a row, the frozen phase before the unfrozen."""
    return render("train/epoch_table.html", epochs=epochs)
