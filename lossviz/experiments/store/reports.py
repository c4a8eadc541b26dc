"""What a trial tells, and how the store keeps it: one table."""

from collections.abc import Callable
from types import MappingProxyType
from typing import Any

from lossviz.experiments.records import BatchLoss, EpochMetrics, Evaluation, Phase
from lossviz.experiments.store.store import Store


def _epoch(store: Store, trial_id: str, fields: dict[str, Any]) -> None:
    store.add_epoch(trial_id, EpochMetrics(**{**fields, "phase": Phase(fields["phase"])}))


def _evaluation(store: Store, trial_id: str, fields: dict[str, Any]) -> None:
    store.add_evaluation(trial_id, Evaluation(**fields))


def _batches(store: Store, trial_id: str, points: list[dict[str, float]]) -> None:
    store.add_batches(trial_id, [BatchLoss(**fields) for fields in points])


KEEP: MappingProxyType[str, Callable[..., None]] = MappingProxyType(
    {
        "origin": Store.set_origin,
        "progress": Store.set_progress,
        "batches": _batches,
        "evaluation": _evaluation,
        "epoch": _epoch,
        "fingerprint": Store.add_fingerprint,
    }
)
