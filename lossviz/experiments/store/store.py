"""Where comparisons and their trials live, with all that trials report."""

import time
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from copy import copy
from dataclasses import asdict
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from lossviz.experiments.comparison_records import ComparisonRecords
from lossviz.experiments.records import (
    NEXT_STATES,
    Comparison,
    Preparation,
    Purpose,
    Trial,
    TrialState,
)
from lossviz.experiments.store import rows
from lossviz.experiments.store.bench_tables import BenchTables
from lossviz.experiments.store.building import UnreadableRow
from lossviz.experiments.store.closing import close_queued, close_running
from lossviz.experiments.store.comparison_rows import ComparisonRows
from lossviz.experiments.store.database import Database
from lossviz.experiments.store.engine_requests import EngineRequests
from lossviz.experiments.store.leases import Lease, Leases
from lossviz.experiments.store.overview import Overview, read_overview
from lossviz.experiments.store.ownership import (
    delete_comparison_rows,
    read_comparison_ids,
    read_open_trial_ids,
)
from lossviz.experiments.store.record_rows import reported_rows
from lossviz.experiments.store.retention import Limits, Retention
from lossviz.experiments.store.row_check import RowCheck
from lossviz.experiments.store.schema import COMPARISONS, ENGINES, TRIALS
from lossviz.experiments.store.trial_reports import TrialReports
from lossviz.experiments.store.usage import UsageRows

_CHECKED_AT_ONCE = 50_000


