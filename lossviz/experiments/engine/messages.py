"""What an engine, its host and a job's process say to each other: one dataclass a message.

The engine sends a ``Request`` to its host. The host answers with a ``HostEvent``: that it is ready,
or what one of its jobs reports. A job is a trial, a preparation or a preview of images, and runs in
a worker: a process that does one job at a time. Imports neither torch nor streamlit, as both ends
of a connection read this.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeAlias

from lossviz.errors import InvalidInput
from lossviz.experiments.records import (
    BatchLoss,
    EpochMetrics,
    Evaluation,
    Predictions,
    Preparation,
    TrialState,
)
from lossviz.experiments.settings import Settings

MAX_RENDERED: Final = 100  # images of a request: 10 MB of photos


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
        learning_rate: Its own, or what the preparation found; None for the one of the settings.
        threads: Threads to compute with, at least 1.
        accelerator: See ``resources.accelerators``; empty to train on the processor.
        accelerator_share: What it is taken to need of that accelerator, above 0, at most 1.
    """

    trial_id: str
    recipe: str
    settings: Settings
    loss: str
    seed: int
    learning_rate: float | None
    threads: int
    accelerator: str = ""
    accelerator_share: float = 1.0

    def __post_init__(self) -> None:
        _require_positive("threads", self.threads)
        if not 0.0 < self.accelerator_share <= 1.0:
            raise InvalidInput(
                f"accelerator_share must lie in (0, 1], got {self.accelerator_share}"
            )

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
        cores: Cores to prepare with, at least 1.
        seeds: How many seeds each loss has, at least 1: 0, 1, … seeds - 1.
        accelerator: As for ``RunTrial``.
        accelerators: All on which its trials may run.
        context_mb: See ``Preparation.context_mb``; None where it is still to be measured.
    """

    comparison_id: str
    recipe: str
    settings: Settings
    cores: int
    seeds: int
    accelerator: str = ""
    accelerators: tuple[str, ...] = ()
    context_mb: float | None = None

    def __post_init__(self) -> None:
        _require_positive("cores", self.cores)
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
        accelerator: As for ``RunTrial``; augmentations are drawn there.
    """

    key: str
    recipe: str
    settings: Settings
    cores: int
    accelerator: str = ""

    def __post_init__(self) -> None:
        _require_positive("cores", self.cores)

    @property
    def job(self) -> JobId:
        """The job that this starts."""
        return JobId(kind=JobKind.PREVIEW, key=self.key)


@dataclass(frozen=True, slots=True, kw_only=True)
class RenderImages:
    """Show some images as they are validated on.

    Attributes:
        key: Chosen by the engine; the page asks for the images by it.
        recipe: Key of a recipe.
        settings: How it is trained.
        rows: Which images, as in ``Predictions``; 1 to ``MAX_RENDERED``.
        cores: Cores to decode images with, at least 1.
    """

    key: str
    recipe: str
    settings: Settings
    rows: tuple[int, ...]
    cores: int

    def __post_init__(self) -> None:
        _require_positive("cores", self.cores)
        if not 1 <= len(self.rows) <= MAX_RENDERED:
            raise InvalidInput(
                f"1 to {MAX_RENDERED} images can be shown at once, got {len(self.rows)}"
            )
        if min(self.rows) < 0:
            raise InvalidInput(f"rows are counted from 0, got {min(self.rows)}")

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


Job: TypeAlias = RunTrial | Prepare | PreviewBatch | RenderImages
Request: TypeAlias = Job | Stop


# Events: from a job's process through the host to the engine.


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialOrigin:
    """What a trial starts from.

    Attributes:
        description: Which weights and how many images, in words.
        training_images: How many images one of its epochs learns from.
        validation_images: How many it is validated on.
        device: See ``Trial.device``.
        precision: See ``Trial.precision``.
        versions: See ``Trial.versions``.
    """

    description: str
    training_images: int | None = None
    validation_images: int | None = None
    device: str = ""
    precision: str = ""
    versions: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialProgress:
    """How far a trial is, and how it runs.

    Attributes:
        share: Share of the training batches done, 0 to 1.
        images_per_s: Training images a second over the last reports, without evaluations; None
            before the first.
        memory_mb: See ``Trial.memory_mb``.
        busy: See ``Trial.busy``.
    """

    share: float
    images_per_s: float | None
    memory_mb: float | None
    busy: float | None = None


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
class Predicted:
    """A training is complete, and its network was asked about every validation image."""

    predictions: Predictions


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
    """One image of a preview.

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
    """The images of a preview."""

    images: tuple[PreviewImage, ...]


STOPPED: Final = "stopped by request"  # the reason of a job that was cancelled


@dataclass(frozen=True, slots=True, kw_only=True)
class JobEnded:
    """The last event of every job, whether it reported it or its process died.

    Attributes:
        state: FINISHED, DIVERGED, FAILED or CANCELLED; LOST where what ran it has gone.
        reason: Why it was not finished; empty where it was.
        stderr: The last lines of its process's standard error, see ``stderr_tail``; the host adds
            them.
        out_of_memory: Whether memory was, or may well have been, too small for it.
        node_died: Whether the machine that ran it, one of several, has gone: another one may do it.
    """

    state: TrialState
    reason: str
    stderr: str = ""
    out_of_memory: bool = False
    node_died: bool = False

    def __post_init__(self) -> None:
        if not self.state.ended:
            raise InvalidInput(f"a job cannot end as {self.state}")


TrialEvent: TypeAlias = (
    TrialOrigin | TrialProgress | BatchLosses | Evaluated | EpochEnded | Predicted | Fingerprint
)
JobEvent: TypeAlias = TrialEvent | PreparationProgress | Prepared | PreviewReady | JobEnded


@dataclass(frozen=True, slots=True, kw_only=True)
class HostReady:
    """The host has imported what trials need, and takes requests."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Capacity:
    """What a host can run its jobs on, where it is more than the machine of the app; sent before
    ``HostReady``, and whenever it has changed.

    Attributes:
        cores: Cores of all nodes together, at least 1.
        node_cores: Cores of the smallest node, which no trial's threads may exceed, at least 1.
        accelerators: Accelerators of all nodes together.
        nodes: Machines that run jobs; 0 where none does now, but one may come.
    """

    cores: int
    node_cores: int
    accelerators: int = 0
    nodes: int = 1

    def __post_init__(self) -> None:
        _require_positive("cores", self.cores)
        _require_positive("node_cores", self.node_cores)
        if self.nodes < 0:
            raise InvalidInput(f"nodes must not be negative, got {self.nodes}")
        if self.accelerators < 0:
            raise InvalidInput(f"accelerators must not be negative, got {self.accelerators}")


@dataclass(frozen=True, slots=True, kw_only=True)
class JobReport:
    """An event, with the job that it comes from."""

    job: JobId
    event: JobEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class JobReceived:
    """A worker has read the request for a job, and begins; said to its host alone."""

    job: JobId


HostEvent: TypeAlias = HostReady | Capacity | JobReport
WorkerEvent: TypeAlias = JobReceived | JobReport

EmitTrialEvent: TypeAlias = Callable[[TrialEvent], None]
EmitProgress: TypeAlias = Callable[[PreparationProgress], None]
EmitJobEvent: TypeAlias = Callable[[JobEvent], None]


def _require_positive(name: str, value: int) -> None:
    if value < 1:
        raise InvalidInput(f"{name} must be at least 1, got {value}")
