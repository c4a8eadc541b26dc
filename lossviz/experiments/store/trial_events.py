"""How the store keeps each event of a trial."""

from typing import assert_never

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
from lossviz.experiments.store.store import Store


def store_event(store: Store, trial_id: str, event: TrialEvent) -> None:
    """Write what a trial has reported.

    Side effects: writes to the store.
    """
    match event:
        case TrialOrigin():
            store.set_origin(trial_id, event.description)
            store.set_image_counts(trial_id, event.training_images, event.validation_images)
            store.set_device(trial_id, event.device, event.precision)
            store.set_versions(trial_id, event.versions)
        case TrialProgress():
            store.set_progress(
                trial_id, event.share, event.images_per_s, event.memory_mb, event.busy
            )
        case BatchLosses(losses=losses):
            store.add_batches(trial_id, losses)
        case Evaluated(evaluation=evaluation):
            store.add_evaluation(trial_id, evaluation)
        case EpochEnded(metrics=metrics):
            store.add_epoch(trial_id, metrics)
        case Predicted(predictions=predictions):
            store.add_predictions(trial_id, predictions)
        case Fingerprint(part=part, digest=digest):
            store.add_fingerprint(trial_id, part, digest)
        case _:
            assert_never(event)
