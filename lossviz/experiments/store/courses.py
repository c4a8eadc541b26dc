"""How single trials went: their epochs, their error rates, and the evaluation near a moment."""

from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa

from lossviz.experiments.records import EpochMetrics, Evaluation
from lossviz.experiments.store import rows
from lossviz.experiments.store.points import read_spans, spaced_cursors
from lossviz.experiments.store.schema import EPOCHS, EVALUATIONS, TRIALS

EXAMINED: Final = 26


def read_trial_epochs(connection: sa.Connection, trial_id: str) -> list[EpochMetrics]:
    """Read the epochs of one trial that can be read, in order.

    Side effects: reads the database.
    """
    query = EPOCHS.select().where(EPOCHS.c.trial_id == trial_id).order_by(EPOCHS.c.cursor)
    read, _ = rows.read(
        connection.execute(query).mappings().all(),
        rows.epoch_of,
        id_of=lambda _: trial_id,
        name_of=lambda row: f"row {row['cursor']} of {EPOCHS.name}",
    )
    return [metrics for _, metrics in read]


def read_error_rates(
    connection: sa.Connection, trial_ids: Sequence[str], *, most: int
) -> dict[str, list[tuple[float, float]]]:
    """Read the error rates of trials that were evaluated: pairs of epochs done and error rate, in
    order, by trial.

    Args:
        connection: To the database.
        trial_ids: The trials.
        most: Of a trial with more, so many, evenly spaced, its first and its last among them.

    Side effects: reads the database.
    """
    courses: dict[str, list[tuple[float, float]]] = {}
    for row in _read_spaced(connection, trial_ids, parts=most - 1):
        courses.setdefault(row.trial_id, []).append((row.at, row.error_rate))
    return courses


def read_evaluations_near(
    connection: sa.Connection, trial_ids: Sequence[str], *, at: float, within: float
) -> dict[str, Evaluation]:
    """Read the evaluation of each trial that lies nearest to a moment, by trial.

    Of a trial with more than ``EXAMINED`` of them, so many are considered, evenly spaced.

    Args:
        connection: To the database.
        trial_ids: The trials.
        at: The moment, in epochs done.
        within: How far from it an evaluation may lie, in epochs.

    Returns:
        Of the trials that have one that can be read.

    Side effects: reads the database.
    """
    nearest: dict[str, tuple[float, int]] = {}
    for row in _read_spaced(connection, trial_ids, parts=EXAMINED - 1):
        distance = abs(row.at - at)
        if distance <= within:
            found = (distance, row.cursor)
            nearest[row.trial_id] = min(nearest.get(row.trial_id, found), found)
    cursors = [cursor for _, cursor in nearest.values()]
    query = EVALUATIONS.select().where(EVALUATIONS.c.cursor.in_(cursors))
    read, _ = rows.read(
        connection.execute(query).mappings().all(),
        rows.evaluation_of,
        id_of=lambda row: str(row["trial_id"]),
        name_of=lambda row: f"row {row['cursor']} of {EVALUATIONS.name}",
    )
    return {row["trial_id"]: evaluation for row, evaluation in read}


def _read_spaced(
    connection: sa.Connection, trial_ids: Sequence[str], *, parts: int
) -> Sequence[Any]:
    """Cursor, trial, moment and error rate of evenly spaced evaluations, in order; found by the
    index, so that their number does not matter.
    """
    columns = EVALUATIONS.c
    newest = connection.execute(sa.select(sa.func.max(columns.cursor))).scalar() or 0
    wanted = TRIALS.c.id.in_(trial_ids)
    spans = read_spans(connection, EVALUATIONS, wanted, after=0, newest=newest)
    if not spans:
        return []
    picked = spaced_cursors(EVALUATIONS, spans, parts=parts, newest=newest)
    query = (
        sa.select(columns.cursor, columns.trial_id, columns.at, columns.error_rate)
        .where(columns.cursor.in_(picked))
        .order_by(columns.cursor)
    )
    return connection.execute(query).all()
