"""What an engine, its host and a job's process say to each other: one dataclass a message.

The engine sends a ``Request`` to its host. The host answers with a ``HostEvent``: that it is ready,
or what one of its jobs reports. A job is a trial, a preparation or a batch preview, and runs in a
process of its own. Imports neither torch nor streamlit, as both ends of a connection read this.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from lossviz.errors import InvalidInput
from lossviz.experiments.records import (
    BatchLoss,
    EpochMetrics,
    Evaluation,
    Preparation,
    TrialState,
)
from lossviz.experiments.settings import Settings


class JobKind(StrEnum):
    """What a host can run."""

    TRIAL = "trial"
    PREPARATION = "preparation"
    PREVIEW = "preview"


@dataclass(frozen=True, slots=True, kw_only=True)
class JobId:
    """Which job a message is about.

    Attributes:
        kind: What it does.
        key: The id of the trial, of the comparison that is prepared, or of the preview.
    """

    kind: JobKind
    key: str


# Requests: from the engine to its host.


@dataclass(frozen=True, slots=True, kw_only=True)
class RunTrial:
    """Train one trial.

    Attributes:
        trial_id: The trial's id in the store.
        recipe: Key of a recipe.
        settings: How it is trained.
        loss: The loss as one string, see ``loss_from_spec``.
        seed: Fixes split, initial weights, batches and augmentations.
        learning_rate: What the preparation found; None where the settings give one.
        threads: Threads to compute with, at least 1.
    """

    trial_id: str
    recipe: str
    settings: Settings
    loss: str
    seed: int
    learning_rate: float | None
    threads: int

    def __post_init__(self) -> None:
        _require_positive("threads", self.threads)

    @property
    def job(self) -> JobId:
        """The job that this starts."""
        return JobId(kind=JobKind.TRIAL, key=self.trial_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepare:
    """Do once what all trials of a comparison need.

    Attributes:
        comparison_id: The comparison's id in the store.
        recipe: Key of a recipe.
        settings: How its trials are trained.
        cores: Cores that the trials will share, at least 1.
        trials: How many trials there are, at least 1.
        seeds: How many seeds each loss has, at least 1: 0, 1, … seeds - 1.
    """

    comparison_id: str
    recipe: str
    settings: Settings
    cores: int
    trials: int
    seeds: int

    def __post_init__(self) -> None:
        _require_positive("cores", self.cores)
        _require_positive("trials", self.trials)
        _require_positive("seeds", self.seeds)

    @property
    def job(self) -> JobId:
        """The job that this starts."""
        return JobId(kind=JobKind.PREPARATION, key=self.comparison_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewBatch:
    """Show the first training batch of seed 0.

    Attributes:
        key: Chosen by the engine; the page asks for the preview by it.
        recipe: Key of a recipe.
        settings: How it would be trained.
        cores: Cores to decode images with, at least 1.
    """

    key: str
    recipe: str
    settings: Settings
    cores: int

    def __post_init__(self) -> None:
        _require_positive("cores", self.cores)

    @property
    def job(self) -> JobId:
        """The job that this starts."""
        return JobId(kind=JobKind.PREVIEW, key=self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Stop a job: by a flag that it polls, after a grace period by SIGTERM, then by SIGKILL.

    A job that has ended, or that never began, is ignored.
    """

    job: JobId


Job: TypeAlias = RunTrial | Prepare | PreviewBatch
Request: TypeAlias = Job | Stop


# Events: from a job's process through the host to the engine.


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialOrigin:
    """Which weights a trial starts from and how many images it has, in words."""

    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialProgress:
    """How far a trial is, and how it runs.

    Attributes:
        share: Share of the training batches done, 0 to 1.
        images_per_s: Training images a second since the last report; None where there were none.
        memory_mb: See ``Trial.memory_mb``.
    """

    share: float
    images_per_s: float | None
    memory_mb: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchLosses:
    """New points of the training curve, in order."""

    losses: tuple[BatchLoss, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Evaluated:
    """The validation images were evaluated, mid-epoch or at the end of an epoch."""

    evaluation: Evaluation


@dataclass(frozen=True, slots=True, kw_only=True)
class EpochEnded:
    """An epoch has ended; its ``Evaluated`` came just before."""

    metrics: EpochMetrics


@dataclass(frozen=True, slots=True, kw_only=True)
class Fingerprint:
    """A hash of a part of what a trial is trained on.

    Attributes:
        part: One of ``lossviz.experiments.fingerprints.PARTS``; each is reported once.
        digest: Hexadecimal.
    """

    part: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparationProgress:
    """How far the preparation of a comparison, or of a batch preview, is.

    Attributes:
        stage: What is being done now, in words.
        share: How much of that stage is done, 0 to 1.
    """

    stage: str
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A preparation is complete, and trials can begin."""

    preparation: Preparation


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewImage:
    """One image of a batch preview.

    Attributes:
        png: The image as the network gets it, but not normalised; the bytes of a PNG file.
        true_class: The name of its class.
        label: The name of the class that the network is given, which label noise may have changed.
    """

    png: bytes
    true_class: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewReady:
    """The images of a batch preview."""

    images: tuple[PreviewImage, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobEnded:
    """The last event of every job, whether it reported it or its process died.

    Attributes:
        state: FINISHED, DIVERGED, FAILED or CANCELLED.
        reason: Why it was not finished; empty where it was.
        stderr: The last lines of its process's standard error, see ``stderr_tail``; the host adds
            them.
    """

    state: TrialState
    reason: str
    stderr: str = ""

    def __post_init__(self) -> None:
        if not self.state.ended:
            raise InvalidInput(f"a job cannot end as {self.state}")


TrialEvent: TypeAlias = (
    TrialOrigin | TrialProgress | BatchLosses | Evaluated | EpochEnded | Fingerprint
)
JobEvent: TypeAlias = TrialEvent | PreparationProgress | Prepared | PreviewReady | JobEnded


@dataclass(frozen=True, slots=True, kw_only=True)
class HostReady:
    """The host has imported what trials need, and takes requests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JobReport:
    """An event, with the job that it comes from."""

    job: JobId
    event: JobEvent


HostEvent: TypeAlias = HostReady | JobReport

EmitTrialEvent: TypeAlias = Callable[[TrialEvent], None]
EmitProgress: TypeAlias = Callable[[PreparationProgress], None]
EmitJobEvent: TypeAlias = Callable[[JobEvent], None]


def _require_positive(name: str, value: int) -> None:
    if value < 1:
        raise InvalidInput(f"{name} must be at least 1, got {value}")
