"""Deleting a comparison for its owner, which first stops what of it waits or runs; and bringing it
back.
"""

import time
from collections.abc import Callable
from typing import Final

from lossviz.errors import EngineError, NotAllowed
from lossviz.experiments.access.guard import NOT_DELETED, Guard
from lossviz.experiments.engine.contract import Engine
from lossviz.experiments.permissions import Action
from lossviz.experiments.quotas import Amount, Quotas, Use
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
    clock: Callable[[], float] = time.time,
) -> None:
    """Stop a comparison's trials, wait until they have, and hide it with all that they reported.

    It can be brought back for ``KEPT_DAYS``, unless room is needed.

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
    store.hide(comparison_id, now=clock())


def restore_comparison(
    store: Store,
    guard: Guard,
    comparison_id: str,
    *,
    quotas: Quotas,
    clock: Callable[[], float] = time.time,
) -> None:
    """Bring a deleted comparison back as it was; its trials that were stopped stay so.

    Raises:
        NotAllowed: It is not the visitor's, or no longer there.
        QuotaExceeded: Its owner keeps as many others as they may.
        StoreError: The database cannot be written.

    Side effects: writes to the store.
    """
    comparison = guard.require_deleted(comparison_id)
    with store.transaction():
        store.lock_usage()
        if not store.restore(comparison_id):
            raise NotAllowed(NOT_DELETED)
        kept = store.comparison_counts()  # with this one
        use = Use(
            visitor=Amount(used=kept[comparison.owner] - 1),
            everybody=Amount(used=sum(kept.values()) - 1),
        )
        quotas.require("comparisons", 1, use, now=clock())
