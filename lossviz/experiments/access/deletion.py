"""Deleting a comparison for its owner, which first stops what of it waits or runs."""

import time
from collections.abc import Callable
from typing import Final

from lossviz.errors import EngineError
from lossviz.experiments.access.guard import Guard
from lossviz.experiments.engine.contract import Engine
from lossviz.experiments.permissions import Action
from lossviz.experiments.store.store import Store

STOPPED_WITHIN_S: Final = 20.0  # a trial that reads no flag is ended by a signal before that
_LOOK_EVERY_S: Final = 0.05


def delete_comparison(
    store: Store,
    engine: Engine | None,
    guard: Guard,
    comparison_id: str,
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Stop a comparison's trials, wait until they have, and delete it with all that they reported.

    Raises:
        NotAllowed: It is not the visitor's.
        EngineError: Its trials have not stopped in time, or another app runs them.
        StoreError: The database cannot be written.

    Side effects: stops trials; writes to the store.
    """
    guard.require(Action.DELETE, comparison_id)
    if open_ids := store.open_trial_ids(comparison_id):
        if engine is None:
            raise EngineError("another app still trains it; stop it there, then delete it")
        engine.stop(open_ids)
        for _ in range(round(STOPPED_WITHIN_S / _LOOK_EVERY_S)):
            if not store.open_trial_ids(comparison_id):
                break
            sleep(_LOOK_EVERY_S)
        else:
            raise EngineError("its trials are being stopped; delete it once they have ended")
    store.delete(comparison_id)
