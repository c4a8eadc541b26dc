"""Which job starts next: pure.

Trials start in the order of their queue, so that a seed is finished for all losses before the next
one begins.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lossviz.experiments.networks import DIGITS_NETWORK
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.records import Comparison, Preparation, Trial


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedTrial:
    """A trial to start, with the comparison that it belongs to."""

    trial: Trial
    comparison: Comparison


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingPreparation:
    """A comparison to prepare before its trials can start."""

    comparison: Comparison


def needs_preparation(comparison: Comparison) -> bool:
    """Whether something must be done before its first trial.

    That is so for all but the digits with our own network and a learning rate that is known.
    """
    settings = comparison.settings
    return (
        get_recipe(comparison.recipe).needs_preparation
        or settings.network != DIGITS_NETWORK
        or settings.learning_rate is None
    )


def next_job(
    queue: Sequence[QueuedTrial],
    running: Sequence[QueuedTrial],
    preparations: Mapping[str, Preparation],
    *,
    preparing: str | None,
    cores: int,
) -> QueuedTrial | PendingPreparation | None:
    """The trial or the preparation to start now; None where nothing can start until a job ends.

    A trial starts where its threads find free cores and its comparison allows one more in parallel.
    Trials of a comparison that is not prepared are skipped; those behind one that waits for cores
    wait with it, so that none waits for ever.

    Args:
        queue: The queued trials, in order.
        running: The running trials.
        preparations: Of the comparisons that are prepared, by comparison id.
        preparing: The id of the comparison that is being prepared, if any: one at a time.
        cores: Cores in all.
    """
    used = sum(preparations[entry.comparison.id].threads for entry in running)
    for entry in queue:
        preparation = preparations.get(entry.comparison.id)
        if preparation is None:
            if preparing is None:
                return PendingPreparation(comparison=entry.comparison)
            continue
        in_parallel = sum(other.comparison.id == entry.comparison.id for other in running)
        fits = in_parallel < preparation.at_once and used + preparation.threads <= cores
        return entry if fits else None
    return None
