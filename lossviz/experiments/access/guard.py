"""Checking each request of a visitor against the table of permissions."""

import time
from collections.abc import Callable, Collection
from typing import Final

from lossviz.errors import NotAllowed
from lossviz.experiments.permissions import Action, may
from lossviz.experiments.records import Comparison
from lossviz.experiments.store.store import Store
from lossviz.experiments.visitors import Visitor

FRESH_S: Final = 0.5  # a page reads a dozen times a second; what is no longer shared ends so soon
NOT_THERE: Final = "this comparison is not in this app's database"

NOT_DELETED: Final = "this comparison cannot be brought back: it is no longer in the database"


class Guard:
    """What one visitor may do with the comparisons of a store.

    Args:
        store: Where the comparisons are.
        visitor: Who asks.
        clock: Seconds that go on.

    Attributes:
        visitor: Who asks.
    """

    def __init__(
        self, store: Store, visitor: Visitor, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._store, self._clock = store, clock
        self.visitor = visitor
        self._seen_at: dict[str, float] = {}

    def require(self, action: Action, comparison_id: str) -> Comparison:
        """The comparison as it is now, with which the visitor may do what is asked.

        Raises:
            NotAllowed: They may not. What they may not even see is not there, for all they learn.
            StoreError: The database cannot be read.

        Side effects: reads the store.
        """
        comparison = self._store.comparison(comparison_id)
        if comparison is None or not may(self.visitor, Action.SEE, comparison):
            raise NotAllowed(NOT_THERE)
        if not may(self.visitor, action, comparison):
            raise NotAllowed(f"only the visitor who started this comparison can {action} it")
        return comparison

    def require_deleted(self, comparison_id: str) -> Comparison:
        """The deleted comparison that the visitor may bring back.

        Raises:
            NotAllowed: They may not, it is not deleted, or it is erased.
            StoreError: The database cannot be read.

        Side effects: reads the store.
        """
        comparison = self._store.deleted_comparison(comparison_id)
        if comparison is None or not may(self.visitor, Action.RESTORE, comparison):
            raise NotAllowed(NOT_DELETED)
        return comparison

    def require_of_trials(self, action: Action, trial_ids: Collection[str]) -> None:
        """The same for the comparisons that trials belong to.

        Side effects: reads the store.
        """
        found = self._store.comparison_ids(trial_ids)
        if trial_ids and not found:
            raise NotAllowed(NOT_THERE)
        for comparison_id in found:
            self.require(action, comparison_id)

    def require_seen(self, comparison_id: str) -> None:
        """That the visitor may see a comparison, which is checked again half a second later.

        Side effects: reads the store, where that was not done a moment ago.
        """
        now = self._clock()
        if now - self._seen_at.get(comparison_id, float("-inf")) >= FRESH_S:
            self._seen_at.pop(comparison_id, None)
            self.require(Action.SEE, comparison_id)
            self._seen_at[comparison_id] = now

    def require_trials_seen(self, trial_ids: Collection[str]) -> None:
        """The same for the comparisons that trials belong to."""
        for comparison_id in self._store.comparison_ids(trial_ids):
            self.require_seen(comparison_id)
