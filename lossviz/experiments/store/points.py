"""The points of a comparison's charts: the few columns that are drawn, thinned where they are many.

Histograms, which make up most of the database, are not read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final, TypeAlias

import sqlalchemy as sa

from lossviz.experiments.records import Purpose
from lossviz.experiments.store.schema import BATCHES, EPOCHS, EVALUATIONS, TRIALS

Span: TypeAlias = tuple[str, int, int]  # a trial's id, the cursors of its first and last row
Point: TypeAlias = tuple[Any, ...]  # cursor, position, attempt, at, seconds, and the values


@dataclass(frozen=True, slots=True, kw_only=True)
class PointKind:
    """Rows that charts are drawn of.

    Attributes:
        table: Where they stand.
        at: Its column of the epochs done.
        values: Its columns that are drawn over them.
        timed: Whether it has the seconds since the trial's training began.
        superseded: Whether they count only for trials of which no evaluation with a time is
            stored: those of an earlier lossviz.
    """

    table: sa.Table
    at: str
    values: tuple[str, ...]
    timed: bool = True
    superseded: bool = False

    def columns(self) -> list[sa.ColumnElement[Any]]:
        """What a ``Point`` has."""
        table = self.table
        return [
            table.c.cursor,
            TRIALS.c.position,
            TRIALS.c.attempt,
            table.c[self.at],
            table.c.seconds if self.timed else sa.null(),
            *(table.c[name] for name in self.values),
        ]


POINT_KINDS: Final[Mapping[str, PointKind]] = MappingProxyType(
    {
        "evaluations": PointKind(table=EVALUATIONS, at="at", values=("error_rate", "valid_loss")),
        "epochs": PointKind(
            table=EPOCHS,
            at="epoch",
            values=("error_rate", "valid_loss"),
            timed=False,  # its seconds are an epoch's own
            superseded=True,
        ),
        "batches": PointKind(table=BATCHES, at="at", values=("loss", "learning_rate")),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Points:
    """Points that were added since a cursor.

    Attributes:
        rows: In the order of their cursors.
        upto: The new cursor.
        thinned: Whether some between the first and the last of a trial were left out.
    """

    rows: list[Point]
    upto: int
    thinned: bool


def read_points(
    connection: sa.Connection, kind: PointKind, comparison_id: str, *, after: int, most: int
) -> Points:
    """Read the points that the judged trials of a comparison have added since a cursor.

    Args:
        connection: To the database.
        kind: Which.
        comparison_id: The comparison.
        after: The cursor that the call before has returned; 0 for all.
        most: About how many to return. Where there are more, each trial gives its first and last
            and, between, those nearest to evenly spaced cursors: evenly spaced in time, then, and
            found by the index.

    Side effects: reads the database.
    """
    table = kind.table
    newest = read_newest_cursor(connection, table, comparison_id)
    if newest <= after:
        return Points(rows=[], upto=after, thinned=False)
    drawn = sa.and_(
        TRIALS.c.comparison_id == comparison_id, TRIALS.c.purpose == Purpose.JUDGE.value
    )
    if kind.superseded:
        drawn = sa.and_(drawn, _first_evaluation_second().is_(None))
    added = sa.and_(drawn, table.c.cursor > after, table.c.cursor <= newest)
    query = sa.select(*kind.columns()).join(TRIALS, TRIALS.c.id == table.c.trial_id)
    whole = connection.execute(query.where(added).limit(most + 1)).all()
    thinned = len(whole) > most
    if thinned:
        picked = _evenly_spaced(connection, table, drawn, after=after, newest=newest, most=most)
        whole = connection.execute(query.where(table.c.cursor.in_(picked))).all()
    rows = sorted((tuple(row) for row in whole), key=lambda row: row[0])
    return Points(rows=rows, upto=newest, thinned=thinned)


def read_newest_cursor(connection: sa.Connection, table: sa.Table, comparison_id: str) -> int:
    """Read the cursor of the last row that a comparison's trials have added; 0 where there is none.

    Not that of the whole table: rows of others may have been numbered later and be seen earlier.

    Side effects: reads the database.
    """
    newest = (
        sa.select(sa.func.max(table.c.cursor).label("cursor"))
        .where(table.c.trial_id == TRIALS.c.id)
        .correlate(TRIALS)
        .scalar_subquery()
    )
    of_trials = sa.select(newest.label("cursor")).where(TRIALS.c.comparison_id == comparison_id)
    return connection.execute(sa.select(sa.func.max(of_trials.subquery().c.cursor))).scalar() or 0


def _first_evaluation_second() -> sa.ScalarSelect[Any]:
    return (
        sa.select(EVALUATIONS.c.seconds)
        .where(EVALUATIONS.c.trial_id == TRIALS.c.id)
        .order_by(EVALUATIONS.c.cursor)
        .limit(1)
        .correlate(TRIALS)
        .scalar_subquery()
    )


def _evenly_spaced(
    connection: sa.Connection,
    table: sa.Table,
    drawn: sa.ColumnElement[bool],
    *,
    after: int,
    newest: int,
    most: int,
) -> sa.Select[Any]:
    """A query for the cursors of the rows that stand for all."""
    spans = read_spans(connection, table, drawn, after=after, newest=newest)
    parts = max(1, most // len(spans) - 1)
    return spaced_cursors(table, spans, parts=parts, newest=newest)


def read_spans(
    connection: sa.Connection,
    table: sa.Table,
    trials: sa.ColumnElement[bool],
    *,
    after: int,
    newest: int,
) -> list[Span]:
    """Read from which cursor to which each trial has rows, by the index.

    Args:
        connection: To the database.
        table: The rows.
        trials: Which trials.
        after: Rows up to this cursor do not count.
        newest: Nor do those beyond this one.

    Side effects: reads the database.
    """
    trial_id = TRIALS.c.id
    low, high = (
        _of_trial(table, bound(table.c.cursor), trial_id, after + 1, newest)
        for bound in (sa.func.min, sa.func.max)
    )
    ends = connection.execute(sa.select(trial_id, low, high).where(trials))
    return [(trial, first, last) for trial, first, last in ends if first is not None]


def spaced_cursors(
    table: sa.Table, spans: Sequence[Span], *, parts: int, newest: int
) -> sa.Select[Any]:
    """A query for cursors: of each trial the first row at or after each of some places, from its
    first row to its last.

    Args:
        table: The rows.
        spans: The trials.
        parts: How many parts lie between the places.
        newest: Rows beyond this cursor do not count.
    """
    # as values, which SQLite reads once, not once for each place
    values = (
        sa.values(
            sa.column("id", sa.String),
            sa.column("first", sa.BigInteger),
            sa.column("last", sa.BigInteger),
        )
        .data(list(spans))
        .cte("spans")
    )
    step = sa.select(sa.literal(0).label("number")).cte("steps", recursive=True)
    steps = step.union_all(sa.select(step.c.number + 1).where(step.c.number < parts))
    place = values.c.first + (values.c.last - values.c.first) * steps.c.number // parts
    found = _of_trial(table, sa.func.min(table.c.cursor), values.c.id, place, newest)
    return sa.select(found).select_from(values.join(steps, sa.true()))


def _of_trial(
    table: sa.Table,
    value: sa.ColumnElement[Any],
    trial_id: sa.ColumnElement[Any],
    least: Any,
    newest: int,
) -> sa.ScalarSelect[Any]:
    return (
        sa.select(value)
        .where(table.c.trial_id == trial_id, table.c.cursor >= least, table.c.cursor <= newest)
        .scalar_subquery()
    )
