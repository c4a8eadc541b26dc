"""How far what the app's engine trains is, each comparison counted once for all who ask."""

import time
from collections.abc import Callable
from threading import Lock
from typing import Final

from lossviz.errors import StoreError
from lossviz.experiments.engine.contract import Engine
from lossviz.experiments.store.store import Store
from lossviz.experiments.visitors import Visitor
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
        self._owners: dict[str, str] = {}  # by comparison; an owner never changes
        self._counted: dict[str, tuple[float, RunningComparison]] = {}  # and when that was

    def count(self, visitor: Visitor) -> RunningComparison | None:
        """What runs now of a visitor's own, as it was last counted where the database cannot be
        read; None where nothing runs, or nothing of it was counted yet.

        Side effects: reads the database, at most once a second for a comparison, and only while
        something runs.
        """
        open_ids = self._engine.open_comparisons
        if not open_ids:
            return None
        with self._lock:
            try:
                first = next((id for id in open_ids if self._is_of(visitor, id)), None)
            except StoreError:
                return None
            if first is None:
                return None
            counted_at, counted = self._counted.get(first, (float("-inf"), None))
            if counted and self._clock() - counted_at < FRESH_S:
                return counted
            try:
                trials = self._store.trials(first)
            except StoreError:
                return counted
            counted = RunningComparison(
                id=first,
                ended=sum(trial.state.ended for trial in trials),
                trials=len(trials),
            )
            self._counted = {id: self._counted[id] for id in open_ids if id in self._counted}
            self._owners = {id: self._owners[id] for id in open_ids if id in self._owners}
            self._counted[first] = (self._clock(), counted)
            return counted

    def _is_of(self, visitor: Visitor, comparison_id: str) -> bool:
        if visitor.owns_all:
            return True
        if comparison_id not in self._owners and (found := self._store.comparison(comparison_id)):
            self._owners[comparison_id] = found.owner
        return bool(visitor.key) and self._owners.get(comparison_id) == visitor.key
