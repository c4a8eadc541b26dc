"""The records of training: comparisons, trials, their states and their epochs."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from lossviz.errors import InvalidInput
from lossviz.losses.spec import loss_from_spec
from lossviz.runs.recipes import get_recipe

MAX_TRIALS = 200
MAX_SEEDS = 50


class TrialState(StrEnum):
    """Where a trial stands. ``NEXT_STATES`` lists the legal moves."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    CANCELLED = "cancelled"
    LOST = "lost"

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to the trial."""
        return self not in NEXT_STATES


NEXT_STATES = {
    TrialState.QUEUED: frozenset({TrialState.RUNNING, TrialState.CANCELLED, TrialState.FAILED}),
    TrialState.RUNNING: frozenset({TrialState.FINISHED, TrialState.CANCELLED, TrialState.FAILED, TrialState.LOST}),
}  # ended trials have no entry: they stay ended


class Phase(StrEnum):
    """The two fits of ``fine_tune``."""

    FROZEN = "frozen"
    UNFROZEN = "unfrozen"


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochMetrics:
    """One line of a trial's history.

    Attributes:
        phase: Frozen: only the head learns. Unfrozen: all layers do.
        epoch: 1-based, counted over the whole trial, both phases together.
        train_loss: Mean penalty on the training images, smoothed as fastai does. Not comparable between losses.
        valid_loss: Mean penalty on the validation images; infinite where it overflows.
        error_rate: Share of validation images misclassified, 0 to 1.
        seconds: Wall time of this epoch.
    """

    phase: Phase
    epoch: int
    train_loss: float
    valid_loss: float
    error_rate: float
    seconds: float

    def __post_init__(self) -> None:
        if self.epoch < 1:
            raise InvalidInput(f"epochs are counted from 1, got {self.epoch}")
        if not 0.0 <= self.error_rate <= 1.0:
            raise InvalidInput(f"error_rate must lie in [0, 1], got {self.error_rate}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One training: a recipe, a loss, a seed.

    Attributes:
        id: Unique in the store.
        comparison_id: The comparison that it belongs to.
        position: 0-based place in the comparison, in the order of starting.
        loss: The loss as one string, see ``loss_from_spec``.
        seed: Fixes split, initial weights and batches; the same for all losses.
        state: Where it stands.
        reason: Why it failed, was cancelled or lost; empty otherwise.
        progress: Share of its training batches done, 0 to 1.
        started_at: Seconds since the epoch (UTC), None before it runs.
        ended_at: The same, None before it has ended.
    """

    id: str
    comparison_id: str
    position: int
    loss: str
    seed: int
    state: TrialState = TrialState.QUEUED
    reason: str = ""
    progress: float = 0.0
    started_at: float | None = None
    ended_at: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Trials of one recipe that differ in loss and seed only.

    Attributes:
        id: Unique in the store.
        recipe: The recipe's key.
        losses: The losses, in the order in which they were chosen.
        seeds: How many seeds each loss gets: 0, 1, … seeds - 1.
        created_at: Seconds since the epoch (UTC).
    """

    id: str
    recipe: str
    losses: tuple[str, ...]
    seeds: int
    created_at: float

    def trials(self) -> list[Trial]:
        """Its trials as they are before anything ran: all losses of the first seed, then of the second, so that pairs are complete early."""
        pairs = [(seed, loss) for seed in range(self.seeds) for loss in self.losses]
        return [
            Trial(id=f"{self.id}-{position}", comparison_id=self.id, position=position, loss=loss, seed=seed)
            for position, (seed, loss) in enumerate(pairs)
        ]


def plan_comparison(*, id: str, recipe: str, losses: Sequence[str], seeds: int, created_at: float) -> Comparison:
    """Check a wish and turn it into a comparison. Losses come out in their canonical spelling.

    Raises:
        UnknownRecipe, UnknownLoss, FormulaError, ParameterError: As the name says.
        InvalidInput: No loss, one twice, seeds out of range, or more than ``MAX_TRIALS`` trials.
    """
    get_recipe(recipe)
    read = [loss_from_spec(loss) for loss in losses]
    specs, labels = tuple(loss.spec for loss in read), [loss.label for loss in read]
    if not specs:
        raise InvalidInput("choose at least one loss to train with")
    for spec in specs:
        if specs.count(spec) > 1:
            raise InvalidInput(f"{spec} is chosen twice; a comparison trains each loss once a seed")
    for label in labels:
        if labels.count(label) > 1:
            raise InvalidInput(f"two losses are called {label}; give one of them another name")
    if not 1 <= seeds <= MAX_SEEDS:
        raise InvalidInput(f"seeds must lie between 1 and {MAX_SEEDS}, got {seeds}")
    if len(specs) * seeds > MAX_TRIALS:
        raise InvalidInput(f"{len(specs)} losses and {seeds} seeds make {len(specs) * seeds} trials; at most {MAX_TRIALS} are allowed")
    return Comparison(id=id, recipe=recipe, losses=specs, seeds=seeds, created_at=created_at)
