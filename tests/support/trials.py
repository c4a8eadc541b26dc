"""Trials that run in the test's own process, and all that they report."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from fastai.learner import Learner

from lossviz.experiments.engine.messages import (
    BatchLosses,
    EpochEnded,
    Evaluated,
    Fingerprint,
    Predicted,
    TrialEvent,
    TrialOrigin,
    TrialProgress,
)
from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.records import BatchLoss, EpochMetrics, Evaluation, Predictions
from lossviz.experiments.settings import Settings
from lossviz.training.trial import run_trial

_Event = TypeVar("_Event")
_Timed = TypeVar("_Timed", BatchLoss, Evaluation)


def without_seconds(records: Iterable[_Timed]) -> list[_Timed]:
    """The records as of a machine without a clock: the rest of a trial is the same each time."""
    return [replace(record, seconds=None) for record in records]


@dataclass(frozen=True)
class RecordedTrial:
    """What a trial reported, in its order.

    ``record`` is the function to pass as its ``emit``.
    """

    events: list[TrialEvent] = field(default_factory=list)

    def record(self, event: TrialEvent) -> None:
        self.events.append(event)

    def _of(self, kind: type[_Event]) -> list[_Event]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def fingerprints(self) -> dict[str, str]:
        events = self._of(Fingerprint)
        found = {event.part: event.digest for event in events}
        assert len(found) == len(events), "each part is reported once"
        return found

    @property
    def epochs(self) -> list[EpochMetrics]:
        return [event.metrics for event in self._of(EpochEnded)]

    @property
    def error_rates(self) -> list[float]:
        return [metrics.error_rate for metrics in self.epochs]

    @property
    def evaluations(self) -> list[Evaluation]:
        return [event.evaluation for event in self._of(Evaluated)]

    @property
    def points(self) -> list[BatchLoss]:
        return [point for event in self._of(BatchLosses) for point in event.losses]

    @property
    def predictions(self) -> list[Predictions]:
        return [event.predictions for event in self._of(Predicted)]

    @property
    def shares(self) -> list[float]:
        return [event.share for event in self._of(TrialProgress)]

    @property
    def speeds(self) -> list[float]:
        """Images a second."""
        speeds = [event.images_per_s for event in self._of(TrialProgress)]
        return [speed for speed in speeds if speed is not None]

    @property
    def origin(self) -> str:
        return "".join(event.description for event in self._of(TrialOrigin))

    @property
    def computed_on(self) -> tuple[str, str]:
        """Device and precision."""
        (origin,) = self._of(TrialOrigin)
        return origin.device, origin.precision

    @property
    def versions(self) -> str:
        """What it was trained with."""
        (origin,) = self._of(TrialOrigin)
        return origin.versions

    @property
    def image_counts(self) -> tuple[int | None, int | None]:
        """Of training and of validation."""
        (origin,) = self._of(TrialOrigin)
        return origin.training_images, origin.validation_images


def settings_of(recipe: str, **changes: Any) -> Settings:
    """The recipe's own settings with some changes; those of ``folder`` small."""
    small: dict[str, Any] = {}
    if recipe == "folder":
        small = {
            "network": "shufflenet_v2_x0_5",
            "image_size": 32,
            "unfrozen_epochs": 1,
            "batch_size": 8,
        }
    return replace(get_recipe(recipe).settings, **{**small, **changes})


def train_learner(
    recipe: str = "digits",
    *,
    loss: str = "cross_entropy",
    seed: int = 0,
    found_rate: float | None = None,
    stop_requested: Callable[[], bool] = lambda: False,
    **changes: Any,
) -> tuple[Learner, RecordedTrial]:
    """Run a trial to its end; return the trained learner too.

    ``found_rate`` is what a preparation found, ``changes`` are fields of ``Settings``.
    """
    recorded = RecordedTrial()
    learner = run_trial(
        recipe=recipe,
        loss=loss,
        seed=seed,
        settings=settings_of(recipe, **changes),
        learning_rate=found_rate,
        emit=recorded.record,
        stop_requested=stop_requested,
    )
    return learner, recorded


def train(recipe: str = "digits", **changes: Any) -> RecordedTrial:
    """Run a trial to its end; the arguments are those of ``train_learner``."""
    return train_learner(recipe, **changes)[1]
