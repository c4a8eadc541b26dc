"""Where comparisons live. Metric rows are only ever added, and read by cursor."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import asdict
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa

from lossviz.experiments.records import (
    NEXT_STATES,
    BatchLoss,
    Comparison,
    EpochMetrics,
    Evaluation,
    Preparation,
    Trial,
    TrialState,
)
from lossviz.experiments.store import rows
from lossviz.experiments.store.building import UnreadableRow
from lossviz.experiments.store.database import Database
from lossviz.experiments.store.schema import (
    BATCHES,
    COMPARISONS,
    EPOCHS,
    EVALUATIONS,
    FINGERPRINTS,
    TRIALS,
)

_Record = TypeVar("_Record")
_METRICS: tuple[tuple[sa.Table, Callable[[rows.Row], object]], ...] = (
    (EPOCHS, rows.epoch_of),
    (EVALUATIONS, rows.evaluation_of),
    (BATCHES, rows.batch_of),
)


class Store:
    """Comparisons, trials and their metrics in a database. Safe to share between threads.

    Side effects: every method reads or writes the database.

    Raises:
        StoreError: From every method, where the database cannot be used; the message says which and
            why.
    """

    def __init__(self, url: str) -> None:
        """Side effects: opens the database; makes or migrates its tables."""
        self._database = Database(url)

    @property
    def path(self) -> Path | None:
        """The SQLite file; None for another database."""
        return self._database.path

    def close(self) -> None:
        """Give the connections back."""
        self._database.close()

    def transaction(self) -> AbstractContextManager[None]:
        """What this thread writes inside is written in one transaction: whole, or not at all."""
        return self._database.transaction()

    def add_comparison(self, comparison: Comparison) -> None:
        """Store a new comparison and its queued trials."""
        with self._database.connection() as connection:
            connection.execute(COMPARISONS.insert().values(rows.comparison_row(comparison)))
            connection.execute(TRIALS.insert(), [asdict(trial) for trial in comparison.trials()])

    def comparisons(self) -> list[Comparison]:
        """All comparisons that can be read, newest first."""
        return self.read_comparisons()[0]

    def read_comparisons(self) -> tuple[list[Comparison], list[UnreadableRow]]:
        """All comparisons, newest first; and those that this version can make nothing of."""
        query = COMPARISONS.select().order_by(COMPARISONS.c.created_at.desc(), COMPARISONS.c.id)
        with self._database.connection() as connection:
            found = connection.execute(query).mappings().all()
        read, unreadable = rows.read(
            found,
            rows.comparison_of,
            id_of=lambda row: str(row["id"]),
            name_of=lambda row: f"comparison {row['id']}",
        )
        return [comparison for _, comparison in read], unreadable

    def set_preparation(self, comparison_id: str, preparation: Preparation) -> None:
        """Note the progress of a comparison's preparation, or its result."""
        change = COMPARISONS.update().where(COMPARISONS.c.id == comparison_id)
        with self._database.connection() as connection:
            connection.execute(change.values(preparation=rows.preparation_json(preparation)))

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
        """A comparison's trials, by position; of one that was run again, the last attempt, unless
        that cannot be read.
        """
        return self._read_trials(comparison_id)[0]

    def _read_trials(self, comparison_id: str) -> tuple[list[Trial], list[UnreadableRow]]:
        query = (
            TRIALS.select()
            .where(TRIALS.c.comparison_id == comparison_id)
            .order_by(TRIALS.c.position, TRIALS.c.attempt)
        )
        planned = COMPARISONS.select().where(COMPARISONS.c.id == comparison_id)
        with self._database.connection() as connection:
            found = connection.execute(query).mappings().all()
            comparison = connection.execute(planned).mappings().first()
        last_attempts = {row["position"]: row for row in found}
        read, unreadable = rows.read(
            last_attempts.values(),
            lambda row: rows.trial_of(row, comparison),
            id_of=lambda row: str(row["id"]),
            name_of=lambda row: f"trial {row['id']}",
        )
        return [trial for _, trial in read], unreadable

    def unreadable_rows(self, comparison_id: str) -> list[UnreadableRow]:
        """What of a comparison this version can make nothing of; the other methods leave it out."""
        _, preparation = self._read_preparation(comparison_id)
        _, trials = self._read_trials(comparison_id)
        metrics = [
            row
            for table, record_of in _METRICS
            for row in self._read_added(table, record_of, comparison_id, after=0)[1]
        ]
        return [*preparation, *trials, *metrics]

    def add_trials(self, trials: Sequence[Trial]) -> None:
        """Store further attempts at trials of a comparison."""
        with self._database.connection() as connection:
            connection.execute(TRIALS.insert(), [asdict(trial) for trial in trials])

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
        """End all open trials: those that ran are lost, those that waited are cancelled.

        Args:
            now: Seconds since the epoch.
            cause: What happened, the beginning of a sentence.
        """
        moves = (
            (TrialState.RUNNING, TrialState.LOST, "while this trial was running"),
            (TrialState.QUEUED, TrialState.CANCELLED, "before this trial began"),
        )
        with self._database.connection() as connection:
            for before, after, when in moves:
                reason = f"{cause} {when}; run it again"
                open_trials = TRIALS.update().where(TRIALS.c.state == before)
                connection.execute(open_trials.values(state=after, reason=reason, ended_at=now))

    def set_progress(
        self,
        trial_id: str,
        progress: float,
        images_per_s: float | None = None,
        memory_mb: float | None = None,
    ) -> None:
        """Note the share of a trial's training batches that is done, 0 to 1, its speed and memory.

        What is None stays as it was.
        """
        fields = {"progress": progress, "images_per_s": images_per_s, "memory_mb": memory_mb}
        known = {name: value for name, value in fields.items() if value is not None}
        with self._database.connection() as connection:
            connection.execute(TRIALS.update().where(TRIALS.c.id == trial_id).values(known))

    def set_origin(self, trial_id: str, origin: str) -> None:
        """Note which weights a trial started from, in words."""
        with self._database.connection() as connection:
            connection.execute(
                TRIALS.update().where(TRIALS.c.id == trial_id).values(origin=rows.storable(origin))
            )

    def add_epoch(self, trial_id: str, metrics: EpochMetrics) -> None:
        """Append one epoch to a trial's history."""
        with self._database.connection() as connection:
            connection.execute(EPOCHS.insert().values(rows.epoch_row(trial_id, metrics)))

    def epochs(
        self, comparison_id: str, *, after: int = 0
    ) -> tuple[list[tuple[str, EpochMetrics]], int]:
        """The epochs that a comparison's trials have added since a cursor, in order.

        A trial of which one of these cannot be read gives none: the last one that can is not the
        one that it ended with.

        Args:
            comparison_id: The comparison.
            after: The cursor that the call before has returned; 0 for all epochs.

        Returns:
            Pairs of a trial's id and an epoch; and the new cursor.
        """
        read, unreadable, cursor = self._read_added(EPOCHS, rows.epoch_of, comparison_id, after)
        incomplete = {row.id for row in unreadable}
        return [(trial_id, row) for trial_id, row in read if trial_id not in incomplete], cursor

    def add_evaluation(self, trial_id: str, evaluation: Evaluation) -> None:
        """Append one evaluation to a trial's history."""
        with self._database.connection() as connection:
            connection.execute(
                EVALUATIONS.insert().values(rows.evaluation_row(trial_id, evaluation))
            )

    def evaluations(
        self, comparison_id: str, *, after: int = 0
    ) -> tuple[list[tuple[str, Evaluation]], int]:
        """The evaluations that a comparison's trials have added since a cursor; as ``epochs``."""
        return self._added(EVALUATIONS, rows.evaluation_of, comparison_id, after)

    def add_batches(self, trial_id: str, batches: Sequence[BatchLoss]) -> None:
        """Append training losses to a trial's history."""
        with self._database.connection() as connection:
            connection.execute(
                BATCHES.insert(), [rows.batch_row(trial_id, batch) for batch in batches]
            )

    def batches(
        self, comparison_id: str, *, after: int = 0
    ) -> tuple[list[tuple[str, BatchLoss]], int]:
        """The training losses that its trials have added since a cursor; as ``epochs``."""
        return self._added(BATCHES, rows.batch_of, comparison_id, after)

    def _added(
        self,
        table: sa.Table,
        record_of: Callable[[rows.Row], _Record],
        comparison_id: str,
        after: int,
    ) -> tuple[list[tuple[str, _Record]], int]:
        read, _, cursor = self._read_added(table, record_of, comparison_id, after)
        return read, cursor

    def _read_added(
        self,
        table: sa.Table,
        record_of: Callable[[rows.Row], _Record],
        comparison_id: str,
        after: int,
    ) -> tuple[list[tuple[str, _Record]], list[UnreadableRow], int]:
        query = (
            sa.select(table)
            .join(TRIALS, TRIALS.c.id == table.c.trial_id)
            .where(TRIALS.c.comparison_id == comparison_id, table.c.cursor > after)
            .order_by(table.c.cursor)
        )
        with self._database.connection() as connection:
            found = connection.execute(query).mappings().all()
        read, unreadable = rows.read(
            found,
            record_of,
            id_of=lambda row: str(row["trial_id"]),
            name_of=lambda row: f"row {row['cursor']} of {table.name}, of trial {row['trial_id']}",
        )
        records = [(row["trial_id"], record) for row, record in read]
        return records, unreadable, found[-1]["cursor"] if found else after

    def add_fingerprint(self, trial_id: str, part: str, value: str) -> None:
        """Note the hash of a part of what a trial was trained on; each part once."""
        row = {"trial_id": trial_id, "part": part, "value": value}
        with self._database.connection() as connection:
            connection.execute(FINGERPRINTS.insert().values(row))

    def fingerprints(self, comparison_id: str) -> dict[str, dict[str, str]]:
        """The fingerprints of a comparison's trials, by trial and part."""
        query = (
            sa.select(FINGERPRINTS)
            .join(TRIALS, TRIALS.c.id == FINGERPRINTS.c.trial_id)
            .where(TRIALS.c.comparison_id == comparison_id)
        )
        by_trial: dict[str, dict[str, str]] = {}
        with self._database.connection() as connection:
            for row in connection.execute(query):
                by_trial.setdefault(row.trial_id, {})[row.part] = row.value
        return by_trial
