"""Trials that run in the test's own process, and all that they told."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from lossviz.experiments.recipes import get_recipe
from lossviz.experiments.records import BatchLoss, EpochMetrics, Evaluation
from lossviz.experiments.settings import Settings
from lossviz.training.trial import run_trial


@dataclass(frozen=True)
class RecordedTrial:
    """What a trial told, in its order: a kind and details each time."""

    events: list[tuple[Any, ...]]

    @property
    def fingerprints(self) -> dict[str, str]:
        return {
            part: value
            for kind, part, value in (event for event in self.events if event[0] == "fingerprint")
        }

    @property
    def epochs(self) -> list[EpochMetrics]:
        return [EpochMetrics(**event[1]) for event in self.events if event[0] == "epoch"]

    @property
    def error_rates(self) -> list[float]:
        return [metrics.error_rate for metrics in self.epochs]

    @property
    def evaluations(self) -> list[Evaluation]:
        return [Evaluation(**event[1]) for event in self.events if event[0] == "evaluation"]

    @property
    def points(self) -> list[BatchLoss]:
        return [
            BatchLoss(**point)
            for event in self.events
            if event[0] == "batches"
            for point in event[1]
        ]

    @property
    def origin(self) -> str:
        return "".join(event[1] for event in self.events if event[0] == "origin")


def settings_of(recipe: str, **changes: Any) -> Settings:
    """The recipe's own settings with some changes; those of ``folder`` small."""
    small: dict[str, Any] = (
        {"network": "shufflenet_v2_x0_5", "image_size": 32, "unfrozen_epochs": 1, "batch_size": 8}
        if recipe == "folder"
        else {}
    )
    return replace(get_recipe(recipe).settings, **{**small, **changes})


def train(
    recipe: str = "digits",
    *,
    loss: str = "cross_entropy",
    seed: int = 0,
    stop_requested: Callable[[], bool] = lambda: False,
    **changes: Any,
) -> RecordedTrial:
    """Run a trial to its end."""
    told = RecordedTrial([])
    settings = settings_of(recipe, **changes)
    run_trial(
        recipe=recipe,
        loss=loss,
        seed=seed,
        settings=settings,
        emit=lambda *event: told.events.append(event),
        stop_requested=stop_requested,
    )
    return told
