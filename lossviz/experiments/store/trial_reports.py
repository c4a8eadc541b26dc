"""What trials report: metrics, predictions, fingerprints. Rows are only ever added."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import sqlalchemy as sa

from lossviz.experiments.records import BatchLoss, EpochMetrics, Evaluation, Predictions
from lossviz.experiments.store import rows
from lossviz.experiments.store.building import UnreadableRow
from lossviz.experiments.store.courses import (
    read_error_rates,
    read_evaluations_near,
    read_trial_epochs,
)
from lossviz.experiments.store.database import Database, add_rows
from lossviz.experiments.store.newest import read_newest_evaluations
from lossviz.experiments.store.points import PointKind, Points, read_points
from lossviz.experiments.store.schema import (
    BATCHES,
    EPOCHS,
    EVALUATIONS,
    FINGERPRINTS,
    PREDICTIONS,
    TRIALS,
)

_Record = TypeVar("_Record")


class TrialReports:
    """The tables to which only a trial's reports are added; the part of ``Store`` for them.

    Args:
        database: Where they are.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add_epoch(self, trial_id: str, metrics: EpochMetrics) -> None:
        """Append one epoch to a trial's history."""
        with self._database.connection() as connection:
            add_rows(connection, EPOCHS, [rows.epoch_row(trial_id, metrics)])

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

    def trial_epochs(self, trial_id: str) -> list[EpochMetrics]:
        """See ``read_trial_epochs``."""
        with self._database.connection() as connection:
            return read_trial_epochs(connection, trial_id)

    def add_evaluation(self, trial_id: str, evaluation: Evaluation) -> None:
        """Append one evaluation to a trial's history."""
        with self._database.connection() as connection:
            add_rows(connection, EVALUATIONS, [rows.evaluation_row(trial_id, evaluation)])

    def evaluations(
        self, comparison_id: str, *, after: int = 0
    ) -> tuple[list[tuple[str, Evaluation]], int]:
        """The evaluations that a comparison's trials have added since a cursor; as ``epochs``."""
        return self._added(EVALUATIONS, rows.evaluation_of, comparison_id, after)

    def evaluation_counts(self, trial_ids: Sequence[str]) -> dict[str, int]:
        """How many evaluations each of some trials has; those that have any."""
        query = (
            sa.select(EVALUATIONS.c.trial_id, sa.func.count())
            .where(EVALUATIONS.c.trial_id.in_(trial_ids))
            .group_by(EVALUATIONS.c.trial_id)
        )
        with self._database.connection() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def numbered_evaluations(
        self, trial_ids: Sequence[str], numbers: Sequence[int]
    ) -> dict[int, dict[str, Evaluation]]:
        """Some of the evaluations of some trials, by number and trial; those that can be read.

        Args:
            trial_ids: Whose.
            numbers: Which of each trial's, 0 for its first.
        """
        numbered = (
            sa.select(
                EVALUATIONS.c.cursor,
                sa.func.row_number()
                .over(partition_by=EVALUATIONS.c.trial_id, order_by=EVALUATIONS.c.cursor)
                .label("number"),
            )
            .where(EVALUATIONS.c.trial_id.in_(trial_ids))
            .subquery()
        )
        query = (
            sa.select(EVALUATIONS, numbered.c.number)
            .join(numbered, numbered.c.cursor == EVALUATIONS.c.cursor)
            .where(numbered.c.number.in_([number + 1 for number in numbers]))
        )
        with self._database.connection() as connection:
            found = connection.execute(query).mappings().all()
        read, _ = rows.read(
            found,
            rows.evaluation_of,
            id_of=lambda row: str(row["trial_id"]),
            name_of=lambda row: f"row {row['cursor']} of {EVALUATIONS.name}",
        )
        by_number: dict[int, dict[str, Evaluation]] = {number: {} for number in numbers}
        for row, evaluation in read:
            by_number[row["number"] - 1][row["trial_id"]] = evaluation
        return by_number

    def last_evaluations(self, comparison_id: str) -> dict[str, Evaluation]:
        """The last evaluation of each of a comparison's trials, by trial; of those that have one
        that can be read.
        """
        newest, _ = self.newest_evaluations(comparison_id)
        return {trial_id: found for trial_id, found in newest.items() if found is not None}

    def newest_evaluations(
        self, comparison_id: str, *, after: int = 0
    ) -> tuple[Mapping[str, Evaluation | None], int]:
        """See ``read_newest_evaluations``."""
        with self._database.connection() as connection:
            return read_newest_evaluations(connection, comparison_id, after=after)

    def evaluations_near(
        self, trial_ids: Sequence[str], *, at: float, within: float
    ) -> dict[str, Evaluation]:
        """See ``read_evaluations_near``."""
        with self._database.connection() as connection:
            return read_evaluations_near(connection, trial_ids, at=at, within=within)

    def error_rates(
        self, trial_ids: Sequence[str], *, most: int
    ) -> dict[str, list[tuple[float, float]]]:
        """See ``read_error_rates``."""
        with self._database.connection() as connection:
            return read_error_rates(connection, trial_ids, most=most)

    def points(self, kind: PointKind, comparison_id: str, *, after: int, most: int) -> Points:
        """See ``read_points``."""
        with self._database.connection() as connection:
            return read_points(connection, kind, comparison_id, after=after, most=most)

    def add_batches(self, trial_id: str, batches: Sequence[BatchLoss]) -> None:
        """Append training losses to a trial's history."""
        with self._database.connection() as connection:
            add_rows(connection, BATCHES, [rows.batch_row(trial_id, batch) for batch in batches])

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

    def add_predictions(self, trial_id: str, predictions: Predictions) -> None:
        """Store what a trial's network says of the validation images; once."""
        with self._database.connection() as connection:
            connection.execute(
                PREDICTIONS.insert().values(rows.predictions_row(trial_id, predictions))
            )

    def predictions(
        self, comparison_id: str, *, trial_ids: Sequence[str] | None = None
    ) -> dict[str, Predictions]:
        """The predictions of a comparison's trials, by trial; those that can be read.

        Args:
            comparison_id: The comparison.
            trial_ids: Whose are wanted; None for all.
        """
        query = (
            sa.select(PREDICTIONS)
            .join(TRIALS, TRIALS.c.id == PREDICTIONS.c.trial_id)
            .where(TRIALS.c.comparison_id == comparison_id)
        )
        if trial_ids is not None:
            query = query.where(TRIALS.c.id.in_(trial_ids))
        with self._database.connection() as connection:
            found = connection.execute(query).mappings().all()
        read, _ = rows.read(
            found,
            rows.predictions_of,
            id_of=lambda row: str(row["trial_id"]),
            name_of=lambda row: f"the predictions of trial {row['trial_id']}",
        )
        return {row["trial_id"]: predictions for row, predictions in read}

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
