"""Queries of whose comparisons are: which a visitor sees, whose trials are, and their deletion."""

from collections.abc import Collection

import sqlalchemy as sa

from lossviz.errors import StoreError
from lossviz.experiments.records import TrialState
from lossviz.experiments.store.schema import COMPARISONS, TABLES, TRIALS

IS_DELETED = COMPARISONS.c.deleted_at.is_not(None)
NOT_DELETED = COMPARISONS.c.deleted_at.is_(None)


def seen_by(owner: str) -> sa.ColumnElement[bool]:
    """Which comparisons the visitor with this key sees: their own, and what is shared."""
    if not owner:
        return COMPARISONS.c.shared
    return sa.or_(COMPARISONS.c.owner == owner, COMPARISONS.c.shared)


def read_comparison_ids(connection: sa.Connection, trial_ids: Collection[str]) -> set[str]:
    """The comparisons that trials belong to; ids of no trial count for nothing."""
    query = sa.select(TRIALS.c.comparison_id).distinct().where(TRIALS.c.id.in_(trial_ids))
    return set(connection.scalars(query))


def read_open_trial_ids(connection: sa.Connection, comparison_id: str) -> list[str]:
    """A comparison's trials that wait or run, whatever they are for."""
    is_open = TRIALS.c.state.in_([state for state in TrialState if not state.ended])
    query = sa.select(TRIALS.c.id).where(TRIALS.c.comparison_id == comparison_id, is_open)
    return list(connection.scalars(query))


def delete_comparison_rows(connection: sa.Connection, comparison_id: str) -> None:
    """Delete a comparison and all that its trials reported.

    Raises:
        StoreError: One of its trials waits or runs, and would report to rows that are gone.
    """
    if read_open_trial_ids(connection, comparison_id):
        raise StoreError("its trials have not ended yet; stop them first")
    of_comparison = sa.select(TRIALS.c.id).where(TRIALS.c.comparison_id == comparison_id)
    for table in reversed(TABLES.sorted_tables):  # what refers to others goes first
        if "trial_id" in table.c:
            connection.execute(table.delete().where(table.c.trial_id.in_(of_comparison)))
        elif "comparison_id" in table.c:
            connection.execute(table.delete().where(table.c.comparison_id == comparison_id))
    connection.execute(COMPARISONS.delete().where(COMPARISONS.c.id == comparison_id))
