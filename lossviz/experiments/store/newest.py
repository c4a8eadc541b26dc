"""The last evaluation of each trial, found by the index however many there are."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from lossviz.experiments.records import Evaluation
from lossviz.experiments.store import rows
from lossviz.experiments.store.schema import EVALUATIONS, TRIALS


def read_newest_evaluations(
    connection: sa.Connection, comparison_id: str, *, after: int
) -> tuple[Mapping[str, Evaluation | None], int]:
    """Read the last evaluation of each of a comparison's trials that has one since a cursor.

    Args:
        connection: To the database.
        comparison_id: The comparison.
        after: The cursor that the call before has returned; 0 for all.

    Returns:
        By trial; None where the last one cannot be read, since none before it is the last. And the
        new cursor.

    Side effects: reads the database.
    """
    cursor = EVALUATIONS.c.cursor
    last: Any = (
        sa.select(sa.func.max(cursor))
        .where(EVALUATIONS.c.trial_id == TRIALS.c.id)
        .correlate(TRIALS)
        .scalar_subquery()
    )
    of_trials = sa.select(last).where(TRIALS.c.comparison_id == comparison_id)
    query = sa.select(EVALUATIONS).where(cursor.in_(of_trials), cursor > after)
    found = connection.execute(query).mappings().all()
    read, unreadable = rows.read(
        found,
        rows.evaluation_of,
        id_of=lambda row: str(row["trial_id"]),
        name_of=lambda row: f"row {row['cursor']} of {EVALUATIONS.name}",
    )
    newest: dict[str, Evaluation | None] = {row["trial_id"]: record for row, record in read}
    newest |= {row.id: None for row in unreadable}
    return newest, max((row["cursor"] for row in found), default=after)
