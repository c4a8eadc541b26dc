"""The records of training: comparisons, trials, their states and their metrics."""

from dataclasses import dataclass
from enum import StrEnum

from lossviz.errors import InvalidInput
from lossviz.experiments.confidence_bins import bin_edges
from lossviz.experiments.settings import Settings


class TrialState(StrEnum):
    """Where a trial stands. ``NEXT_STATES`` lists the legal moves."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    DIVERGED = "diverged"
    FAILED = "failed"
    CANCELLED = "cancelled"
    LOST = "lost"

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to the trial."""
        return self not in NEXT_STATES

    @property
    def repeatable(self) -> bool:
        """Whether another attempt at the trial may end otherwise: not where it has finished or
        diverged, as the same batches give the same numbers.
        """
        return self.ended and self not in (TrialState.FINISHED, TrialState.DIVERGED)


NEXT_STATES = {
    TrialState.QUEUED: frozenset({TrialState.RUNNING, TrialState.CANCELLED, TrialState.FAILED}),
    TrialState.RUNNING: frozenset(
        {
            TrialState.FINISHED,
            TrialState.DIVERGED,
            TrialState.CANCELLED,
            TrialState.FAILED,
            TrialState.LOST,
        }
    ),
}  # ended trials have no entry: they stay ended


class Phase(StrEnum):
    """The two fits of ``fine_tune``."""

    FROZEN = "frozen"
    UNFROZEN = "unfrozen"


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochMetrics:
    """One line of a trial's history.

    Attributes:
        phase: Frozen: only the last layer learns. Unfrozen: all layers do.
        epoch: 1-based, counted over the whole trial, both phases together.
        train_loss: Mean penalty on the training images, smoothed as fastai does. Not comparable
            between losses.
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
class Evaluation:
    """One measurement on the validation images, at the end of an epoch or within it.

    Attributes:
        at: Epochs done, over both phases: 0.5 is the middle of the first.
        error_rate: Share of validation images misclassified, 0 to 1.
        histogram: How many validation images got which probability for their true class, in the
            bins of ``confidence_bins``.
    """

    at: float
    error_rate: float
    histogram: tuple[int, ...]

    def __post_init__(self) -> None:
        if not 0.0 <= self.error_rate <= 1.0:
            raise InvalidInput(f"error_rate must lie in [0, 1], got {self.error_rate}")
        bin_edges(len(self.histogram))

    @property
    def bin_edges(self) -> tuple[float, ...]:
        """The probabilities between which each count of the histogram lies, from 0 to 1."""
        return bin_edges(len(self.histogram))


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchLoss:
    """The training loss of a few batches in a row.

    Attributes:
        at: Epochs done after the last of them.
        loss: Mean training loss over them.
        learning_rate: The largest of the network's parts, at the last of them.
    """

    at: float
    loss: float
    learning_rate: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One training: a recipe, a loss, a seed.

    Attributes:
        id: Unique in the store.
        comparison_id: The comparison that it belongs to.
        position: 0-based place in the comparison, in the order of starting.
        attempt: 1-based: an interrupted trial can be run again, as the next attempt at the same
            position.
        loss: The loss as one string, see ``loss_from_spec``.
        seed: Fixes split, initial weights and batches; the same for all losses.
        state: Waiting, running, or how it ended.
        reason: Why it failed, was cancelled or lost; empty otherwise.
        progress: Share of its training batches done, 0 to 1.
        images_per_s: Training images a second, over the last seconds; None before it is known.
        memory_mb: The memory of its process (PSS) in MB (2**20 bytes); with an accelerator, the
            most that it took there. None before it is known.
        origin: Which weights it started from, in words; empty before it runs.
        started_at: Seconds since the epoch (UTC), None before it runs.
        ended_at: The same, None before it has ended.
        stderr: The last lines that its process wrote to its standard error; of a lost trial, those
            of the process that ran all trials.
    """

    id: str
    comparison_id: str
    position: int
    loss: str
    seed: int
    attempt: int = 1
    state: TrialState = TrialState.QUEUED
    reason: str = ""
    progress: float = 0.0
    images_per_s: float | None = None
    memory_mb: float | None = None
    origin: str = ""
    started_at: float | None = None
    ended_at: float | None = None
    stderr: str = ""

    def next_attempt(self) -> "Trial":
        """The same trial, queued once more."""
        return Trial(
            id=f"{self.comparison_id}-{self.position}-{self.attempt + 1}",
            comparison_id=self.comparison_id,
            position=self.position,
            loss=self.loss,
            seed=self.seed,
            attempt=self.attempt + 1,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Preparation:
    """What is done once for all trials of a comparison, before the first.

    Data and weights are downloaded, images decoded, a learning rate found.

    Attributes:
        stage: What is being done now, in words; empty before it begins and after it has ended.
        share: Share of that stage that is done, 0 to 1.
        done: Whether trials can begin.
        learning_rate: The one that all trials take; None where it is not known yet.
        at_once: Trials that run side by side: no more than there are cores, nor than fit in memory.
        threads: Threads that each computes with, so that together they use all cores. Sums depend
            on them in their last digits.
        classes: Number of classes of the data; None where it is not known.
        notes: What a user should know of the data, such as images that cannot be read; a sentence
            each.
    """

    stage: str = ""
    share: float = 0.0
    done: bool = False
    learning_rate: float | None = None
    at_once: int = 1
    threads: int = 1
    classes: int | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Trials of one recipe that differ in loss and seed only.

    Attributes:
        id: Unique in the store.
        recipe: The recipe's key.
        losses: The losses, in the order in which they were chosen.
        seeds: How many seeds each loss gets: 0, 1, … seeds - 1.
        created_at: Seconds since the epoch (UTC).
        settings: How the recipe is trained.
    """

    id: str
    recipe: str
    losses: tuple[str, ...]
    seeds: int
    created_at: float
    settings: Settings

    def trials(self) -> list[Trial]:
        """Its trials, queued: all losses of the first seed, then of the second.

        In this order pairs are complete early.
        """
        pairs = [(seed, loss) for seed in range(self.seeds) for loss in self.losses]
        return [
            Trial(
                id=f"{self.id}-{position}",
                comparison_id=self.id,
                position=position,
                loss=loss,
                seed=seed,
            )
            for position, (seed, loss) in enumerate(pairs)
        ]
