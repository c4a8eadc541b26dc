"""How far the comparison is that the app's engine trains now, counted once for all who ask."""

import time
from collections.abc import Callable
from threading import Lock
from typing import Final

from lossviz.errors import StoreError
from lossviz.experiments.engine.contract import Engine
from lossviz.experiments.store.store import Store
from lossviz.ui.running import RunningComparison

FRESH_S: Final = 1.0  # what was counted so long ago is shown to others too


class RunningCounter:
    """Counts the trials of what runs.

    Args:
        store: Where the trials are.
        engine: Knows what runs.
        clock: Seconds that go on.
    """

    def __init__(
        self, store: Store, engine: Engine, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._store, self._engine, self._clock = store, engine, clock
        self._lock = Lock()
        self._counted: RunningComparison | None = None
        self._counted_at = float("-inf")

    def count(self) -> RunningComparison | None:
        """What runs now, as it was last counted where the database cannot be read; None where
        nothing runs, or nothing of it was counted yet.

        Side effects: reads the database, at most once a second, and only while something runs.
        """
        ids = self._engine.open_comparisons
        if not ids:
            return None
        with self._lock:
            counted = self._counted if self._counted and self._counted.id == ids[0] else None
            if counted and self._clock() - self._counted_at < FRESH_S:
                return counted
            try:
                trials = self._store.trials(ids[0])
            except StoreError:
                return counted
            self._counted = RunningComparison(
                id=ids[0],
                ended=sum(trial.state.ended for trial in trials),
                trials=len(trials),
            )
            self._counted_at = self._clock()
            return self._counted
