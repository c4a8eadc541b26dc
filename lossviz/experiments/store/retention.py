"""What is kept of old comparisons: all that a verdict and a table need, and a thinned course; and
of deleted ones, nothing once deleting can no longer be undone.

Trials, their epochs, their last evaluation and what they were trained on are never touched. Of a
trial with many batches and evaluations those that stay are spaced evenly, its first and its last
among them, so that its chart keeps its shape.
"""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import sqlalchemy as sa

from lossviz.errors import StoreError
from lossviz.experiments.event_log import log_event
from lossviz.experiments.kept_days import KEPT_DAYS
from lossviz.experiments.records import TrialState
from lossviz.experiments.store.courses import EXAMINED
from lossviz.experiments.store.database import Database, count_deleted
from lossviz.experiments.store.deletion import erase_deleted, read_deleted
from lossviz.experiments.store.points import read_spans, spaced_cursors
from lossviz.experiments.store.room import LEAST_FREE_MB, free_mb
from lossviz.experiments.store.schema import BATCHES, EVALUATIONS, TRIALS

# Into how many parts the rows that stay cut a trial. That of evaluations is a multiple of what
# ``read_evaluations_near`` divides by, so that a verdict finds the very rows that it had.
_PARTS: Final = MappingProxyType({BATCHES: 100, EVALUATIONS: 2 * (EXAMINED - 1)})
_SWEEP_S: Final = 3600.0
_DAY_S: Final = 86_400.0
_MB: Final = 2**20
_OPEN: Final = (TrialState.QUEUED, TrialState.RUNNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How much is kept.

    Attributes:
        days: How long the whole course of a comparison is kept after its end; None for ever.
        megabytes: How large the database may become before older ones are thinned, in MB (2**20);
            None without limit.
    """

    days: float | None = None
    megabytes: float | None = None


class Retention:
    """Thins what is old, in steps so small that what is reported meanwhile does not wait.

    Args:
        database: Where the rows are.
        limits: How much is kept.
        clock: Seconds since the epoch.
        afterwards: What else is done each time; None where nothing is.
    """

    def __init__(
        self,
        database: Database,
        limits: Limits,
        *,
        clock: Callable[[], float] = time.time,
        afterwards: Callable[[], object] | None = None,
    ) -> None:
        self._database, self._limits, self._clock = database, limits, clock
        self._afterwards = afterwards
        self._thinned: set[str] = set()
        self._over, self._due = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        self._was_full = False

    @property
    def full(self) -> bool:
        """Whether the database is larger than it may be, though at the last sweep nothing was left
        to thin.

        Side effects: may read the database.
        """
        return self._was_full and self._too_large()

    def start(self) -> None:
        """Sweep now and every hour.

        Side effects: starts a thread that ends at ``close``, or with the process.
        """
        self._thread = threading.Thread(target=self._run, name="retention", daemon=True)
        self._thread.start()

    def make_room(self) -> None:
        """Have the thread sweep now, where there is too little room: what was just deleted gives
        its room to others at once, and not within the hour.

        Side effects: may read the database.
        """
        if self._needs_room():
            self._due.set()

    def close(self) -> None:
        """End the thread."""
        self._over.set()
        self._due.set()
        if self._thread:
            self._thread.join()

    def sweep(self) -> int:
        """Erase what was deleted long ago, and where room is needed all that was; then thin what is
        older than it may be, and where the database is too large, the rest from the oldest on.

        Returns:
            How many rows were thinned out.

        Raises:
            StoreError: The database cannot be used.
        """
        deleted, erased = 0, self._erase()
        for comparison_id, ended_at in self._ended():
            is_old = (
                self._limits.days is not None
                and ended_at < self._clock() - self._limits.days * _DAY_S
            )
            if self._over.is_set() or not (is_old or self._too_large()):
                break  # those that follow ended later
            deleted += self._thin(comparison_id)
        if deleted or erased:
            self._database.compact()
        self._was_full = self._too_large()
        if self._was_full:
            log_event(
                "store_full",
                megabytes=round(self._database.used_bytes() / _MB),
                limit=self._limits.megabytes,
            )
        return deleted

    def _run(self) -> None:
        while True:
            with suppress(StoreError):  # the next sweep tries again; who writes says what is wrong
                self.sweep()
            if self._afterwards:
                with suppress(StoreError, OSError):
                    self._afterwards()
            self._due.wait(_SWEEP_S)
            self._due.clear()
            if self._over.is_set():
                return

    def _erase(self) -> int:
        """Erase what was deleted long ago; where room is needed all that was, the first deleted
        first. Return how many comparisons.
        """
        erased, old = 0, self._clock() - KEPT_DAYS * _DAY_S
        for comparison_id, deleted_at in read_deleted(self._database):
            if self._over.is_set() or not (deleted_at < old or self._needs_room()):
                break  # those that follow were deleted later
            with suppress(StoreError):  # the next sweep tries again
                erased += erase_deleted(self._database, comparison_id)
        return erased

    def _needs_room(self) -> bool:
        free = free_mb(self._database.path)
        return self._too_large() or (free is not None and free < LEAST_FREE_MB)

    def _too_large(self) -> bool:
        limit_mb = self._limits.megabytes
        return limit_mb is not None and self._database.used_bytes() > limit_mb * _MB

    def _ended(self) -> list[tuple[str, float]]:
        """The comparisons of which every trial has ended and which were not thinned yet, with when
        their last trial ended, the oldest first.
        """
        last_end = sa.func.max(TRIALS.c.ended_at)
        still_open = sa.func.sum(sa.case((TRIALS.c.state.in_(_OPEN), 1), else_=0))
        query = (
            sa.select(TRIALS.c.comparison_id, last_end)
            .group_by(TRIALS.c.comparison_id)
            .having(still_open == 0, last_end.is_not(None))
            .order_by(last_end)
        )
        with self._database.bulk() as connection:
            found = connection.execute(query).all()
        return [(id, ended_at) for id, ended_at in found if id not in self._thinned]

    def _thin(self, comparison_id: str) -> int:
        """Thin a comparison, one trial in each transaction; return how many rows were deleted."""
        of_comparison = sa.select(TRIALS.c.id).where(TRIALS.c.comparison_id == comparison_id)
        with self._database.bulk() as connection:
            trials = connection.execute(of_comparison).scalars().all()
        deleted = sum(map(self._thin_trial, trials))
        self._thinned.add(comparison_id)
        if deleted:
            log_event("rows_thinned", comparison=comparison_id, rows=deleted)
        return deleted

    def _thin_trial(self, trial_id: str) -> int:
        with self._database.bulk() as connection:
            deleted = sum(
                _thin_rows(connection, table, trial_id, parts) for table, parts in _PARTS.items()
            )
            count_deleted(connection)
            return deleted


def _thin_rows(connection: sa.Connection, table: sa.Table, trial_id: str, parts: int) -> int:
    """Delete a trial's rows between those that stay; return how many that were."""
    newest = connection.execute(sa.select(sa.func.max(table.c.cursor))).scalar() or 0
    spans = read_spans(connection, table, TRIALS.c.id == trial_id, after=0, newest=newest)
    if not spans:
        return 0
    kept = connection.execute(spaced_cursors(table, spans, parts=parts, newest=newest)).scalars()
    superfluous = table.delete().where(
        table.c.trial_id == trial_id, table.c.cursor.not_in(set(kept))
    )
    return connection.execute(superfluous).rowcount
