"""The records of training: comparisons, trials, their states and their metrics."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from lossviz.errors import InvalidInput
from lossviz.experiments.confidence_bins import bin_edges
from lossviz.experiments.settings import Settings
from lossviz.experiments.trial_devices import device_words
from lossviz.statistics.plan import Plan

SEARCH_SEEDS: Final = (1000, 1001)  # far from those that are judged: 0, 1, …
SEARCH_FACTORS: Final = (1 / 3, 1.0, 3.0)


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
        diverged, as it would learn from the same batches again.
        """
        return self.ended and self not in (TrialState.FINISHED, TrialState.DIVERGED)


NEXT_STATES = {
    TrialState.QUEUED: frozenset(
        {
            TrialState.RUNNING,
            TrialState.DIVERGED,  # with every learning rate that was searched for it
            TrialState.CANCELLED,
            TrialState.FAILED,
        }
    ),
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


class Purpose(StrEnum):
    """What a trial is for."""

    JUDGE = "judge"  # its result counts
    SEARCH = "search"  # it helps to choose its loss's learning rate, on seeds of its own


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
        seconds: Wall time since the trial's training began; None where an earlier lossviz stored
            the row, like all that follows.
        brier: Mean over the validation images of the sum of squares of the differences between the
            probabilities and the truth, 0 to 2.
        nll: Mean of -ln p of the true class.
        valid_loss: Mean of the trial's own loss over the validation images.
        gradient: For each bin of the histogram, the sum over its images of half the L1 norm of the
            loss's gradient in the logits; for a loss of p alone that is the size of its pull.
            Empty where it was not measured.
    """

    at: float
    error_rate: float
    histogram: tuple[int, ...]
    seconds: float | None = None
    brier: float | None = None
    nll: float | None = None
    valid_loss: float | None = None
    gradient: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        if not 0.0 <= self.error_rate <= 1.0:
            raise InvalidInput(f"error_rate must lie in [0, 1], got {self.error_rate}")
        bin_edges(len(self.histogram))
        if self.gradient and len(self.gradient) != len(self.histogram):
            raise InvalidInput(
                f"gradient must have the histogram's {len(self.histogram)} bins, got"
                f" {len(self.gradient)}"
            )

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
        seconds: Wall time since the trial's training began; None where an earlier lossviz stored
            it.
    """

    at: float
    loss: float
    learning_rate: float
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TemperatureScaling:
    """What dividing all logits by one number changes (Guo et al. 2017, section 4.2).

    Attributes:
        temperature: The number, above 0, at which one half of the validation images has the lowest
            negative log-likelihood.
        images: How many images the other half has, on which all that follows is measured.
        nll_before: As ``Evaluation.nll``, as the network was trained.
        nll_after: The same, scaled.
        brier_before: As ``Evaluation.brier``.
        brier_after: The same, scaled.
    """

    temperature: float
    images: int
    nll_before: float
    nll_after: float
    brier_before: float
    brier_after: float

    def __post_init__(self) -> None:
        if self.temperature <= 0:
            raise InvalidInput(f"the temperature must lie above 0, got {self.temperature}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Predictions:
    """What a trial's network says of each validation image once it is trained.

    Of more than 20,000 images, so many of them, drawn from the seed: the same for all losses.

    Attributes:
        rows: Which image of the recipe's data each is.
        targets: Its class, 0-based.
        predicted: The class of the highest probability.
        p_true: The probability of its class.
        confidence: The highest probability.
        temperature: None where it was not fitted.
    """

    rows: tuple[int, ...]
    targets: tuple[int, ...]
    predicted: tuple[int, ...]
    p_true: tuple[float, ...]
    confidence: tuple[float, ...]
    temperature: TemperatureScaling | None = None

    def __post_init__(self) -> None:
        columns = (self.targets, self.predicted, self.p_true, self.confidence)
        if any(len(column) != len(self.rows) for column in columns):
            raise InvalidInput("predictions must have as many of everything as rows")


def trial_id(
    comparison_id: str, position: int, *, purpose: Purpose = Purpose.JUDGE, attempt: int = 1
) -> str:
    """The id of a trial.

    >>> trial_id("c", 3), trial_id("c", 3, purpose=Purpose.SEARCH, attempt=2)
    ('c-3', 'c-search3-2')
    """
    place = f"search{position}" if purpose is Purpose.SEARCH else str(position)
    first = f"{comparison_id}-{place}"
    return first if attempt == 1 else f"{first}-{attempt}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One training: a recipe, a loss, a seed.

    Attributes:
        id: Unique in the store.
        comparison_id: The comparison that it belongs to.
        position: 0-based place among the comparison's trials of its purpose, in the order of
            starting.
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
        device: What it is trained on, by name, such as "NVIDIA H100 80GB HBM3" or "processor";
            empty before it runs, and where an earlier lossviz trained it.
        precision: In which numbers, such as "32-bit"; empty as ``device``.
        busy: Share of the last seconds in which its accelerator computed, 0 to 1, whatever for;
            None without one, and before it is known.
        started_at: Seconds since the epoch (UTC), None before it runs.
        ended_at: The same, None before it has ended.
        stderr: The last lines that its process wrote to its standard error; of a lost trial, those
            of the process that ran all trials.
        purpose: What it is for.
        learning_rate: Its own; None where it takes the one of all trials, or where its loss's is
            still searched for.
        training_images: How many images one of its epochs learns from; None before it is known.
        validation_images: How many it is validated on; None before it is known.
        engine: Id of the engine that runs it, of several that share a database; empty where it is
            the only one.
        versions: Of what it was trained with, such as "lossviz 1.0, torch 2.9, fastai 2.8"; empty
            before it runs, and where an earlier lossviz trained it.
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
    purpose: Purpose = Purpose.JUDGE
    learning_rate: float | None = None
    training_images: int | None = None
    validation_images: int | None = None
    device: str = ""
    precision: str = ""
    busy: float | None = None
    engine: str = ""
    versions: str = ""

    @property
    def computed_on(self) -> str:
        """Device and precision in words, such as "NVIDIA H100, 32-bit"; empty as ``device``."""
        return device_words(self.device, self.precision)

    def next_attempt(self) -> "Trial":
        """The same trial, queued once more."""
        return Trial(
            id=trial_id(
                self.comparison_id,
                self.position,
                purpose=self.purpose,
                attempt=self.attempt + 1,
            ),
            comparison_id=self.comparison_id,
            position=self.position,
            loss=self.loss,
            seed=self.seed,
            attempt=self.attempt + 1,
            purpose=self.purpose,
            learning_rate=self.learning_rate,
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
        at_once: Trials that run side by side, on all accelerators together: no more than there are
            cores, nor than fit in memory.
        threads: Threads that each computes with: together no more than there are cores. Sums on the
            processor depend on them in their last digits.
        classes: Number of classes of the data; None where it is not known.
        notes: What a user should know of the data, such as images that cannot be read; a sentence
            each.
        class_names: The names of the classes, in the order of their numbers; empty where nothing
            had to be prepared.
        accelerators: How many accelerators the trials share; 0 where they run on the processor.
        trial_mb: What one trial takes of its device's memory, in MB (2**20 bytes): measured over a
            step of its training. None where nothing had to be prepared, where the system does not
            report it, and where an earlier lossviz prepared it.
        context_mb: Of it, what a process takes of an accelerator beside its tensors: CUDA's
            context and kernels. None on the processor, and as ``trial_mb``.
        free_mb: What there was of that memory for trials, in MB; of several accelerators, of the
            smallest. None as ``trial_mb``.
        fit_in_memory: Trials that run side by side on one device as far as its memory goes, which
            an out-of-memory halves; None where nothing was measured.
    """

    stage: str = ""
    share: float = 0.0
    done: bool = False
    learning_rate: float | None = None
    at_once: int = 1
    threads: int = 1
    classes: int | None = None
    notes: tuple[str, ...] = ()
    class_names: tuple[str, ...] = ()
    accelerators: int = 0
    trial_mb: float | None = None
    context_mb: float | None = None
    free_mb: float | None = None
    fit_in_memory: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RateSearch:
    """How each loss of a comparison gets a learning rate of its own.

    Attributes:
        factors: Of the settings' learning rate, the rates to try first, in rising order.
        seeds: The seeds to try them on, which are none of those that are judged.
    """

    factors: tuple[float, ...] = SEARCH_FACTORS
    seeds: tuple[int, ...] = SEARCH_SEEDS

    def __post_init__(self) -> None:
        if not self.factors or min(self.factors) <= 0:
            raise InvalidInput("a search needs factors above 0 of the learning rate")
        if list(self.factors) != sorted(set(self.factors)):
            raise InvalidInput("the factors of a search must rise")
        if not self.seeds or len(set(self.seeds)) < len(self.seeds):
            raise InvalidInput("a search needs one or more seeds, each another one")


class Origin(StrEnum):
    """Where a comparison comes from, in a word for people."""

    APP = "app"
    COMMAND_LINE = "command line"
    NOTEBOOK = "notebook"
    IMPORTED = "imported"  # from a file
    RECORDED = "recorded"  # a file that ships with lossviz


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """Trials of one recipe that differ in loss and seed only; and, where each loss got a learning
    rate of its own, in that.

    Attributes:
        id: Unique in the store.
        recipe: The recipe's key.
        losses: The losses, in the order in which they were chosen.
        seeds: How many seeds each loss gets: 0, 1, … seeds - 1; those that were added included.
        created_at: Seconds since the epoch (UTC).
        settings: How the recipe is trained.
        plan: What was fixed at launch.
        rate_search: How each loss's learning rate is chosen; None where all take the same.
        owner: Whose it is, see ``lossviz.experiments.visitors``; empty where it is nobody's, as
            what a private app trains.
        name: What its owner calls it; empty where it has no name.
        shared: Whether every visitor of a public app may see it.
        origin: Where it comes from.
        made_by: Who or what trained it, in words, where that was elsewhere: of one from a file what
            the file says; empty for what this app trained.
        note: What its owner notes of it, in Markdown.
        tags: Words by which its owner finds it again, each once, in the order of their adding.
        starred: Whether its owner has marked it.
        deleted_at: When its owner deleted it, in seconds since the epoch (UTC): for a while that
            can be undone. None where it is not deleted.
    """

    id: str
    recipe: str
    losses: tuple[str, ...]
    seeds: int
    created_at: float
    settings: Settings
    plan: Plan
    rate_search: RateSearch | None = None
    owner: str = ""
    name: str = ""
    shared: bool = False
    origin: Origin = Origin.APP
    made_by: str = ""
    note: str = ""
    tags: tuple[str, ...] = ()
    starred: bool = False
    deleted_at: float | None = None

    def __post_init__(self) -> None:
        if self.plan.baseline not in self.losses:
            raise InvalidInput(
                f"the baseline must be one of the losses ({', '.join(self.losses)}), got"
                f" {self.plan.baseline}"
            )
        if self.plan.seeds > self.seeds:
            raise InvalidInput(f"{self.plan.seeds} seeds are planned, but there are {self.seeds}")

    @property
    def added_seeds(self) -> int:
        """How many seeds were added after the launch."""
        return self.seeds - self.plan.seeds

    def trials(self) -> list[Trial]:
        """Its trials that are judged, queued: all losses of the first seed, then of the second.

        In this order pairs are complete early.
        """
        pairs = [(seed, loss) for seed in range(self.seeds) for loss in self.losses]
        return [
            Trial(
                id=trial_id(self.id, position),
                comparison_id=self.id,
                position=position,
                loss=loss,
                seed=seed,
            )
            for position, (seed, loss) in enumerate(pairs)
        ]
