"""Finding the rows of a comparison that no record can be made of, each row checked once.

A long comparison has hundreds of thousands of rows, and a record of each would take half a minute.
SQLite itself says which rows are of the usual kind, 500,000 a second; records are made of the
others only.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

import sqlalchemy as sa

from lossviz.experiments.confidence_bins import KNOWN_BINS
from lossviz.experiments.records import Phase
from lossviz.experiments.store import rows
from lossviz.experiments.store.building import UnreadableRow
from lossviz.experiments.store.database import Database
from lossviz.experiments.store.points import read_newest_cursor
from lossviz.experiments.store.schema import BATCHES, EPOCHS, EVALUATIONS, PREDICTIONS, TRIALS

_PREDICTIONS_ARE: Final = 300  # rows: so long does it take to check those of one trial
_INFINITE: Final = 9e999
_NO_NUMBER: Final = ('"', "{", "l", "u")  # in texts, objects, null, false, true; in no number
_NO_INTEGER: Final = (*_NO_NUMBER, ".", "e", "E")

_Condition = sa.ColumnElement[bool]


def _is_number(
    column: sa.Column[Any], *, optional: bool = False, finite: bool = True
) -> _Condition:
    kind = sa.func.typeof(column)
    bound = sa.func.abs(column) < _INFINITE if finite else sa.true()
    number = sa.and_(kind.in_(("real", "integer")), bound)
    return sa.or_(kind == "null", number) if optional else number


def _is_share(column: sa.Column[Any]) -> _Condition:
    return sa.and_(_is_number(column), column.between(0.0, 1.0))


def _is_list(column: sa.Column[Any], *, without: tuple[str, ...], lengths: Any) -> _Condition:
    """Whether it is the JSON of a flat list of numbers, of one of these lengths.

    JSON functions raise an error at what is no JSON, so they stand in a CASE.
    """
    length = sa.case((sa.func.json_valid(column), sa.func.json_array_length(column)), else_=-1)
    flat = [sa.func.instr(column, letter) == 0 for letter in without]
    flat.append(sa.func.instr(sa.func.substr(column, 2), "[") == 0)
    is_usual = sa.and_(length.in_(lengths), *flat)
    return sa.case((sa.func.typeof(column) == "text", is_usual), else_=sa.false())


def _is_usual_evaluation() -> _Condition:
    of = EVALUATIONS.c
    gradient = sa.case(
        (sa.func.typeof(of.gradient) == "null", sa.true()),
        else_=sa.and_(
            _is_list(of.gradient, without=_NO_NUMBER, lengths=KNOWN_BINS),
            sa.func.json_array_length(of.gradient) == sa.func.json_array_length(of.histogram),
        ),
    )
    return sa.and_(
        _is_number(of.at),
        _is_share(of.error_rate),
        *(_is_number(of[name], optional=True) for name in ("seconds", "brier", "nll")),
        _is_number(of.valid_loss, optional=True, finite=False),
        _is_list(of.histogram, without=_NO_INTEGER, lengths=KNOWN_BINS),
        gradient,
    )


def _is_usual_epoch() -> _Condition:
    of = EPOCHS.c
    return sa.and_(
        of.phase.in_([phase.value for phase in Phase]),
        sa.func.typeof(of.epoch) == "integer",
        of.epoch >= 1,
        _is_share(of.error_rate),
        _is_number(of.seconds),
        *(
            _is_number(of[name], optional=True, finite=False)
            for name in ("train_loss", "valid_loss")
        ),
    )


def _is_usual_batch() -> _Condition:
    of = BATCHES.c
    return sa.and_(
        *(_is_number(of[name]) for name in ("at", "loss", "learning_rate")),
        _is_number(of.seconds, optional=True),
    )


_METRICS: Final[
    Mapping[sa.Table, tuple[Callable[[rows.Row], object], Callable[[], _Condition]]]
] = MappingProxyType(
    {
        EPOCHS: (rows.epoch_of, _is_usual_epoch),
        EVALUATIONS: (rows.evaluation_of, _is_usual_evaluation),
        BATCHES: (rows.batch_of, _is_usual_batch),
    }
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
        record_of, is_usual = _METRICS[table]
        query = sa.select(table).where(table.c.cursor > after, table.c.cursor <= upto)
        if connection.dialect.name == "sqlite":
            query = query.where(sa.not_(is_usual()))
        mine = sa.select(TRIALS.c.id).where(TRIALS.c.comparison_id == self._id)
        suspects = query.where(table.c.trial_id.in_(mine)).order_by(table.c.cursor)
        for row in connection.execute(suspects).mappings().all():
            _, unreadable = rows.read(
                [row],
                record_of,
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
