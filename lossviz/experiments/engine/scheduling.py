"""Which work comes next: pure. Trials start in the order of their queue, so that a seed is finished
for all losses before the next one begins.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lossviz.experiments.networks import DIGITS_NETWORK
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.records import Comparison, Preparation, Trial


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuedTrial:
    """A trial that waits, with the comparison that it belongs to."""

    trial: Trial
    comparison: Comparison


def needs_preparation(comparison: Comparison) -> bool:
    """Whether something must be done before its first trial: anything but the digits with our own
    network and a learning rate that is known.
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
) -> QueuedTrial | Comparison | None:
    """The trial to start now, the comparison to prepare now, or None where nothing can be started
    until something ends.

    A trial starts where its threads find free cores and its comparison allows one more at once.
    Trials of a comparison that is not prepared are passed over; those behind one that waits for
    cores wait with it, so that none waits for ever.

    Args:
        queue: What waits, in order.
        running: What runs.
        preparations: Of the comparisons that are prepared, by their ids.
        preparing: The comparison that is being prepared, if any: one at a time.
        cores: Cores in all.
    """
    used = sum(preparations[entry.comparison.id].threads for entry in running)
    for entry in queue:
        preparation = preparations.get(entry.comparison.id)
        if preparation is None:
            if preparing is None:
                return entry.comparison
            continue
        side_by_side = sum(other.comparison.id == entry.comparison.id for other in running)
        fits = side_by_side < preparation.at_once and used + preparation.threads <= cores
        return entry if fits else None
    return None
