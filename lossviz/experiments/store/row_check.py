"""Finding the rows of a comparison that no record can be made of, each row checked once.

A long comparison has hundreds of thousands of rows, and a record of each would take half a minute.
The database itself says which rows are of the usual kind, SQLite 500,000 a second; records are made
of the others only.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import sqlalchemy as sa

from lossviz.experiments.store import rows
from lossviz.experiments.store.building import UnreadableRow
from lossviz.experiments.store.database import Database
from lossviz.experiments.store.points import read_newest_cursor
from lossviz.experiments.store.schema import BATCHES, EPOCHS, EVALUATIONS, PREDICTIONS, TRIALS
from lossviz.experiments.store.usual_rows import is_usual

_PREDICTIONS_ARE: Final = 300  # rows: so long does it take to check those of one trial
_METRICS: Final[Mapping[sa.Table, Callable[[rows.Row], object]]] = MappingProxyType(
    {EPOCHS: rows.epoch_of, EVALUATIONS: rows.evaluation_of, BATCHES: rows.batch_of}
)


class RowCheck:
    """What of a comparison's metrics and predictions no record can be made of, as far as checked.

    Attributes:
        found: The rows, in the order in which they were found.
        places: Table and cursor of each that is a metric.
    """

    def __init__(self, database: Database, comparison_id: str) -> None:
        self._database, self._id = database, comparison_id
        self._checked: dict[str, int] = {}  # the cursor of each table until which that is done
        self._predictions: set[str] = set()  # the trials of which they are checked
        self.found: list[UnreadableRow] = []
        self.places: set[tuple[str, int]] = set()

    def advance(self, most: int) -> bool:
        """Check rows that were not checked before.

        Args:
            most: How many, about.

        Returns:
            Whether all that there are now have been checked.

        Side effects: reads the database.
        """
        with self._database.connection() as connection:
            left = self._check_predictions(connection, most)
            for table in _METRICS:
                if left > 0:
                    left = self._check_metrics(connection, table, left)
        return left > 0

    def _check_metrics(self, connection: sa.Connection, table: sa.Table, most: int) -> int:
        """Check rows of a table; return how many more may be checked, 0 where some are left."""
        newest = read_newest_cursor(connection, table, self._id)
        after = self._checked.get(table.name) or self._before_first(connection, table, newest)
        upto = min(newest, after + most)
        if upto > after:
            self._note(connection, table, after, upto)
        self._checked[table.name] = upto
        return most - (upto - after) if upto == newest else 0

    def _before_first(self, connection: sa.Connection, table: sa.Table, newest: int) -> int:
        first = (
            sa.select(sa.func.min(table.c.cursor))
            .where(table.c.trial_id == TRIALS.c.id)
            .correlate(TRIALS)
            .scalar_subquery()
        )
        of_trials = sa.select(first.label("first")).where(TRIALS.c.comparison_id == self._id)
        least = connection.execute(sa.select(sa.func.min(of_trials.subquery().c.first))).scalar()
        return newest if least is None else least - 1

    def _note(self, connection: sa.Connection, table: sa.Table, after: int, upto: int) -> None:
        usual = is_usual(table, connection.dialect.name)
        query = (
            sa.select(table)
            .where(table.c.cursor > after, table.c.cursor <= upto)
            .where(sa.not_(sa.func.coalesce(usual, sa.false())))
        )
        mine = sa.select(TRIALS.c.id).where(TRIALS.c.comparison_id == self._id)
        suspects = query.where(table.c.trial_id.in_(mine)).order_by(table.c.cursor)
        for row in connection.execute(suspects).mappings().all():
            _, unreadable = rows.read(
                [row],
                _METRICS[table],
                id_of=lambda row: str(row["trial_id"]),
                name_of=lambda row: (
                    f"row {row['cursor']} of {table.name}, of trial {row['trial_id']}"
                ),
            )
            self.found += unreadable
            self.places |= {(table.name, row["cursor"]) for _ in unreadable}

    def _check_predictions(self, connection: sa.Connection, most: int) -> int:
        trials = (
            sa.select(PREDICTIONS.c.trial_id)
            .join(TRIALS, TRIALS.c.id == PREDICTIONS.c.trial_id)
            .where(TRIALS.c.comparison_id == self._id)
        )
        unchecked = set(connection.execute(trials).scalars()) - self._predictions
        now = sorted(unchecked)[: max(1, most // _PREDICTIONS_ARE)]
        query = sa.select(PREDICTIONS).where(PREDICTIONS.c.trial_id.in_(now))
        _, unreadable = rows.read(
            connection.execute(query).mappings().all() if now else [],
            rows.predictions_of,
            id_of=lambda row: str(row["trial_id"]),
            name_of=lambda row: f"the predictions of trial {row['trial_id']}",
        )
        self.found += unreadable
        self._predictions.update(now)
        return 0 if len(now) < len(unchecked) else most - _PREDICTIONS_ARE * len(now)