class Store(ComparisonRows, TrialReports, UsageRows, BenchTables):
    """Comparisons, trials and what these report, in a database. Safe to share between threads.

    Side effects: every method reads or writes the database.

    Raises:
        StoreError: From every method, where the database cannot be used; the message says which and
            why.
    """

    def __init__(self, url: str) -> None:
        """Side effects: opens the database; makes or migrates its tables."""
        super().__init__(Database(url))
        self._lease: Lease | None = None

    @property
    def path(self) -> Path | None:
        """The SQLite file; None for another database."""
        return self._database.path

    def close(self) -> None:
        """Give the connections back."""
        self._database.close()

    @property
    def is_shared(self) -> bool:
        """Whether several apps may train with it at once, each with a lease on its trials."""
        return self._database.is_server

    def held_by(self, lease: Lease) -> "Store":
        """The same store for the engine that has a lease: what it adds is its own, and as soon as
        its trials are no longer so it writes nothing, and raises ``LeaseLost``.
        """
        twin = copy(self)
        twin._database, twin._lease = self._database.opened_by(lease.lock), lease
        return twin

    @property
    def leases(self) -> Leases:
        """The apps that train with it, if it is shared."""
        return Leases(self._database)

    @property
    def engine_requests(self) -> EngineRequests:
        """What these ask each other."""
        return EngineRequests(self._database)

    def transaction(self) -> AbstractContextManager[None]:
        """What this thread writes inside is written in one transaction: whole, or not at all."""
        return self._database.transaction()

    def report_transaction(self) -> AbstractContextManager[dict[str, str]]:
        """See ``Database.report_transaction``."""
        return self._database.report_transaction()

    def add_comparison(self, comparison: Comparison, trials: Sequence[Trial] | None = None) -> None:
        """Store a new comparison and its trials; by default those that it plans, queued."""
        first = comparison.trials() if trials is None else trials
        with self._database.connection() as connection:
            connection.execute(COMPARISONS.insert().values(rows.comparison_row(comparison)))
            if first:
                connection.execute(TRIALS.insert(), self._trial_rows(first))

    def add_records(self, records: ComparisonRecords) -> None:
        """Store a comparison whose trials have ended, with all that they reported: whole, or not at
        all.
        """
        comparison = rows.comparison_row(records.comparison)
        preparation = {"preparation": rows.preparation_json(records.preparation)}
        with self._database.connection() as connection:
            connection.execute(COMPARISONS.insert().values(comparison | preparation))
            connection.execute(TRIALS.insert(), self._trial_rows(records.trials))
            for table, reported in reported_rows(records):
                connection.execute(table.insert(), reported)

    def erase(self, comparison_id: str) -> None:
        """Erase a comparison with all that its trials reported: whole, or not at all. It cannot be
        brought back, unlike one that is hidden.

        Raises:
            StoreError: One of its trials has not ended.
        """
        with self._database.connection() as connection:
            delete_comparison_rows(connection, comparison_id)

    def comparison_ids(self, trial_ids: Collection[str]) -> set[str]:
        """See ``read_comparison_ids``."""
        with self._database.connection() as connection:
            return read_comparison_ids(connection, trial_ids)

    def open_trial_ids(self, comparison_id: str) -> list[str]:
        """See ``read_open_trial_ids``."""
        with self._database.connection() as connection:
            return read_open_trial_ids(connection, comparison_id)

    def set_preparation(self, comparison_id: str, preparation: Preparation) -> None:
        """Note the progress of a comparison's preparation, or its result."""
        self._update(COMPARISONS, comparison_id, preparation=rows.preparation_json(preparation))

    def preparation(self, comparison_id: str) -> Preparation:
        """The progress of a comparison's preparation, or its result; that nothing is known, where
        it cannot be read.
        """
        read, _ = self._read_preparation(comparison_id)
        return read[0] if read else Preparation()

    def _read_preparation(
        self, comparison_id: str
    ) -> tuple[list[Preparation], list[UnreadableRow]]:
        query = sa.select(COMPARISONS.c.preparation).where(COMPARISONS.c.id == comparison_id)
        with self._database.connection() as connection:
            found = connection.execute(query).mappings().all()
        read, unreadable = rows.read(
            found,
            rows.preparation_of,
            id_of=lambda _: comparison_id,
            name_of=lambda _: f"the preparation of comparison {comparison_id}",
        )
        return [preparation for _, preparation in read], unreadable

    def trials(self, comparison_id: str) -> list[Trial]:
        """A comparison's trials that are judged, by position; of one that was run again, the last
        attempt, unless that cannot be read.
        """
        return self.read_trials(comparison_id)[0][Purpose.JUDGE]

    def search_trials(self, comparison_id: str) -> list[Trial]:
        """Its trials by which learning rates are chosen; as ``trials``."""
        return self.read_trials(comparison_id)[0][Purpose.SEARCH]

    def read_trials(
        self, comparison_id: str
    ) -> tuple[dict[Purpose, list[Trial]], list[UnreadableRow]]:
        """Both, read at one moment; and those that this version can make nothing of."""
        query = (
            TRIALS.select()
            .where(TRIALS.c.comparison_id == comparison_id)
            .order_by(TRIALS.c.position, TRIALS.c.attempt)
        )
        planned = COMPARISONS.select().where(COMPARISONS.c.id == comparison_id)
        with self._database.connection() as connection:
            found = connection.execute(query).mappings().all()
            comparison = connection.execute(planned).mappings().first()
        last_attempts = {(row["purpose"], row["position"]): row for row in found}
        read, unreadable = rows.read(
            last_attempts.values(),
            lambda row: rows.trial_of(row, comparison),
            id_of=lambda row: str(row["id"]),
            name_of=lambda row: f"trial {row['id']}",
        )
        by_purpose = {
            purpose: [trial for _, trial in read if trial.purpose is purpose] for purpose in Purpose
        }
        return by_purpose, unreadable

    def unreadable_rows(self, comparison_id: str) -> list[UnreadableRow]:
        """What of a comparison this version can make nothing of; the other methods leave it out."""
        _, trials = self.read_trials(comparison_id)
        check = self.row_check(comparison_id)
        while not check.advance(_CHECKED_AT_ONCE):
            pass
        return [*self.unreadable_preparation(comparison_id), *trials, *check.found]

    def unreadable_preparation(self, comparison_id: str) -> list[UnreadableRow]:
        """The preparation of a comparison, where it cannot be read."""
        return self._read_preparation(comparison_id)[1]

    def row_check(self, comparison_id: str) -> RowCheck:
        """The check of a comparison's metrics and predictions, from its beginning."""
        return RowCheck(self._database, comparison_id)

    def retention(
        self,
        limits: Limits,
        *,
        clock: Callable[[], float] = time.time,
        afterwards: Callable[[], object] | None = None,
    ) -> Retention:
        """What thins its old comparisons; see ``Retention``."""
        return Retention(self._database, limits, clock=clock, afterwards=afterwards)

    def overview(self) -> Overview:
        """What is in it, counted."""
        with self._database.connection() as connection:
            return read_overview(connection)

    def used_bytes(self) -> int:
        """How much room rows and indexes take."""
        return self._database.used_bytes()

    def add_trials(self, trials: Sequence[Trial]) -> None:
        """Store further trials of a comparison, or further attempts at those that there are."""
        with self._database.connection() as connection:
            connection.execute(TRIALS.insert(), self._trial_rows(trials))

    def _trial_rows(self, trials: Sequence[Trial]) -> list[dict[str, Any]]:
        engine = {"engine": self._lease.id} if self._lease else {}
        return [asdict(trial) | engine for trial in trials]

    def lock_comparison(self, comparison_id: str) -> None:
        """Let no other app change which trials a comparison has until this transaction's end."""
        query = sa.select(COMPARISONS.c.id).where(COMPARISONS.c.id == comparison_id)
        with self._database.connection() as connection:
            connection.execute(query.with_for_update())

    def set_seeds(self, comparison: Comparison) -> None:
        """Note how many seeds each loss of a comparison gets from now on; the trials are added
        apart.

        Its plan is noted too: where an earlier lossviz stored none, it is made of the seeds that
        there are.
        """
        row = rows.comparison_row(comparison)
        self._update(COMPARISONS, comparison.id, seeds=row["seeds"], plan=row["plan"])

    def set_losses(self, comparison: Comparison) -> None:
        """Note which losses a comparison has from now on; the trials are added apart."""
        losses = rows.comparison_row(comparison)["losses"]
        self._update(COMPARISONS, comparison.id, losses=losses)

    def set_learning_rate(self, trial_id: str, learning_rate: float) -> None:
        """Note the learning rate that was chosen for a trial."""
        self._update(TRIALS, trial_id, learning_rate=learning_rate)

    def set_image_counts(
        self, trial_id: str, training_images: int | None, validation_images: int | None
    ) -> None:
        """Note how many images a trial learns from in each epoch, and is validated on."""
        counts = {"training_images": training_images, "validation_images": validation_images}
        self._update(TRIALS, trial_id, **counts)

    def set_device(self, trial_id: str, device: str, precision: str) -> None:
        """Note what a trial is trained on, and in which numbers, in words."""
        self._update(TRIALS, trial_id, device=rows.storable(device), precision=precision)

    def set_versions(self, trial_id: str, versions: str) -> None:
        """Note what a trial is trained with, in words."""
        self._update(TRIALS, trial_id, versions=rows.storable(versions))

    def _update(self, table: sa.Table, id: str, **values: object) -> None:
        with self._database.connection() as connection:
            connection.execute(table.update().where(table.c.id == id).values(values))

    def move(
        self,
        trial_id: str,
        state: TrialState,
        *,
        now: float,
        reason: str = "",
        stderr: str = "",
    ) -> bool:
        """Move a trial to ``state`` if that is a legal move, and return whether it was.

        Args:
            trial_id: The trial.
            state: Its next state.
            now: Seconds since the epoch.
            reason: See ``Trial``.
            stderr: See ``Trial``.
        """
        allowed = [before for before, after in NEXT_STATES.items() if state in after]
        changes: dict[str, object] = {
            "state": state,
            "reason": rows.storable(reason),
            "stderr": rows.storable(stderr),
        }
        changes |= {"started_at": now} if state is TrialState.RUNNING else {"ended_at": now}
        if state is TrialState.FINISHED:
            changes |= {"progress": 1.0}
        movable = TRIALS.update().where(TRIALS.c.id == trial_id, TRIALS.c.state.in_(allowed))
        with self._database.connection() as connection:
            return connection.execute(movable.values(changes)).rowcount == 1

    def close_open_trials(self, *, now: float, cause: str = "the app ended") -> None:
        """End all open trials, of a shared store those of this engine: those that ran are lost,
        those that waited are cancelled.

        Args:
            now: Seconds since the epoch.
            cause: What happened, the beginning of a sentence.
        """
        with self._database.connection() as connection:
            close_running(connection, self._mine, now=now, cause=cause)
            close_queued(connection, self._mine, now=now, cause=cause)

    def close_running_trials(self, *, now: float, cause: str = "the app ended") -> None:
        """As ``close_open_trials``, of those that ran."""
        with self._database.connection() as connection:
            close_running(connection, self._mine, now=now, cause=cause)

    @property
    def _mine(self) -> sa.ColumnElement[bool]:
        """Of an engine without a lease, those that no lease holds."""
        if self._lease:
            return TRIALS.c.engine == self._lease.id
        return TRIALS.c.engine.not_in(sa.select(ENGINES.c.id))

    def set_progress(
        self,
        trial_id: str,
        progress: float,
        images_per_s: float | None = None,
        memory_mb: float | None = None,
        busy: float | None = None,
    ) -> None:
        """Note the share of a trial's training batches that is done, 0 to 1, and how it runs.

        What is None stays as it was.
        """
        fields = {
            "progress": progress,
            "images_per_s": images_per_s,
            "memory_mb": memory_mb,
            "busy": busy,
        }
        known = {name: value for name, value in fields.items() if value is not None}
        self._update(TRIALS, trial_id, **known)

    def set_origin(self, trial_id: str, origin: str) -> None:
        """Note which weights a trial started from, in words."""
        self._update(TRIALS, trial_id, origin=rows.storable(origin))
