"""How the store keeps each event of a trial."""

from typing import assert_never

from lossviz.experiments.engine.messages import (
    BatchLosses,
    EpochEnded,
    Evaluated,
    Fingerprint,
    TrialEvent,
    TrialOrigin,
    TrialProgress,
)
from lossviz.experiments.store.store import Store


def store_event(store: Store, trial_id: str, event: TrialEvent) -> None:
    """Write what a trial has reported.

    Side effects: writes to the store.
    """
    match event:
        case TrialOrigin(description=description):
            store.set_origin(trial_id, description)
        case TrialProgress(share=share, images_per_s=images_per_s, memory_mb=memory_mb):
            store.set_progress(trial_id, share, images_per_s, memory_mb)
        case BatchLosses(losses=losses):
            store.add_batches(trial_id, losses)
        case Evaluated(evaluation=evaluation):
            store.add_evaluation(trial_id, evaluation)
        case EpochEnded(metrics=metrics):
            store.add_epoch(trial_id, metrics)
        case Fingerprint(part=part, digest=digest):
            store.add_fingerprint(trial_id, part, digest)
        case _:
            assert_never(event)
