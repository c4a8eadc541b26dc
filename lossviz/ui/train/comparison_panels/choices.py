"""What the panels let the visitor choose: seeds and losses of a comparison."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

import streamlit as st

from lossviz.experiments.comparison_data import ComparisonData
from lossviz.experiments.records import Comparison, Trial
from lossviz.losses.functions import loss_label

_POOLED_AT_FIRST: Final = 10  # seeds; to sum up more takes longer than a visitor wants to wait
_DRAWN_AT_FIRST: Final = 4  # losses: two rows of two
_ALL: Final = -1


def label_of(spec: str) -> str:
    """A loss's name and parameters."""
    return loss_label(spec)


def pick_seeds(data: ComparisonData, *, panel: str, pooled: str) -> Sequence[int]:
    """Let the visitor choose one seed or all.

    Args:
        data: The comparison whose seeds they are.
        panel: In which panel.
        pooled: What all seeds together are called.
    """
    seeds = sorted({trial.seed for trial in data.trials})
    if len(seeds) < 2:
        return seeds
    options = [_ALL, *seeds]
    seed = st.selectbox(
        "Seeds shown",
        options,
        index=0 if len(seeds) <= _POOLED_AT_FIRST else 1,
        format_func=lambda number: pooled if number == _ALL else f"seed {number}",
        key=f"seeds {panel} {data.comparison.id}",
        width=220,
    )
    return seeds if seed == _ALL else [seed]


def pick_losses(comparison: Comparison, *, panel: str) -> list[str]:
    """Let the visitor choose losses; the first four are chosen at first.

    Args:
        comparison: Whose.
        panel: In which panel.
    """
    losses = comparison.losses
    if len(losses) == 1:
        return list(losses)
    picked = st.pills(
        "Losses",
        losses,
        selection_mode="multi",
        default=losses[:_DRAWN_AT_FIRST],
        format_func=label_of,
        key=f"losses {panel} {comparison.id}",
    )
    return [loss for loss in losses if loss in picked]


def pick_loss(
    comparison: Comparison, title: str, *, panel: str, besides: str | None = None, place: int = 0
) -> str:
    """Let the visitor choose a loss.

    Args:
        comparison: Whose.
        title: Of the control.
        panel: In which panel.
        besides: A loss that cannot be chosen.
        place: Which stands there first.
    """
    options = [loss for loss in comparison.losses if loss != besides]
    return st.selectbox(
        title,
        options,
        index=min(place, len(options) - 1),
        format_func=label_of,
        key=f"{title} {panel} {comparison.id}",
        width=280,
    )


def trials_of(trials: Sequence[Trial], loss: str, seeds: Collection[int]) -> list[Trial]:
    """The trials of one loss with some seeds."""
    return [trial for trial in trials if trial.loss == loss and trial.seed in seeds]
